/// stream and commit move data along a chain of backing images. No driver of this build has one: every chain is one node long.
#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/jobs/jobs.h"
#include "machine/schema_features.h"
#include "monitor/command_table.h"

namespace rhea {

struct BlockStream {
    std::optional<std::string> job_id;
    std::string device;
    std::optional<std::string> base, base_node, backing_file, bottom;
    std::optional<std::int64_t> speed;
    std::optional<BlockdevOnError> on_error;
    std::optional<std::string> filter_node_name;
    std::optional<bool> auto_finalize, auto_dismiss;
};
template <>
inline constexpr auto description<BlockStream> =
    object("q_obj_block-stream-arg", member<&BlockStream::job_id>("job-id"), member<&BlockStream::device>("device"),
           member<&BlockStream::base>("base"), member<&BlockStream::base_node>("base-node"),
           member<&BlockStream::backing_file>("backing-file"), member<&BlockStream::bottom>("bottom"),
           member<&BlockStream::speed>("speed"), member<&BlockStream::on_error>("on-error"),
           member<&BlockStream::filter_node_name>("filter-node-name"), member<&BlockStream::auto_finalize>("auto-finalize"),
           member<&BlockStream::auto_dismiss>("auto-dismiss"));

struct BlockCommit {
    std::optional<std::string> job_id;
    std::string device;
    std::optional<std::string> base_node, base, top_node, top, backing_file;
    std::optional<std::int64_t> speed;
    std::optional<BlockdevOnError> on_error;
    std::optional<std::string> filter_node_name;
    std::optional<bool> auto_finalize, auto_dismiss;
};
template <>
inline constexpr auto description<BlockCommit> =
    object("q_obj_block-commit-arg", member<&BlockCommit::job_id>("job-id"), member<&BlockCommit::device>("device"),
           member<&BlockCommit::base_node>("base-node"), member<&BlockCommit::base>("base", feature::kDeprecated),
           member<&BlockCommit::top_node>("top-node"), member<&BlockCommit::top>("top", feature::kDeprecated),
           member<&BlockCommit::backing_file>("backing-file"), member<&BlockCommit::speed>("speed"),
           member<&BlockCommit::on_error>("on-error"), member<&BlockCommit::filter_node_name>("filter-node-name"),
           member<&BlockCommit::auto_finalize>("auto-finalize"), member<&BlockCommit::auto_dismiss>("auto-dismiss"));

namespace {

/// "'a' and 'b' cannot be specified at the same time"
Result<void> not_both(const std::optional<std::string>& a, std::string_view a_name, const std::optional<std::string>& b,
                      std::string_view b_name) {
    if (a && b) return fail(fmt::format("'{}' and '{}' cannot be specified at the same time", a_name, b_name));
    return {};
}

/// Fills an image from those below it: of one that stands alone nothing is missing.
class StreamJob final : public Job {
public:
    using Job::Job;
    Result<void> take(std::shared_ptr<BlockNode> node) { return hold("main node", std::move(node), {}); }

private:
    JobStep next() override { return JobStep::done(); }
    void worked(int) override {}
};

Result<Empty> block_stream(BlockLayer& layer, const BlockStream& args) {
    RHEA_CHECK(not_both(args.base, "base", args.base_node, "base-node"));
    RHEA_CHECK(not_both(args.base, "base", args.bottom, "bottom"));
    RHEA_CHECK(not_both(args.bottom, "bottom", args.base_node, "base-node"));
    const auto node = RHEA_TRY(layer.lookup(args.device, args.device));
    if (args.base) return fail(fmt::format("Can't find '{}' in the backing chain", *args.base));
    if (args.base_node) {
        (void)RHEA_TRY(layer.lookup("", *args.base_node));
        return fail(fmt::format("Node '{}' is not a backing image of '{}'", *args.base_node, args.device));
    }
    if (args.bottom && RHEA_TRY(layer.lookup("", *args.bottom)) != node)
        return fail(fmt::format("Node '{}' is not in a chain starting from '{}'", *args.bottom, args.device));
    if (args.backing_file) return fail("backing file specified, but streaming the entire chain");
    RHEA_CHECK(layer.check_free(*node));
    JobSettings settings{layer.job_id(args.job_id, args.device), JobType::stream};
    settings.auto_finalize = args.auto_finalize.value_or(true);
    settings.auto_dismiss = args.auto_dismiss.value_or(true);
    RHEA_CHECK(layer.jobs().check_new(settings.id));
    auto& job = layer.jobs().add(std::make_unique<StreamJob>(layer.jobs(), std::move(settings)));
    auto made = job.set_speed(args.speed.value_or(0));
    if (made) made = job.take(node);
    if (!made) {
        layer.jobs().drop(job);
        return fail(made.error());
    }
    job.start();
    return Empty{};
}

/// What commits must lie above what it commits into, and here nothing does.
Result<Empty> block_commit(BlockLayer& layer, const BlockCommit& args) {
    if (args.top_node && args.top) return fail("'top-node' and 'top' are mutually exclusive");
    if (args.base_node && args.base) return fail("'base-node' and 'base' are mutually exclusive");
    const auto found = layer.lookup(args.device, args.device);
    if (!found) return fail(Error::device_not_found(args.device));
    const BlockNode& node = **found;
    const auto in_chain = [&](const std::string& name) -> Result<void> {
        if (RHEA_TRY(layer.lookup("", name)) != *found) return fail(fmt::format("'{}' is not in this backing file chain", name));
        return {};
    };
    if (args.top_node) RHEA_CHECK(in_chain(*args.top_node));
    if (args.top && *args.top != node.filename()) return fail(fmt::format("Top image file {} not found", *args.top));
    if (args.base_node) RHEA_CHECK(in_chain(*args.base_node));
    if (args.base && *args.base != node.filename()) return fail(fmt::format("Can't find '{}' in the backing chain", *args.base));
    return fail("cannot commit an image into itself");
}

constexpr Command kCommands[] = {
    command<block_stream>("block-stream", "Copies what an image lacks out of those below it.").preconfig(),
    command<block_commit>("block-commit", "Moves what images hold down into one below them.").preconfig(),
};

}  // namespace

void add_block_copy_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
