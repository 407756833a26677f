/// blockdev-mirror and drive-mirror.
#include <fmt/format.h>

#include <bit>

#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/image_target.h"
#include "machine/block/jobs/jobs.h"
#include "machine/block/jobs/mirror_job.h"
#include "machine/block/trace_points.h"
#include "machine/schema_features.h"
#include "monitor/command_table.h"

namespace rhea {

struct BlockdevMirror {
    std::optional<std::string> job_id;
    std::string device, target;
    std::optional<std::string> replaces;
    MirrorSyncMode sync{};
    std::optional<std::int64_t> speed;
    std::optional<std::uint32_t> granularity;
    std::optional<std::int64_t> buf_size;
    std::optional<BlockdevOnError> on_source_error, on_target_error;
    std::optional<std::string> filter_node_name;
    std::optional<MirrorCopyMode> copy_mode;
    std::optional<bool> auto_finalize, auto_dismiss;
};
template <>
inline constexpr auto description<BlockdevMirror> = object(
    "q_obj_blockdev-mirror-arg", member<&BlockdevMirror::job_id>("job-id"), member<&BlockdevMirror::device>("device"),
    member<&BlockdevMirror::target>("target"), member<&BlockdevMirror::replaces>("replaces"),
    member<&BlockdevMirror::sync>("sync"), member<&BlockdevMirror::speed>("speed"),
    member<&BlockdevMirror::granularity>("granularity"), member<&BlockdevMirror::buf_size>("buf-size"),
    member<&BlockdevMirror::on_source_error>("on-source-error"), member<&BlockdevMirror::on_target_error>("on-target-error"),
    member<&BlockdevMirror::filter_node_name>("filter-node-name"), member<&BlockdevMirror::copy_mode>("copy-mode"),
    member<&BlockdevMirror::auto_finalize>("auto-finalize"), member<&BlockdevMirror::auto_dismiss>("auto-dismiss"));

struct DriveMirror {
    std::optional<std::string> job_id;
    std::string device, target;
    std::optional<std::string> format, node_name, replaces;
    MirrorSyncMode sync{};
    std::optional<NewImageMode> mode;
    std::optional<std::int64_t> speed;
    std::optional<std::uint32_t> granularity;
    std::optional<std::int64_t> buf_size;
    std::optional<BlockdevOnError> on_source_error, on_target_error;
    std::optional<bool> unmap;
    std::optional<MirrorCopyMode> copy_mode;
    std::optional<bool> auto_finalize, auto_dismiss;
};
template <>
inline constexpr auto description<DriveMirror> = object(
    "q_obj_drive-mirror-arg", member<&DriveMirror::job_id>("job-id"), member<&DriveMirror::device>("device"),
    member<&DriveMirror::target>("target"), member<&DriveMirror::format>("format"),
    member<&DriveMirror::node_name>("node-name"), member<&DriveMirror::replaces>("replaces"),
    member<&DriveMirror::sync>("sync"), member<&DriveMirror::mode>("mode"), member<&DriveMirror::speed>("speed"),
    member<&DriveMirror::granularity>("granularity"), member<&DriveMirror::buf_size>("buf-size"),
    member<&DriveMirror::on_source_error>("on-source-error"), member<&DriveMirror::on_target_error>("on-target-error"),
    member<&DriveMirror::unmap>("unmap"), member<&DriveMirror::copy_mode>("copy-mode"),
    member<&DriveMirror::auto_finalize>("auto-finalize"), member<&DriveMirror::auto_dismiss>("auto-dismiss"));

namespace {

Result<void> check_granularity(std::uint32_t granularity) {
    constexpr std::uint32_t kSmallest = 512, kLargest = 64 << 20;
    if (granularity == 0) return {};
    if (granularity < kSmallest || granularity > kLargest)
        return fail(Error::invalid_parameter_value("granularity", "a value in range [512B, 64MB]"));
    if (!std::has_single_bit(granularity)) return fail(Error::invalid_parameter_value("granularity", "a power of 2"));
    return {};
}

/// Only what nobody stands over can be replaced.
Result<std::shared_ptr<BlockNode>> root_node(BlockLayer& layer, const std::string& device) {
    auto node = RHEA_TRY(layer.lookup(device, device));
    for (const BlockEdge* user : node->users())
        if (!user->from_backend()) return fail("Need a root block node");
    return node;
}

/// What both commands share.
template <class Arguments>
Result<Empty> start(BlockLayer& layer, const Arguments& args, std::shared_ptr<BlockNode> source, std::shared_ptr<BlockNode> target,
                    const std::optional<std::string>& filter_name) {
    RHEA_CHECK(check_granularity(args.granularity.value_or(0)));
    RHEA_CHECK(layer.check_free(*source));
    RHEA_CHECK(layer.check_free(*target));
    if (args.replaces && !layer.find_node(*args.replaces))
        return fail(fmt::format("Failed to find node with node-name='{}'", *args.replaces));
    if (args.sync == MirrorSyncMode::incremental || args.sync == MirrorSyncMode::bitmap)
        return fail(fmt::format("Sync mode '{}' not supported", enum_name(args.sync)));
    if (args.buf_size.value_or(0) < 0) return fail("Invalid parameter 'buf-size'");
    if (source == target) return fail("Can't mirror node into itself");
    MirrorJob::Plan plan;
    plan.settings.id = layer.job_id(args.job_id, args.device);
    RHEA_CHECK(layer.jobs().check_new(plan.settings.id));
    plan.settings.type = JobType::mirror;
    plan.settings.auto_finalize = args.auto_finalize.value_or(true);
    plan.settings.auto_dismiss = args.auto_dismiss.value_or(true);
    plan.source = std::move(source);
    plan.target = std::move(target);
    plan.copies_all = args.sync != MirrorSyncMode::none;
    plan.write_through = args.copy_mode == MirrorCopyMode::write_blocking;
    plan.granularity = args.granularity.value_or(0);
    plan.on_source_error = args.on_source_error.value_or(BlockdevOnError::report);
    plan.on_target_error = args.on_target_error.value_or(BlockdevOnError::report);
    plan.filter_name = filter_name;
    plan.replaces = args.replaces;
    plan.speed = args.speed.value_or(0);
    layer.drain();
    const BlockNode* from = plan.source.get();
    MirrorJob* job = RHEA_TRY(MirrorJob::create(layer, std::move(plan)));
    trace_block<"mirror_start">("bs {} s {}", fmt::ptr(from), fmt::ptr(job));
    job->start();
    return Empty{};
}

Result<Empty> blockdev_mirror(BlockLayer& layer, const BlockdevMirror& args) {
    auto source = RHEA_TRY(root_node(layer, args.device));
    auto target = RHEA_TRY(layer.lookup(args.target, args.target));
    return start(layer, args, std::move(source), std::move(target), args.filter_node_name);
}

Result<Empty> drive_mirror(BlockLayer& layer, const DriveMirror& args) {
    auto source = RHEA_TRY(root_node(layer, args.device));
    RHEA_CHECK(layer.check_free(*source));
    if (args.replaces && !args.node_name) return fail("a node-name must be provided when replacing a named node of the graph");
    ImageTarget image{args.target, args.format, args.mode.value_or(NewImageMode::absolute_paths), args.node_name,
                      args.unmap.value_or(true)};
    auto target = RHEA_TRY(open_image_target(layer, *source, image));
    return start(layer, args, std::move(source), std::move(target), std::nullopt);
}

constexpr Command kCommands[] = {
    command<blockdev_mirror>("blockdev-mirror", "Keeps a node the same as another, then takes its place.").preconfig(),
    command<drive_mirror>("drive-mirror", "Keeps a new image the same as a drive, then takes its place.").preconfig(),
};

}  // namespace

void add_block_mirror_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
