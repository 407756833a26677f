#pragma once
/// Background jobs and what they are told: the types that the commands of jobs, snapshots and transactions share.
#include "machine/block/policy.h"
#include "machine/schema_features.h"

namespace rhea {

enum class JobType { commit, stream, mirror, backup, create, amend, snapshot_load, snapshot_save, snapshot_delete };
template <>
inline constexpr auto description<JobType> = enumeration<JobType>("JobType", "commit", "stream", "mirror", "backup",
                                                                  "create", "amend", "snapshot-load", "snapshot-save",
                                                                  "snapshot-delete");

enum class JobStatus { undefined, created, running, paused, ready, standby, waiting, pending, aborting, concluded, null };
template <>
inline constexpr auto description<JobStatus> = enumeration<JobStatus>("JobStatus", "undefined", "created", "running",
                                                                      "paused", "ready", "standby", "waiting", "pending",
                                                                      "aborting", "concluded", "null");

enum class MirrorSyncMode { top, full, none, incremental, bitmap };
template <>
inline constexpr auto description<MirrorSyncMode> = enumeration<MirrorSyncMode>("MirrorSyncMode", "top", "full", "none",
                                                                                "incremental", "bitmap");

enum class BitmapSyncMode { on_success, never, always };
template <>
inline constexpr auto description<BitmapSyncMode> = enumeration<BitmapSyncMode>("BitmapSyncMode", "on-success", "never",
                                                                                "always");

enum class MirrorCopyMode { background, write_blocking };
template <>
inline constexpr auto description<MirrorCopyMode> = enumeration<MirrorCopyMode>("MirrorCopyMode", "background",
                                                                                "write-blocking");

enum class NewImageMode { existing, absolute_paths };
template <>
inline constexpr auto description<NewImageMode> = enumeration<NewImageMode>("NewImageMode", "existing", "absolute-paths");

struct BackupPerf {
    std::optional<bool> use_copy_range;
    std::optional<std::int64_t> max_workers, max_chunk;
};
template <>
inline constexpr auto description<BackupPerf> = object("BackupPerf", member<&BackupPerf::use_copy_range>("use-copy-range"),
                                                       member<&BackupPerf::max_workers>("max-workers"),
                                                       member<&BackupPerf::max_chunk>("max-chunk"));

struct DriveBackup {
    std::optional<std::string> job_id;
    std::string device;
    MirrorSyncMode sync{};
    std::optional<std::int64_t> speed;
    std::optional<std::string> bitmap;
    std::optional<BitmapSyncMode> bitmap_mode;
    std::optional<bool> compress;
    std::optional<BlockdevOnError> on_source_error, on_target_error;
    std::optional<bool> auto_finalize, auto_dismiss;
    std::optional<std::string> filter_node_name;
    std::optional<BackupPerf> x_perf;
    std::string target;
    std::optional<std::string> format;
    std::optional<NewImageMode> mode;
};
template <>
inline constexpr auto description<DriveBackup> = object(
    "DriveBackup", member<&DriveBackup::job_id>("job-id"), member<&DriveBackup::device>("device"),
    member<&DriveBackup::sync>("sync"), member<&DriveBackup::speed>("speed"), member<&DriveBackup::bitmap>("bitmap"),
    member<&DriveBackup::bitmap_mode>("bitmap-mode"), member<&DriveBackup::compress>("compress"),
    member<&DriveBackup::on_source_error>("on-source-error"), member<&DriveBackup::on_target_error>("on-target-error"),
    member<&DriveBackup::auto_finalize>("auto-finalize"), member<&DriveBackup::auto_dismiss>("auto-dismiss"),
    member<&DriveBackup::filter_node_name>("filter-node-name"), member<&DriveBackup::x_perf>("x-perf", feature::kUnstable),
    member<&DriveBackup::target>("target"), member<&DriveBackup::format>("format"), member<&DriveBackup::mode>("mode"));

struct BlockdevBackup {
    std::optional<std::string> job_id;
    std::string device;
    MirrorSyncMode sync{};
    std::optional<std::int64_t> speed;
    std::optional<std::string> bitmap;
    std::optional<BitmapSyncMode> bitmap_mode;
    std::optional<bool> compress;
    std::optional<BlockdevOnError> on_source_error, on_target_error;
    std::optional<bool> auto_finalize, auto_dismiss;
    std::optional<std::string> filter_node_name;
    std::optional<BackupPerf> x_perf;
    std::string target;
};
template <>
inline constexpr auto description<BlockdevBackup> = object(
    "BlockdevBackup", member<&BlockdevBackup::job_id>("job-id"), member<&BlockdevBackup::device>("device"),
    member<&BlockdevBackup::sync>("sync"), member<&BlockdevBackup::speed>("speed"),
    member<&BlockdevBackup::bitmap>("bitmap"), member<&BlockdevBackup::bitmap_mode>("bitmap-mode"),
    member<&BlockdevBackup::compress>("compress"), member<&BlockdevBackup::on_source_error>("on-source-error"),
    member<&BlockdevBackup::on_target_error>("on-target-error"), member<&BlockdevBackup::auto_finalize>("auto-finalize"),
    member<&BlockdevBackup::auto_dismiss>("auto-dismiss"), member<&BlockdevBackup::filter_node_name>("filter-node-name"),
    member<&BlockdevBackup::x_perf>("x-perf", feature::kUnstable), member<&BlockdevBackup::target>("target"));

struct BlockdevSnapshotSync {
    std::optional<std::string> device, node_name;
    std::string snapshot_file;
    std::optional<std::string> snapshot_node_name, format;
    std::optional<NewImageMode> mode;
};
template <>
inline constexpr auto description<BlockdevSnapshotSync> = object(
    "BlockdevSnapshotSync", member<&BlockdevSnapshotSync::device>("device"),
    member<&BlockdevSnapshotSync::node_name>("node-name"), member<&BlockdevSnapshotSync::snapshot_file>("snapshot-file"),
    member<&BlockdevSnapshotSync::snapshot_node_name>("snapshot-node-name"), member<&BlockdevSnapshotSync::format>("format"),
    member<&BlockdevSnapshotSync::mode>("mode"));

struct BlockdevSnapshot {
    std::string node, overlay;
};
template <>
inline constexpr auto description<BlockdevSnapshot> = object("BlockdevSnapshot", member<&BlockdevSnapshot::node>("node"),
                                                             member<&BlockdevSnapshot::overlay>("overlay"));

struct BlockdevSnapshotInternal {
    std::string device, name;
};
template <>
inline constexpr auto description<BlockdevSnapshotInternal> = object("BlockdevSnapshotInternal",
                                                                     member<&BlockdevSnapshotInternal::device>("device"),
                                                                     member<&BlockdevSnapshotInternal::name>("name"));

}  // namespace rhea
