/// blockdev-backup and drive-backup.
#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/host.h"
#include "machine/block/image_target.h"
#include "machine/block/jobs/backup_job.h"
#include "machine/block/jobs/jobs.h"
#include "machine/block/transaction.h"
#include "machine/schema_features.h"
#include "monitor/command_table.h"

namespace rhea {
namespace {

constexpr std::int64_t kClusterBytes = 64 << 10;

/// The bitmap that is read or written, and what becomes of it.
template <class Arguments>
Result<void> choose_bitmap(const Arguments& args, BackupJob::Plan& plan) {
    plan.sync = args.sync;
    auto mode = args.bitmap_mode;
    if ((args.sync == MirrorSyncMode::incremental || args.sync == MirrorSyncMode::bitmap) && !args.bitmap)
        return fail(fmt::format("must provide a valid bitmap name for '{}' sync mode", enum_name(args.sync)));
    if (args.sync == MirrorSyncMode::incremental) {
        if (mode && *mode != BitmapSyncMode::on_success)
            return fail("Bitmap sync mode must be 'on-success' when using sync mode 'incremental'");
        mode = BitmapSyncMode::on_success;
        plan.sync = MirrorSyncMode::bitmap;
    }
    // Nothing lies below what is copied.
    if (plan.sync == MirrorSyncMode::top) plan.sync = MirrorSyncMode::full;
    if (!args.bitmap) {
        if (mode) return fail("Cannot specify bitmap sync mode without a bitmap");
        return {};
    }
    plan.bitmap = plan.source->find_bitmap(*args.bitmap);
    if (!plan.bitmap) return fail(fmt::format("Bitmap '{}' could not be found", *args.bitmap));
    if (!mode) return fail("Bitmap sync mode must be given when providing a bitmap");
    RHEA_CHECK(check_not_busy(*plan.bitmap));
    if (args.sync == MirrorSyncMode::none)
        return fail(fmt::format("sync mode '{}' does not produce meaningful bitmap outputs", enum_name(args.sync)));
    if (*mode == BitmapSyncMode::never && plan.sync != MirrorSyncMode::bitmap)
        return fail(fmt::format("Bitmap sync mode '{}' has no meaningful effect when combined with sync mode '{}'", enum_name(*mode),
                                enum_name(args.sync)));
    plan.bitmap_mode = *mode;
    return {};
}

template <class Arguments>
Result<PreparedAction> prepare(BlockLayer& layer, const Arguments& args, std::shared_ptr<BlockNode> source,
                               std::shared_ptr<BlockNode> target, std::shared_ptr<JobGroup> group) {
    BackupJob::Plan plan;
    plan.source = std::move(source);
    plan.target = std::move(target);
    const BackupPerf perf = args.x_perf.value_or(BackupPerf{});
    const std::int64_t workers = perf.max_workers.value_or(1), chunk = perf.max_chunk.value_or(0);
    RHEA_CHECK(choose_bitmap(args, plan));
    if (plan.source == plan.target) return fail("Source and target cannot be the same");
    if (args.compress.value_or(false)) {
        return fail(fmt::format("Compression is not supported for this drive {}", layer.drive_name(*plan.target)));
    }
    RHEA_CHECK(layer.check_free(*plan.source));
    RHEA_CHECK(layer.check_free(*plan.target));
    if (workers < 1 || workers > INT32_MAX) return fail(fmt::format("max-workers must be between 1 and {}", INT32_MAX));
    if (chunk < 0) return fail("max-chunk must be zero (which means no limit) or positive");
    if (plan.source->size() != plan.target->size()) return fail("Source and target image have different sizes");
    if (chunk && chunk < kClusterBytes)
        return fail(fmt::format("Required max-chunk ({}) is less than backup cluster size ({})", chunk, kClusterBytes));
    plan.settings.id = layer.job_id(args.job_id, args.device);
    RHEA_CHECK(layer.jobs().check_new(plan.settings.id));
    plan.settings.type = JobType::backup;
    plan.settings.auto_finalize = args.auto_finalize.value_or(true);
    plan.settings.auto_dismiss = args.auto_dismiss.value_or(true);
    plan.settings.group = std::move(group);
    plan.on_source_error = args.on_source_error.value_or(BlockdevOnError::report);
    plan.on_target_error = args.on_target_error.value_or(BlockdevOnError::report);
    plan.filter_name = args.filter_node_name;
    plan.speed = args.speed.value_or(0);
    layer.drain();
    Job* job = RHEA_TRY(BackupJob::create(layer, std::move(plan)));
    job->pause();  // until the whole transaction is in place
    return PreparedAction{[job] { job->start(); }, [job] { job->cancel(true); }, job};
}

template <class Arguments>
Result<Empty> alone(BlockLayer& layer, const Arguments& args) {
    std::vector<PreparedAction> actions;
    actions.push_back(RHEA_TRY(prepare_action(layer, args, nullptr)));
    finish_actions(layer, actions, true);
    return Empty{};
}

Result<Empty> blockdev_backup(BlockLayer& layer, const BlockdevBackup& args) { return alone(layer, args); }
Result<Empty> drive_backup(BlockLayer& layer, const DriveBackup& args) { return alone(layer, args); }

constexpr Command kCommands[] = {
    command<blockdev_backup>("blockdev-backup", "Copies a node, as it is now, to another.").preconfig(),
    command<drive_backup>("drive-backup", "Copies a drive, as it is now, to a new image.")
        .preconfig()
        .with_features(feature::kDeprecated),
};

}  // namespace

Result<PreparedAction> prepare_action(BlockLayer& layer, const BlockdevBackup& args, std::shared_ptr<JobGroup> group) {
    auto source = RHEA_TRY(layer.lookup(args.device, args.device));
    auto target = RHEA_TRY(layer.lookup(args.target, args.target));
    return prepare(layer, args, std::move(source), std::move(target), std::move(group));
}

Result<PreparedAction> prepare_action(BlockLayer& layer, const DriveBackup& args, std::shared_ptr<JobGroup> group) {
    auto source = RHEA_TRY(layer.lookup(args.device, args.device));
    RHEA_CHECK(layer.check_free(*source));
    ImageTarget image{args.target, args.format, args.mode.value_or(NewImageMode::absolute_paths), std::nullopt, true, true};
    auto target = RHEA_TRY(open_image_target(layer, *source, image));
    return prepare(layer, args, std::move(source), std::move(target), std::move(group));
}

void add_block_backup_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
