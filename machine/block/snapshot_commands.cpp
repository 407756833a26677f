/// Snapshots. The drivers of this build can neither hold one nor stand over a backing image.
#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/info.h"
#include "machine/block/jobs/jobs.h"
#include "machine/block/transaction.h"
#include "machine/not_yet.h"
#include "machine/schema_features.h"
#include "qobject/keyval.h"

namespace rhea {

struct BlockdevSnapshotDeleteInternalSync {
    std::string device;
    std::optional<std::string> id, name;
};
template <>
inline constexpr auto description<BlockdevSnapshotDeleteInternalSync> =
    object("q_obj_blockdev-snapshot-delete-internal-sync-arg", member<&BlockdevSnapshotDeleteInternalSync::device>("device"),
           member<&BlockdevSnapshotDeleteInternalSync::id>("id"), member<&BlockdevSnapshotDeleteInternalSync::name>("name"));

struct ChangeBackingFile {
    std::string device, image_node_name, backing_file;
};
template <>
inline constexpr auto description<ChangeBackingFile> = object("q_obj_change-backing-file-arg",
                                                              member<&ChangeBackingFile::device>("device"),
                                                              member<&ChangeBackingFile::image_node_name>("image-node-name"),
                                                              member<&ChangeBackingFile::backing_file>("backing-file"));

struct SnapshotSave {
    std::string job_id, tag, vmstate;
    std::vector<std::string> devices;
};
template <>
inline constexpr auto description<SnapshotSave> = object("q_obj_snapshot-save-arg", member<&SnapshotSave::job_id>("job-id"),
                                                         member<&SnapshotSave::tag>("tag"),
                                                         member<&SnapshotSave::vmstate>("vmstate"),
                                                         member<&SnapshotSave::devices>("devices"));

struct SnapshotLoad {
    std::string job_id, tag, vmstate;
    std::vector<std::string> devices;
};
template <>
inline constexpr auto description<SnapshotLoad> = object("q_obj_snapshot-load-arg", member<&SnapshotLoad::job_id>("job-id"),
                                                         member<&SnapshotLoad::tag>("tag"),
                                                         member<&SnapshotLoad::vmstate>("vmstate"),
                                                         member<&SnapshotLoad::devices>("devices"));

struct SnapshotDelete {
    std::string job_id, tag;
    std::vector<std::string> devices;
};
template <>
inline constexpr auto description<SnapshotDelete> = object("q_obj_snapshot-delete-arg",
                                                           member<&SnapshotDelete::job_id>("job-id"),
                                                           member<&SnapshotDelete::tag>("tag"),
                                                           member<&SnapshotDelete::devices>("devices"));

namespace {

constexpr std::string_view kWriteOnlyOverlay[] = {"allow-write-only-overlay"};

Result<Empty> blockdev_snapshot(BlockLayer& layer, const BlockdevSnapshot& args) { return take_snapshot(layer, args); }
Result<Empty> blockdev_snapshot_sync(BlockLayer& layer, const BlockdevSnapshotSync& args) {
    return take_snapshot(layer, args);
}
Result<Empty> blockdev_snapshot_internal_sync(BlockLayer& layer, const BlockdevSnapshotInternal& args) {
    return take_snapshot(layer, args);
}

Result<SnapshotInfo> blockdev_snapshot_delete_internal_sync(BlockLayer& layer,
                                                            const BlockdevSnapshotDeleteInternalSync& args) {
    (void)RHEA_TRY(layer.lookup(args.device, args.device));
    if (!args.id && !args.name) return fail("Name or id must be provided");
    return fail("Failed to get a snapshot list: Operation not supported");
}

Result<Empty> change_backing_file(BlockLayer& layer, const ChangeBackingFile& args) {
    (void)RHEA_TRY(layer.lookup(args.device, args.device));
    (void)RHEA_TRY(layer.lookup("", args.image_node_name));
    return fail("not allowing backing file change on an image without a backing file");
}

Result<Empty> snapshot_save(BlockLayer&, const SnapshotSave& args) {
    RHEA_CHECK(check_job_id(args.job_id));
    return fail(not_supported("snapshot-save"));
}

Result<Empty> snapshot_load(BlockLayer&, const SnapshotLoad& args) {
    RHEA_CHECK(check_job_id(args.job_id));
    return fail(not_supported("snapshot-load"));
}

Result<Empty> snapshot_delete(BlockLayer&, const SnapshotDelete& args) {
    RHEA_CHECK(check_job_id(args.job_id));
    return fail(not_supported("snapshot-delete"));
}

constexpr Command kCommands[] = {
    command<blockdev_snapshot>("blockdev-snapshot", "Puts a node over another, which is not written from then on.")
        .preconfig()
        .with_features(kWriteOnlyOverlay),
    command<blockdev_snapshot_sync>("blockdev-snapshot-sync", "Makes a new image and puts it over a node.")
        .preconfig()
        .not_yet(),
    command<blockdev_snapshot_internal_sync>("blockdev-snapshot-internal-sync",
                                             "Keeps the present content inside the image.")
        .preconfig(),
    command<blockdev_snapshot_delete_internal_sync>("blockdev-snapshot-delete-internal-sync",
                                                    "Ends a snapshot inside an image.")
        .preconfig(),
    command<change_backing_file>("change-backing-file", "Writes another backing file's name into an image.").preconfig(),
    command<snapshot_save>("snapshot-save", "Saves the whole machine in its images.").not_yet(),
    command<snapshot_load>("snapshot-load", "Brings the machine back to a saved state.").not_yet(),
    command<snapshot_delete>("snapshot-delete", "Ends a saved state of the machine.").not_yet(),
};

}  // namespace

Result<Empty> take_snapshot(BlockLayer& layer, const BlockdevSnapshot& args) {
    (void)RHEA_TRY(layer.lookup(args.node, args.node));
    (void)RHEA_TRY(layer.lookup(args.overlay, args.overlay));
    return fail("The overlay does not support backing images");
}

Result<Empty> take_snapshot(BlockLayer& layer, const BlockdevSnapshotSync& args) {
    (void)RHEA_TRY(layer.lookup(args.device.value_or(""), args.node_name.value_or("")));
    if (args.node_name && !args.snapshot_node_name) return fail("New overlay node-name missing");
    if (args.snapshot_node_name && layer.lookup(*args.snapshot_node_name, *args.snapshot_node_name))
        return fail("New overlay node-name already in use");
    const std::string format = args.format.value_or("qcow2");
    const auto driver = enum_from_name<BlockdevDriver>(format);
    if (!driver) return fail(fmt::format("Unknown file format '{}'", format));
    if (*driver == BlockdevDriver::raw) return fail("Backing file not supported for file format 'raw'");
    return fail(not_supported("blockdev-snapshot-sync"));
}

Result<Empty> take_snapshot(BlockLayer& layer, const BlockdevSnapshotInternal& args) {
    auto node = RHEA_TRY(layer.lookup(args.device, args.device));
    return fail(fmt::format("Block format '{}' used by device '{}' does not support internal snapshots", node->driver_name(),
                            args.device));
}

void add_block_snapshot_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
