#include "machine/block/jobs/jobs.h"

#include <fmt/format.h>

#include <algorithm>

#include "machine/block/events.h"
#include "machine/block/trace_points.h"
#include "qobject/keyval.h"

namespace rhea {

Result<void> check_job_id(const std::string& id) {
    if (!is_well_formed_id(id)) return fail(fmt::format("Invalid job ID '{}'", id));
    return {};
}

Jobs::~Jobs() { cancel_all(); }

Result<void> Jobs::check_new(const std::string& id) const {
    RHEA_CHECK(check_job_id(id));
    if (find(id)) return fail(fmt::format("Job ID '{}' already in use", id));
    return {};
}

void Jobs::created(Job& job) { job.set_status(JobStatus::created); }

void Jobs::drop(Job& job) {
    std::erase(job.settings_.group->jobs, &job);
    job.clean();
    job.release();
    job.set_status(JobStatus::null);
    std::erase_if(jobs_, [&](const auto& owned) { return owned.get() == &job; });
}

std::vector<Job*> Jobs::list() const {
    std::vector<Job*> all;
    for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job) all.push_back(job->get());
    return all;
}

Job* Jobs::find(std::string_view id) const {
    for (const auto& job : jobs_)
        if (job->id() == id) return job.get();
    return nullptr;
}

bool Jobs::contains(const Job* job) const {
    return std::any_of(jobs_.begin(), jobs_.end(), [job](const auto& owned) { return owned.get() == job; });
}

void Jobs::completed(Job& job) {
    trace_job<"job_completed">("job {} ret {}", fmt::ptr(&job), job.error_ ? -1 : 0);
    job.work_ended_ = true;
    if (job.error_ || job.forced_) return abort_group(job);
    job.set_status(JobStatus::waiting);
    const auto group = job.settings_.group;
    const auto is = [](JobStatus status) { return [status](const Job* j) { return j->status_ == status; }; };
    if (!std::all_of(group->jobs.begin(), group->jobs.end(), is(JobStatus::waiting))) return;
    for (Job* one : std::vector<Job*>(group->jobs)) {
        one->set_status(JobStatus::pending);
        if (!one->settings_.auto_finalize && one->block_job())
            events_.emit(BlockJobPendingEvent{one->settings_.type, one->id()});
    }
    if (std::all_of(group->jobs.begin(), group->jobs.end(), [](const Job* j) { return j->settings_.auto_finalize; }))
        finalize_group(*group);
}

void Jobs::finalize(Job& job) {
    const auto group = job.settings_.group;
    finalize_group(*group);
}

void Jobs::finalize_group(JobGroup& group) {
    const std::vector<Job*> all = group.jobs;
    for (Job* job : all) {
        auto prepared = job->prepare();
        if (prepared) continue;
        job->error_ = prepared.error();
        return abort_group(*job);
    }
    for (Job* job : all) conclude(*job);
}

void Jobs::abort_group(Job& job) {
    const auto group = job.settings_.group;
    if (std::exchange(group->aborting, true)) return;
    const std::vector<Job*> all = group->jobs;
    for (Job* other : all) {
        if (other == &job || other->status_ == JobStatus::concluded) continue;
        other->cancelled_ = other->forced_ = true;
    }
    for (Job* one : all) {
        if (one->status_ == JobStatus::concluded) continue;
        one->alarm_.stop();
        work_.drain(one);
        one->work_ended_ = true;
        conclude(*one);
    }
}

void Jobs::conclude(Job& job) {
    const bool started = job.status_ != JobStatus::created;
    if (!job.error_ && job.forced_) job.error_ = Error::generic("Operation canceled");
    if (job.error_) job.set_status(JobStatus::aborting);
    if (job.error_) job.abort();
    else job.commit();
    job.clean();
    job.release();
    std::erase(job.settings_.group->jobs, &job);
    if (job.block_job() && started) {
        if (job.forced_) {
            events_.emit(BlockJobCancelledEvent{job.settings_.type, job.id(), job.total_, job.progress_, job.speed()});
        } else {
            BlockJobCompletedEvent event{job.settings_.type, job.id(), job.total_, job.progress_, job.speed(), {}};
            if (job.error_) event.error = job.error_->description();
            events_.emit(event);
        }
    }
    job.set_status(JobStatus::concluded);
    if (job.settings_.auto_dismiss || !started) dismiss(job);
}

void Jobs::dismiss(Job& job) {
    job.set_status(JobStatus::null);
    std::erase_if(jobs_, [&](const auto& owned) { return owned.get() == &job; });
}

void Jobs::drain() {
    const std::vector<Job*> all = list();
    for (Job* job : all) job->pause();
    work_.drain(nullptr);
    for (Job* job : all)
        if (contains(job)) job->resume();
}

void Jobs::cancel_all() {
    while (!jobs_.empty()) {
        Job& job = *jobs_.back();
        if (job.status_ == JobStatus::concluded) dismiss(job);
        else {
            job.cancelled_ = job.forced_ = true;
            job.work_ended_ = true;
            abort_group(job);
            // What concluded without being dismissed is forgotten here.
            if (!jobs_.empty() && jobs_.back().get() == &job) dismiss(job);
        }
    }
}

}  // namespace rhea
