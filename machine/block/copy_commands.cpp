/// The commands that start block jobs: stream, commit, mirror, backup. What they name is looked up; there is no job to start
/// yet.

#include <bit>

#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/transaction.h"
#include "machine/not_yet.h"
#include "machine/schema_features.h"
#include "qobject/keyval.h"

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

/// A job goes by its drive's name unless it is given one; a node has none to lend.
Result<void> check_job_id(const BlockLayer& layer, const std::optional<std::string>& id, const std::string& device) {
    const std::string name = id ? *id : layer.find_backend(device) ? device : std::string();
    if (!is_well_formed_id(name)) return fail(fmt::format("Invalid job ID '{}'", name));
    return {};
}

/// "'a' and 'b' cannot be specified at the same time"
Result<void> not_both(const std::optional<std::string>& a, std::string_view a_name, const std::optional<std::string>& b,
                      std::string_view b_name) {
    if (a && b) return fail(fmt::format("'{}' and '{}' cannot be specified at the same time", a_name, b_name));
    return {};
}

/// No driver here has a backing file: every chain is one node long.
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
    RHEA_CHECK(check_job_id(layer, args.job_id, args.device));
    return fail(not_supported("block-stream"));
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

Result<void> check_granularity(std::uint32_t granularity) {
    constexpr std::uint32_t kSmallest = 512, kLargest = 64 << 20;
    if (granularity == 0) return {};
    if (granularity < kSmallest || granularity > kLargest)
        return fail(Error::invalid_parameter_value("granularity", "a value in range [512B, 64MB]"));
    if (!std::has_single_bit(granularity)) return fail(Error::invalid_parameter_value("granularity", "a power of 2"));
    return {};
}

Result<Empty> blockdev_mirror(BlockLayer& layer, const BlockdevMirror& args) {
    const auto node = RHEA_TRY(layer.lookup(args.device, args.device));
    const auto target = RHEA_TRY(layer.lookup(args.target, args.target));
    RHEA_CHECK(check_granularity(args.granularity.value_or(0)));
    if (args.replaces && !layer.find_node(*args.replaces))
        return fail(fmt::format("Failed to find node with node-name='{}'", *args.replaces));
    if (args.sync == MirrorSyncMode::incremental || args.sync == MirrorSyncMode::bitmap)
        return fail(fmt::format("Sync mode '{}' not supported", enum_name(args.sync)));
    if (args.buf_size.value_or(0) < 0) return fail("Invalid parameter 'buf-size'");
    if (node == target) return fail("Can't mirror node into itself");
    RHEA_CHECK(check_job_id(layer, args.job_id, args.device));
    return fail(not_supported("blockdev-mirror"));
}

Result<Empty> drive_mirror(BlockLayer& layer, const DriveMirror& args) {
    (void)RHEA_TRY(layer.lookup(args.device, args.device));
    return fail(not_supported("drive-mirror"));
}

Result<Empty> blockdev_backup(BlockLayer& layer, const BlockdevBackup& args) { return start_backup(layer, args); }
Result<Empty> drive_backup(BlockLayer& layer, const DriveBackup& args) { return start_backup(layer, args); }

constexpr Command kCommands[] = {
    command<block_stream>("block-stream", "Copies what an image lacks out of those below it.").preconfig().not_yet(),
    command<block_commit>("block-commit", "Moves what images hold down into one below them.").preconfig().not_yet(),
    command<blockdev_mirror>("blockdev-mirror", "Keeps a node the same as another, then takes its place.")
        .preconfig()
        .not_yet(),
    command<drive_mirror>("drive-mirror", "Keeps a new image the same as a drive, then takes its place.")
        .preconfig()
        .not_yet(),
    command<blockdev_backup>("blockdev-backup", "Copies a node, as it is now, to another.").preconfig().not_yet(),
    command<drive_backup>("drive-backup", "Copies a drive, as it is now, to a new image.")
        .preconfig()
        .with_features(feature::kDeprecated)
        .not_yet(),
};

}  // namespace

Result<Empty> start_backup(BlockLayer& layer, const BlockdevBackup& args) {
    const auto node = RHEA_TRY(layer.lookup(args.device, args.device));
    const auto target = RHEA_TRY(layer.lookup(args.target, args.target));
    const bool by_bitmap = args.sync == MirrorSyncMode::incremental || args.sync == MirrorSyncMode::bitmap;
    if (by_bitmap && !args.bitmap)
        return fail(fmt::format("must provide a valid bitmap name for '{}' sync mode", enum_name(args.sync)));
    if (args.sync == MirrorSyncMode::incremental && args.bitmap_mode && *args.bitmap_mode != BitmapSyncMode::on_success)
        return fail("Bitmap sync mode must be 'on-success' when using sync mode 'incremental'");
    if (args.bitmap) return fail(fmt::format("Bitmap '{}' could not be found", *args.bitmap));
    if (args.bitmap_mode) return fail("Cannot specify bitmap sync mode without a bitmap");
    if (node == target) return fail("Source and target cannot be the same");
    if (node->size() != target->size()) return fail("Source and target image have different sizes");
    RHEA_CHECK(check_job_id(layer, args.job_id, args.device));
    return fail(not_supported("blockdev-backup"));
}

Result<Empty> start_backup(BlockLayer& layer, const DriveBackup& args) {
    (void)RHEA_TRY(layer.lookup(args.device, args.device));
    return fail(not_supported("drive-backup"));
}

void add_block_copy_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
