#include "machine/block/jobs/backup_job.h"

#include <cstring>

#include "machine/block/block_layer.h"
#include "machine/block/host.h"
#include "machine/block/jobs/jobs.h"

namespace rhea {
namespace {

constexpr std::uint64_t kCluster = 64 << 10;  // what a target that has no clusters is copied in
constexpr std::uint64_t kRetryNs = 100'000'000;

}  // namespace

Result<BackupJob*> BackupJob::create(BlockLayer& layer, Plan plan) {
    const std::uint64_t size = plan.source->size();
    auto left = RHEA_TRY(DirtyMap::make(size, kCluster));
    // What the bitmap does not know of stays as it is in the target.
    if (plan.bitmap && plan.sync != MirrorSyncMode::full) left->add(plan.bitmap->map());
    else left->set_all();
    auto settings = RHEA_TRY(layer.filter_settings(*plan.source, plan.filter_name));
    auto shared_left = std::shared_ptr<DirtyMap>(std::move(left));
    auto filter = std::make_shared<CopyBeforeWriteNode>(std::move(settings), shared_left);
    RHEA_CHECK(filter->attach_target(plan.target));
    RHEA_CHECK(filter->insert_above(plan.source));
    layer.adopt(filter);
    const std::int64_t speed = plan.speed;
    auto& jobs = layer.jobs();
    auto& job = jobs.add(std::make_unique<BackupJob>(jobs, std::move(plan), filter, shared_left));
    auto made = job.set_speed(speed);
    if (made) made = job.hold("main node", filter, {0, BlockPermissions::all});
    if (made) made = job.hold("target", job.plan_.target, {0, BlockPermissions::all});
    if (!made) {
        jobs.drop(job);
        return fail(made.error());
    }
    if (job.plan_.bitmap) job.plan_.bitmap->begin_job();
    return &job;
}

BackupJob::BackupJob(Jobs& jobs, Plan plan, std::shared_ptr<CopyBeforeWriteNode> filter, std::shared_ptr<DirtyMap> left)
    : Job(jobs, plan.settings), plan_(std::move(plan)), filter_(std::move(filter)), left_(std::move(left)) {
    whole_ = left_->count_inside();
    show_progress();
}

BackupJob::~BackupJob() { clean(); }

/// What writes have had copied counts, too.
void BackupJob::show_progress() { set_progress(whole_ - left_->count_inside(), whole_); }

JobStep BackupJob::next() {
    show_progress();
    if (failure_) return JobStep::done(failure_);
    if (plan_.sync == MirrorSyncMode::none) return JobStep::idle();  // until it is cancelled
    auto range = left_->next(cursor_);
    if (!range && cursor_) range = left_->next(cursor_ = 0);
    if (!range) return JobStep::done();
    if (std::exchange(retry_, false)) return JobStep::sleep(kRetryNs);
    if (const std::uint64_t ns = account(std::exchange(moved_, 0))) return JobStep::sleep(ns);
    const std::uint64_t now = uv_hrtime();
    const std::uint64_t bytes = std::min<std::uint64_t>(range->bytes, 1 << 20);
    const std::uint64_t delay = plan_.source->delay_ns(IoKind::read, bytes, now) + plan_.target->delay_ns(IoKind::write, bytes, now);
    return JobStep::worker(
        [this, range = *range] {
            piece_ = filter_->copy(range);
            cursor_ = range.offset + piece_.bytes;
            return piece_.error;
        },
        delay);
}

void BackupJob::worked(int error) {
    if (!error) {
        moved_ = piece_.bytes;
        return;
    }
    cursor_ = 0;
    const auto policy = piece_.reading ? plan_.on_source_error : plan_.on_target_error;
    if (handle_error(policy, piece_.reading, error) == BlockErrorAction::report) failure_ = Error::generic(std::strerror(error));
    else retry_ = true;
}

void BackupJob::finish_bitmap(bool good) {
    if (!plan_.bitmap) return;
    jobs().work().drain(nullptr);
    const bool sync = plan_.bitmap_mode == BitmapSyncMode::always || (good && plan_.bitmap_mode == BitmapSyncMode::on_success);
    // A backup that did not come to its end leaves behind what it has not copied.
    plan_.bitmap->end_job(sync, sync && !good ? left_.get() : nullptr);
    plan_.bitmap = nullptr;
}

void BackupJob::commit() {
    show_progress();
    finish_bitmap(true);
}

void BackupJob::abort() {
    show_progress();
    finish_bitmap(false);
}

void BackupJob::clean() {
    if (!filter_) return;
    finish_bitmap(false);
    jobs().work().drain(nullptr);
    release();
    // Its users had the node before, and ask for no more of it than then.
    (void)filter_->replace_with(filter_->child_edge()->shared_node());
    filter_->detach_target();
    filter_ = nullptr;
}

}  // namespace rhea
