#include "machine/block/jobs/job.h"

#include <fmt/format.h>

#include <cerrno>

#include "machine/block/events.h"
#include "machine/block/jobs/jobs.h"
#include "machine/block/trace_points.h"

namespace rhea {
namespace {

using Statuses = std::uint16_t;

constexpr Statuses in(std::initializer_list<JobStatus> statuses) {
    Statuses set = 0;
    for (const JobStatus status : statuses) set = static_cast<Statuses>(set | 1u << static_cast<unsigned>(status));
    return set;
}

constexpr Statuses kAlive = in({JobStatus::created, JobStatus::running, JobStatus::paused, JobStatus::ready, JobStatus::standby});

/// In which states each verb is accepted, in the order of JobVerb.
constexpr Statuses kAccepted[] = {
    kAlive | in({JobStatus::waiting, JobStatus::pending}),  // cancel
    kAlive,                                                 // pause
    kAlive,                                                 // resume
    kAlive,                                                 // set-speed
    in({JobStatus::ready, JobStatus::standby}),             // complete
    in({JobStatus::pending}),                               // finalize
    in({JobStatus::concluded}),                             // dismiss
};

constexpr int kStepsAtOnce = 16;  // of work that never waits, before other things get their turn

}  // namespace

Job::Job(Jobs& jobs, JobSettings settings) : jobs_(jobs), settings_(std::move(settings)), alarm_(jobs.loop()) {
    if (!settings_.group) settings_.group = std::make_shared<JobGroup>();
    auto& group = settings_.group->jobs;
    group.insert(group.begin(), this);
}

Job::~Job() { release(); }

void Job::set_status(JobStatus status) {
    trace_job<"job_state_transition">("job {} (ret: {}) attempting allowed transition ({}-->{})", fmt::ptr(this), error_ ? -1 : 0,
                                      enum_name(status_), enum_name(status));
    status_ = status;
    jobs_.events().emit(JobStatusChangeEvent{id(), status});
}

Result<void> Job::check(JobVerb verb) const {
    const bool allowed = kAccepted[static_cast<int>(verb)] >> static_cast<unsigned>(status_) & 1;
    trace_job<"job_apply_verb">("job {} in state {}; applying verb {} ({})", fmt::ptr(this), enum_name(status_), enum_name(verb),
                                allowed ? "allowed" : "prohibited");
    if (allowed) return {};
    return fail(fmt::format("Job '{}' in state '{}' cannot accept command verb '{}'", id(), enum_name(status_), enum_name(verb)));
}

void Job::start() {
    set_status(JobStatus::running);
    pump();
}

bool Job::stands() const { return status_ == JobStatus::paused || status_ == JobStatus::standby; }

void Job::pump() {
    if (pumping_ || working_ || work_ended_ || status_ == JobStatus::undefined || status_ == JobStatus::created) return;
    pumping_ = true;
    for (int steps = 0;; ++steps) {
        if (pauses_ > 0 && !forced_) {
            if (!stands()) set_status(status_ == JobStatus::ready ? JobStatus::standby : JobStatus::paused);
            break;
        }
        if (stands()) set_status(status_ == JobStatus::standby ? JobStatus::ready : JobStatus::running);
        JobStep step = forced_ ? JobStep::done() : next();
        if (step.kind == JobStep::Kind::done) {
            work_ended_ = true;
            if (ends_later()) alarm_.start(0, [this, error = std::move(step.error)] { ended(error); });
            else pumping_ = false, ended(std::move(step.error));  // may be the end of this object
            return;
        }
        if (step.kind == JobStep::Kind::idle) break;
        if (step.kind == JobStep::Kind::sleep) {
            alarm_.start(step.delay_ns, [this] { pump(); });
            break;
        }
        if (immediate() && step.delay_ns == 0) {
            worked(step.work());
            if (steps < kStepsAtOnce) continue;
            alarm_.start(0, [this] { pump(); });
            break;
        }
        working_ = true;
        jobs_.work().submit(this, WorkQueue::For::host, std::move(step.work), [this](int error) { step_done(error); }, {.latency_ns = step.delay_ns});
        break;
    }
    pumping_ = false;
}

void Job::step_done(int error) {
    working_ = false;
    worked(error);
    pump();
}

void Job::wake() {
    if (work_ended_) return;
    alarm_.stop();
    pump();
}

void Job::ended(std::optional<Error> error) {
    pumping_ = false;
    if (!error_) error_ = std::move(error);
    jobs_.completed(*this);
}

void Job::pause() {
    ++pauses_;
    wake();
}

void Job::resume(bool go_on) {
    if (pauses_ == 0 || --pauses_ > 0) return;
    if (go_on) return wake();
    if (stands()) set_status(status_ == JobStatus::standby ? JobStatus::ready : JobStatus::running);
}

Result<void> Job::user_pause() {
    if (user_paused_) return fail("Job is already paused");
    user_paused_ = true;
    pause();
    return {};
}

Result<void> Job::user_resume() {
    if (!user_paused_ || pauses_ == 0) return fail("Can't resume a job that was not paused");
    io_status_ = BlockDeviceIoStatus::ok;
    user_paused_ = false;
    resume();
    return {};
}

Result<void> Job::set_speed(std::int64_t speed) {
    if (speed < 0) return fail(Error::invalid_parameter_value("speed", "a non-negative value"));
    limit_.set_speed(static_cast<std::uint64_t>(speed));
    if (alarm_.pending()) wake();
    return {};
}

Result<void> Job::complete() { return do_complete(); }

Result<void> Job::do_complete() { return fail(fmt::format("The active block job '{}' cannot be completed", id())); }

void Job::cancel(bool force) {
    force = cancel_is_forced(force);
    if (user_paused_) {
        user_paused_ = false;
        if (pauses_ > 0) --pauses_;
    }
    cancelled_ = true;
    forced_ = forced_ || force;
    if (status_ == JobStatus::created) return jobs_.completed(*this);
    if (!work_ended_) return wake();
    // All that is left is to put its changes in place. One that is on its way to that comes by itself.
    if (forced_ && (status_ == JobStatus::waiting || status_ == JobStatus::pending)) jobs_.abort_group(*this);
}

BlockErrorAction Job::handle_error(BlockdevOnError policy, bool is_read, int error) {
    const BlockErrorAction action = decide(policy, error);
    jobs_.events().emit(BlockJobErrorEvent{id(), is_read ? IoOperationType::read : IoOperationType::write, action});
    if (action == BlockErrorAction::stop) {
        if (!user_paused_) {
            user_paused_ = true;
            ++pauses_;
        }
        if (io_status_ == BlockDeviceIoStatus::ok)
            io_status_ = error == ENOSPC ? BlockDeviceIoStatus::nospace : BlockDeviceIoStatus::failed;
    }
    return action;
}

std::uint64_t Job::account(std::uint64_t bytes) { return limit_.delay_ns(bytes, uv_hrtime()); }

void Job::become_ready() {
    set_status(JobStatus::ready);
    jobs_.events().emit(BlockJobReadyEvent{settings_.type, id(), total_, progress_, speed()});
}

Result<void> Job::hold(std::string_view role, std::shared_ptr<BlockNode> node, BlockPermissions permissions, bool block) {
    auto edge = std::make_unique<BlockEdge>(role, false, [this] { return fmt::format("{} job '{}'", enum_name(settings_.type), id()); });
    RHEA_CHECK(edge->attach(node, permissions));
    edges_.push_back(std::move(edge));
    if (!block) return {};
    node->block(this, fmt::format("block device is in use by block job: {}", enum_name(settings_.type)));
    blocked_.push_back(std::move(node));
    return {};
}

void Job::release() {
    for (const auto& node : blocked_) node->unblock(this);
    blocked_.clear();
    edges_.clear();
}

}  // namespace rhea
