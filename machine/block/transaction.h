#pragma once
/// What the commands of snapshots, bitmaps and backups do, for themselves and as actions of a transaction.
///
/// An action is prepared first, which is all of it that can fail. Then either all actions of a transaction are committed, or
/// all that were prepared are undone; what is left to be done in both cases comes last.
#include <functional>
#include <memory>

#include "machine/block/bitmap_types.h"
#include "machine/block/job_types.h"
#include "qobject/error.h"

namespace rhea {

class BlockLayer;
class Job;
struct JobGroup;

struct PreparedAction {
    std::function<void()> commit, undo;  ///< null: nothing to do
    Job* job = nullptr;                  ///< that was made, and stands still until the transaction is through
};

/// Requests have ended, and none begins before the transaction is through.
Result<PreparedAction> prepare_action(BlockLayer& layer, const BlockDirtyBitmapAdd& args);
Result<PreparedAction> prepare_bitmap_removal(BlockLayer& layer, const BlockDirtyBitmap& args);
Result<PreparedAction> prepare_bitmap_clearing(BlockLayer& layer, const BlockDirtyBitmap& args);
Result<PreparedAction> prepare_bitmap_switch(BlockLayer& layer, const BlockDirtyBitmap& args, bool on);
Result<PreparedAction> prepare_action(BlockLayer& layer, const BlockDirtyBitmapMerge& args);
/// `group`: with whom the job ends; null: alone.
Result<PreparedAction> prepare_action(BlockLayer& layer, const BlockdevBackup& args, std::shared_ptr<JobGroup> group);
Result<PreparedAction> prepare_action(BlockLayer& layer, const DriveBackup& args, std::shared_ptr<JobGroup> group);

/// Commits or undoes what was prepared, and lets its jobs go.
void finish_actions(BlockLayer& layer, std::vector<PreparedAction>& actions, bool good);

// No driver of this build can do any of these: they always fail.
Result<Empty> take_snapshot(BlockLayer& layer, const BlockdevSnapshot& args);
Result<Empty> take_snapshot(BlockLayer& layer, const BlockdevSnapshotSync& args);
Result<Empty> take_snapshot(BlockLayer& layer, const BlockdevSnapshotInternal& args);

}  // namespace rhea
