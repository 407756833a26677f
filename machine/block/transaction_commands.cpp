/// transaction: several actions, all or none of them.
#include <fmt/format.h>

#include "chardev/options.h"
#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/jobs/jobs.h"
#include "machine/block/transaction.h"
#include "monitor/command_table.h"

namespace rhea {

enum class TransactionActionKind {
    abort,
    block_dirty_bitmap_add,
    block_dirty_bitmap_remove,
    block_dirty_bitmap_clear,
    block_dirty_bitmap_enable,
    block_dirty_bitmap_disable,
    block_dirty_bitmap_merge,
    blockdev_backup,
    blockdev_snapshot,
    blockdev_snapshot_internal_sync,
    blockdev_snapshot_sync,
    drive_backup
};
template <>
inline constexpr auto description<TransactionActionKind> = enumeration<TransactionActionKind>(
    "TransactionActionKind", "abort", "block-dirty-bitmap-add", "block-dirty-bitmap-remove", "block-dirty-bitmap-clear",
    "block-dirty-bitmap-enable", "block-dirty-bitmap-disable", "block-dirty-bitmap-merge", "blockdev-backup",
    "blockdev-snapshot", "blockdev-snapshot-internal-sync", "blockdev-snapshot-sync",
    EnumValue("drive-backup", feature::kDeprecated));

struct TransactionAction {
    TransactionActionKind type{};
    std::variant<std::monostate, Data<Empty>, Data<BlockDirtyBitmapAdd>, Data<BlockDirtyBitmap>, Data<BlockDirtyBitmapMerge>,
                 Data<BlockdevBackup>, Data<BlockdevSnapshot>, Data<BlockdevSnapshotInternal>, Data<BlockdevSnapshotSync>,
                 Data<DriveBackup>>
        u;
};
template <>
inline constexpr auto description<TransactionAction> = flat_union<&TransactionAction::type, &TransactionAction::u>(
    "TransactionAction",
    branches(branch<Data<Empty>>(TransactionActionKind::abort),
             branch<Data<BlockDirtyBitmapAdd>>(TransactionActionKind::block_dirty_bitmap_add),
             branch<Data<BlockDirtyBitmap>>(TransactionActionKind::block_dirty_bitmap_remove),
             branch<Data<BlockDirtyBitmap>>(TransactionActionKind::block_dirty_bitmap_clear),
             branch<Data<BlockDirtyBitmap>>(TransactionActionKind::block_dirty_bitmap_enable),
             branch<Data<BlockDirtyBitmap>>(TransactionActionKind::block_dirty_bitmap_disable),
             branch<Data<BlockDirtyBitmapMerge>>(TransactionActionKind::block_dirty_bitmap_merge),
             branch<Data<BlockdevBackup>>(TransactionActionKind::blockdev_backup),
             branch<Data<BlockdevSnapshot>>(TransactionActionKind::blockdev_snapshot),
             branch<Data<BlockdevSnapshotInternal>>(TransactionActionKind::blockdev_snapshot_internal_sync),
             branch<Data<BlockdevSnapshotSync>>(TransactionActionKind::blockdev_snapshot_sync),
             branch<Data<DriveBackup>>(TransactionActionKind::drive_backup)),
    member<&TransactionAction::type>("type"));

enum class ActionCompletionMode { individual, grouped };
template <>
inline constexpr auto description<ActionCompletionMode> = enumeration<ActionCompletionMode>("ActionCompletionMode",
                                                                                            "individual", "grouped");

struct TransactionProperties {
    std::optional<ActionCompletionMode> completion_mode;
};
template <>
inline constexpr auto description<TransactionProperties> =
    object("TransactionProperties", member<&TransactionProperties::completion_mode>("completion-mode"));

struct Transaction {
    std::vector<TransactionAction> actions;
    std::optional<TransactionProperties> properties;
};
template <>
inline constexpr auto description<Transaction> = object("q_obj_transaction-arg", member<&Transaction::actions>("actions"),
                                                        member<&Transaction::properties>("properties"));

namespace {

/// Only what runs as a job can wait for the others at its end.
bool can_be_grouped(TransactionActionKind kind) {
    return kind == TransactionActionKind::abort || kind == TransactionActionKind::blockdev_backup ||
           kind == TransactionActionKind::drive_backup;
}

struct Prepare {
    BlockLayer& layer;
    TransactionActionKind kind;
    const std::shared_ptr<JobGroup>& group;
    using Prepared = Result<PreparedAction>;

    Prepared operator()(const std::monostate&) const { return PreparedAction{}; }
    Prepared operator()(const Data<Empty>&) const { return fail("Transaction aborted using Abort action"); }
    Prepared operator()(const Data<BlockDirtyBitmapAdd>& a) const { return prepare_action(layer, a.data); }
    Prepared operator()(const Data<BlockDirtyBitmap>& a) const {
        switch (kind) {
            case TransactionActionKind::block_dirty_bitmap_remove: return prepare_bitmap_removal(layer, a.data);
            case TransactionActionKind::block_dirty_bitmap_clear: return prepare_bitmap_clearing(layer, a.data);
            default: return prepare_bitmap_switch(layer, a.data, kind == TransactionActionKind::block_dirty_bitmap_enable);
        }
    }
    Prepared operator()(const Data<BlockDirtyBitmapMerge>& a) const { return prepare_action(layer, a.data); }
    Prepared operator()(const Data<BlockdevBackup>& a) const { return prepare_action(layer, a.data, group); }
    Prepared operator()(const Data<DriveBackup>& a) const { return prepare_action(layer, a.data, group); }
    template <class Snapshot>
    Prepared operator()(const Data<Snapshot>& a) const {
        RHEA_CHECK(take_snapshot(layer, a.data));
        return PreparedAction{};
    }
};

Result<Empty> transaction(BlockLayer& layer, const Transaction& args) {
    const bool grouped = args.properties && args.properties->completion_mode == ActionCompletionMode::grouped;
    for (const TransactionAction& action : args.actions) {
        if (grouped && !can_be_grouped(action.type))
            return fail(fmt::format("Action '{}' does not support Transaction property completion-mode = {}",
                                    enum_name(action.type), enum_name(ActionCompletionMode::grouped)));
    }
    const auto group = grouped ? std::make_shared<JobGroup>() : nullptr;
    layer.drain();
    std::vector<PreparedAction> prepared;
    for (const TransactionAction& action : args.actions) {
        auto one = std::visit(Prepare{layer, action.type, group}, action.u);
        if (!one) {
            finish_actions(layer, prepared, false);
            return fail(one.error());
        }
        prepared.push_back(std::move(*one));
    }
    finish_actions(layer, prepared, true);
    return Empty{};
}

constexpr Command kCommands[] = {
    command<transaction>("transaction", "Does several actions at one moment: all, or none when one fails."),
};

}  // namespace

void finish_actions(BlockLayer& layer, std::vector<PreparedAction>& actions, bool good) {
    if (!good) {
        for (auto action = actions.rbegin(); action != actions.rend(); ++action)
            if (action->undo) action->undo();
        return;
    }
    std::vector<Job*> jobs;
    for (PreparedAction& action : actions) {
        if (action.commit) action.commit();
        if (action.job) jobs.push_back(action.job);
    }
    for (Job* job : jobs) job->resume(false);
    // One that fails takes its whole group along.
    for (auto job = jobs.rbegin(); job != jobs.rend(); ++job)
        if (layer.jobs().contains(*job)) (*job)->wake();
}

void add_block_transaction_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
