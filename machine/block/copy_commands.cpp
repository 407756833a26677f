/// The commands that start block jobs: stream, commit, mirror, backup. What they name is looked up; there is no job to start
/// yet.

#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/transaction.h"
#include "machine/not_yet.h"
#include "machine/schema_features.h"

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

Result<Empty> block_stream(BlockLayer& layer, const BlockStream& args) {
    (void)RHEA_TRY(layer.lookup(args.device, args.device));
    return fail(not_supported("block-stream"));
}

Result<Empty> block_commit(BlockLayer& layer, const BlockCommit& args) {
    if (!layer.lookup(args.device, args.device)) return fail(Error::device_not_found(args.device));
    return fail(not_supported("block-commit"));
}

Result<Empty> blockdev_mirror(BlockLayer& layer, const BlockdevMirror& args) {
    (void)RHEA_TRY(layer.lookup(args.device, args.device));
    (void)RHEA_TRY(layer.lookup(args.target, args.target));
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
    (void)RHEA_TRY(layer.lookup(args.device, args.device));
    (void)RHEA_TRY(layer.lookup(args.target, args.target));
    return fail(not_supported("blockdev-backup"));
}

Result<Empty> start_backup(BlockLayer& layer, const DriveBackup& args) {
    (void)RHEA_TRY(layer.lookup(args.device, args.device));
    return fail(not_supported("drive-backup"));
}

void add_block_copy_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
