#include "machine/block/jobs/mirror_job.h"

#include <fmt/format.h>

#include <cstring>

#include "machine/block/block_layer.h"
#include "machine/block/jobs/jobs.h"

namespace rhea {
namespace {

constexpr std::uint64_t kDefaultGranularity = 64 << 10;
constexpr std::uint64_t kRetryNs = 100'000'000;

}  // namespace

Result<MirrorJob*> MirrorJob::create(BlockLayer& layer, Plan plan) {
    auto dirty = RHEA_TRY(DirtyMap::make(plan.source->size(), plan.granularity ? plan.granularity : kDefaultGranularity));
    if (plan.copies_all) dirty->set_all();
    auto settings = RHEA_TRY(layer.filter_settings(*plan.source, plan.filter_name));
    auto shared_dirty = std::shared_ptr<DirtyMap>(std::move(dirty));
    auto filter = std::make_shared<MirrorTopNode>(std::move(settings), shared_dirty, plan.target);
    if (plan.write_through) filter->write_through();
    RHEA_CHECK(filter->insert_above(plan.source));
    layer.adopt(filter);
    const std::int64_t speed = plan.speed;
    auto& jobs = layer.jobs();
    auto& job = jobs.add(std::make_unique<MirrorJob>(layer, std::move(plan), filter, shared_dirty));
    constexpr unsigned kShared = BlockPermissions::all & ~unsigned{BlockPermissions::resize};
    auto made = job.set_speed(speed);
    if (made) made = job.hold("main node", filter, {BlockPermissions::consistent_read, kShared}, true);
    if (made) made = job.target_.attach(job.plan_.target, {BlockPermissions::write, BlockPermissions::write_unchanged});
    if (made) made = job.hold("source", job.plan_.source, {0, kShared});
    if (made) made = job.hold("target", job.plan_.target, {0, BlockPermissions::all});
    if (made) return &job;
    jobs.drop(job);
    return fail(made.error());
}

MirrorJob::MirrorJob(BlockLayer& layer, Plan plan, std::shared_ptr<MirrorTopNode> filter, std::shared_ptr<DirtyMap> dirty)
    : Job(layer.jobs(), plan.settings),
      layer_(layer),
      plan_(std::move(plan)),
      filter_(std::move(filter)),
      dirty_(std::move(dirty)),
      target_("root", true, [] { return std::string("an unnamed block device"); }),
      dirtied_(new uv_async_t) {
    uv_async_init(jobs().loop(), dirtied_, [](uv_async_t* handle) {
        if (handle->data) static_cast<MirrorJob*>(handle->data)->wake();
    });
    uv_unref(reinterpret_cast<uv_handle_t*>(dirtied_));
    dirtied_->data = this;
    filter_->on_dirty = [this] { uv_async_send(dirtied_); };
}

MirrorJob::~MirrorJob() {
    clean();
    dirtied_->data = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(dirtied_), [](uv_handle_t* handle) { delete reinterpret_cast<uv_async_t*>(handle); });
}

JobStep MirrorJob::next() {
    if (!std::exchange(checked_, true) && plan_.source->size() != plan_.target->size())
        return JobStep::done(Error::generic("Source and target image have different sizes"));
    set_progress(copied_, copied_ + dirty_->count_inside());
    if (failure_) return JobStep::done(failure_);
    if (std::exchange(retry_, false)) return JobStep::sleep(kRetryNs);
    if (cancelled()) return finish();
    if (const std::uint64_t ns = account(std::exchange(moved_, 0))) return JobStep::sleep(ns);
    auto range = dirty_->next(cursor_);
    if (!range && cursor_) range = dirty_->next(cursor_ = 0);
    if (range) {
        flushed_ = false;
        const std::uint64_t now = uv_hrtime(), bytes = std::min<std::uint64_t>(range->bytes, 1 << 20);
        const std::uint64_t delay =
            plan_.source->delay_ns(IoKind::read, bytes, now) + plan_.target->delay_ns(IoKind::write, bytes, now);
        return JobStep::worker(
            [this, range = *range] {
                piece_ = filter_->copy(range);
                cursor_ = range.offset + piece_.bytes;
                return piece_.error;
            },
            delay);
    }
    if (!flushed_) {
        piece_ = {};
        return JobStep::worker([this] { return plan_.target->flush(); });
    }
    if (!is_ready()) become_ready();
    return should_complete_ ? finish() : JobStep::idle();
}

void MirrorJob::worked(int error) {
    if (!error) {
        if (piece_.bytes == 0) flushed_ = true;
        else moved_ = piece_.bytes;
        copied_ += piece_.bytes;
        return;
    }
    const auto policy = piece_.reading ? plan_.on_source_error : plan_.on_target_error;
    if (handle_error(policy, piece_.reading, error) == BlockErrorAction::report) failure_ = Error::generic(std::strerror(error));
    else retry_ = true;
}

/// The target is the same as the source at one moment: requests end, and what they left is copied.
JobStep MirrorJob::finish() {
    jobs().work().drain(nullptr);
    if (!dirty_->count()) return JobStep::done();
    // Whoever writes on and on does not keep the job from its end.
    filter_->write_through();
    if (!dirty_->next(cursor_)) cursor_ = 0;
    const auto range = *dirty_->next(cursor_);
    return JobStep::worker([this, range] {
        piece_ = filter_->copy(range);
        return piece_.error;
    });
}

Result<void> MirrorJob::do_complete() {
    if (!is_ready() || cancelled()) return Job::do_complete();
    if (plan_.replaces && !layer_.find_node(*plan_.replaces))
        return fail(fmt::format("Failed to find node with node-name='{}'", *plan_.replaces));
    should_complete_ = true;
    if (!paused()) wake();
    return {};
}

Result<void> MirrorJob::prepare() {
    if (!should_complete_) return {};
    return take_place();
}

Result<void> MirrorJob::take_place() {
    jobs().work().drain(nullptr);
    const auto target = plan_.target;
    release();
    target_.detach();
    auto* replaced = plan_.replaces ? layer_.find_node(*plan_.replaces) : nullptr;
    if (!replaced || replaced == plan_.source.get()) return filter_->replace_with(target);
    const auto before = replaced->shared_from_this();
    const std::vector<BlockEdge*> users = replaced->users();
    for (std::size_t i = 0; i < users.size(); ++i) {
        auto moved = users[i]->replace(target);
        if (moved) continue;
        while (i-- > 0) (void)users[i]->replace(before);
        return moved;
    }
    return {};
}

void MirrorJob::clean() {
    if (!filter_) return;
    jobs().work().drain(nullptr);
    release();
    target_.detach();
    filter_->on_dirty = nullptr;
    (void)filter_->replace_with(filter_->child_edge()->shared_node());
    filter_->let_go_of_target();
    filter_ = nullptr;
}

}  // namespace rhea
