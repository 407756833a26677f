#pragma once
/// What the commands of snapshots, bitmaps and backups do, for themselves and as actions of a transaction. Each either has
/// done its work or says why not.
#include "machine/block/bitmap_types.h"
#include "machine/block/job_types.h"

namespace rhea {

class BlockLayer;

/// "Invalid job ID 'x'"
Result<void> check_job_id(const std::string& id);

Result<Empty> take_snapshot(BlockLayer& layer, const BlockdevSnapshot& args);
Result<Empty> take_snapshot(BlockLayer& layer, const BlockdevSnapshotSync& args);
Result<Empty> take_snapshot(BlockLayer& layer, const BlockdevSnapshotInternal& args);

Result<Empty> add_bitmap(BlockLayer& layer, const BlockDirtyBitmapAdd& args);
/// "Node 'x' not found", "Dirty bitmap 'x' not found"
Result<Empty> find_bitmap(BlockLayer& layer, const std::string& node, const std::string& bitmap);

Result<Empty> start_backup(BlockLayer& layer, const BlockdevBackup& args);
Result<Empty> start_backup(BlockLayer& layer, const DriveBackup& args);

}  // namespace rhea
