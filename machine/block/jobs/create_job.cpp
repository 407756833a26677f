#include "machine/block/jobs/create_job.h"

#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/not_yet.h"

namespace rhea {

CreateJob::CreateJob(BlockLayer& layer, const std::string& id, BlockdevCreateOptions options)
    : Job(layer.jobs(), {.id = id, .type = JobType::create, .block_job = false, .auto_dismiss = false}),
      layer_(layer),
      options_(std::move(options)) {
    set_progress(0, 1);
}

Result<void> CreateJob::check_format() {
    const BlockdevRef* file = std::visit(
        [](const auto& format) -> const BlockdevRef* {
            if constexpr (requires { format.file; }) return &format.file;
            else return nullptr;
        },
        options_.u);
    if (file) (void)RHEA_TRY(layer_.open_reference(*file));
    return fail(not_supported(fmt::format("Creating images of format '{}'", enum_name(options_.driver))));
}

JobStep CreateJob::next() {
    if (begun_) return filled_ ? JobStep::done() : JobStep::done(filled_.error());
    begun_ = true;
    set_progress(1, 1);
    const auto* options = std::get_if<CreateFile>(&options_.u);
    if (!options) return JobStep::done(check_format().error());
    auto file = open_for_creation(layer_.host(), options->filename);
    if (!file) return JobStep::done(file.error());
    file_ = std::move(*file);
    return JobStep::worker([this, options] {
        filled_ = fill_created(file_.get(), *options);
        file_.reset();
        return 0;
    });
}

void CreateJob::worked(int) {}

}  // namespace rhea
