/// Background jobs: what they do at the moment, and what they are told.
#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/jobs/jobs.h"
#include "machine/block/trace_points.h"
#include "machine/schema_features.h"
#include "monitor/command_table.h"

namespace rhea {

struct JobInfo {
    std::string id;
    JobType type{};
    JobStatus status{};
    std::int64_t current_progress = 0, total_progress = 0;
    std::optional<std::string> error;
};
template <>
inline constexpr auto description<JobInfo> = object("JobInfo", member<&JobInfo::id>("id"), member<&JobInfo::type>("type"),
                                                    member<&JobInfo::status>("status"),
                                                    member<&JobInfo::current_progress>("current-progress"),
                                                    member<&JobInfo::total_progress>("total-progress"),
                                                    member<&JobInfo::error>("error"));

struct BlockJobInfo {
    std::string type, device;
    std::int64_t len = 0, offset = 0;
    bool busy = false, paused = false;
    std::int64_t speed = 0;
    BlockDeviceIoStatus io_status{};
    bool ready = false;
    JobStatus status{};
    bool auto_finalize = false, auto_dismiss = false;
    std::optional<std::string> error;
};
template <>
inline constexpr auto description<BlockJobInfo> =
    object("BlockJobInfo", member<&BlockJobInfo::type>("type"), member<&BlockJobInfo::device>("device"),
           member<&BlockJobInfo::len>("len"), member<&BlockJobInfo::offset>("offset"), member<&BlockJobInfo::busy>("busy"),
           member<&BlockJobInfo::paused>("paused"), member<&BlockJobInfo::speed>("speed"),
           member<&BlockJobInfo::io_status>("io-status"), member<&BlockJobInfo::ready>("ready"),
           member<&BlockJobInfo::status>("status"), member<&BlockJobInfo::auto_finalize>("auto-finalize"),
           member<&BlockJobInfo::auto_dismiss>("auto-dismiss"), member<&BlockJobInfo::error>("error"));

struct JobId {
    std::string id;
};
template <>
inline constexpr auto description<JobId> = object("q_obj_job-arg", member<&JobId::id>("id"));

struct BlockJobDevice {
    std::string device;
};
template <>
inline constexpr auto description<BlockJobDevice> = object("q_obj_block-job-arg", member<&BlockJobDevice::device>("device"));

struct BlockJobCancel {
    std::string device;
    std::optional<bool> force;
};
template <>
inline constexpr auto description<BlockJobCancel> = object("q_obj_block-job-cancel-arg",
                                                           member<&BlockJobCancel::device>("device"),
                                                           member<&BlockJobCancel::force>("force"));

struct BlockJobSetSpeed {
    std::string device;
    std::int64_t speed = 0;
};
template <>
inline constexpr auto description<BlockJobSetSpeed> = object("q_obj_block-job-set-speed-arg",
                                                             member<&BlockJobSetSpeed::device>("device"),
                                                             member<&BlockJobSetSpeed::speed>("speed"));

namespace {

Result<Job*> find_job(BlockLayer& layer, const std::string& id) {
    if (Job* job = layer.jobs().find(id)) return job;
    return fail("Job not found");
}

Result<Job*> find_block_job(BlockLayer& layer, const std::string& id) {
    if (Job* job = layer.jobs().find(id); job && job->block_job()) return job;
    return fail(Error(fmt::format("Block job '{}' not found", id), ErrorClass::device_not_active));
}

Result<std::vector<JobInfo>> query_jobs(BlockLayer& layer, const Empty&) {
    std::vector<JobInfo> all;
    for (const Job* job : layer.jobs().list()) {
        JobInfo info{job->id(), job->settings().type, job->status(), job->progress(), job->total(), {}};
        if (job->error()) info.error = job->error()->description();
        all.push_back(std::move(info));
    }
    return all;
}

Result<std::vector<BlockJobInfo>> query_block_jobs(BlockLayer& layer, const Empty&) {
    std::vector<BlockJobInfo> all;
    for (const Job* job : layer.jobs().list()) {
        if (!job->block_job()) continue;
        BlockJobInfo info;
        info.type = enum_name(job->settings().type);
        info.device = job->id();
        info.len = job->total();
        info.offset = job->progress();
        info.busy = job->busy();
        info.paused = job->paused();
        info.speed = job->speed();
        info.io_status = job->io_status();
        info.ready = job->is_ready();
        info.status = job->status();
        info.auto_finalize = job->settings().auto_finalize;
        info.auto_dismiss = job->settings().auto_dismiss;
        if (job->error()) info.error = job->error()->description();
        all.push_back(std::move(info));
    }
    return all;
}

Result<Empty> tell(BlockLayer& layer, Job& job, JobVerb verb) {
    // Whoever was not paused is told so, whatever state it is in.
    if (verb == JobVerb::resume && !job.paused_by_user()) return fail("Can't resume a job that was not paused");
    RHEA_CHECK(job.check(verb));
    switch (verb) {
        case JobVerb::pause: RHEA_CHECK(job.user_pause()); break;
        case JobVerb::resume: RHEA_CHECK(job.user_resume()); break;
        case JobVerb::complete: RHEA_CHECK(job.complete()); break;
        case JobVerb::cancel: job.cancel(true); break;
        case JobVerb::finalize: layer.jobs().finalize(job); break;
        case JobVerb::dismiss: layer.jobs().dismiss(job); break;
        case JobVerb::set_speed: break;  // has an argument more
    }
    return Empty{};
}

template <JobVerb Verb, TraceName Trace>
Result<Empty> with_job(BlockLayer& layer, const JobId& args) {
    Job* job = RHEA_TRY(find_job(layer, args.id));
    trace_job<Trace>("job {}", fmt::ptr(job));
    return tell(layer, *job, Verb);
}

template <JobVerb Verb, TraceName Trace>
Result<Empty> with_block_job_id(BlockLayer& layer, const JobId& args) {
    Job* job = RHEA_TRY(find_block_job(layer, args.id));
    trace_block<Trace>("job {}", fmt::ptr(job));
    return tell(layer, *job, Verb);
}

template <JobVerb Verb, TraceName Trace>
Result<Empty> with_block_job(BlockLayer& layer, const BlockJobDevice& args) {
    return with_block_job_id<Verb, Trace>(layer, {args.device});
}

Result<Empty> block_job_cancel(BlockLayer& layer, const BlockJobCancel& args) {
    Job* job = RHEA_TRY(find_block_job(layer, args.device));
    if (job->paused_by_user() && !args.force.value_or(false))
        return fail(fmt::format("The block job for device '{}' is currently paused", args.device));
    trace_block<"qmp_block_job_cancel">("job {}", fmt::ptr(job));
    RHEA_CHECK(job->check(JobVerb::cancel));
    job->cancel(args.force.value_or(false));
    return Empty{};
}

Result<Empty> block_job_set_speed(BlockLayer& layer, const BlockJobSetSpeed& args) {
    Job* job = RHEA_TRY(find_block_job(layer, args.device));
    RHEA_CHECK(job->check(JobVerb::set_speed));
    RHEA_CHECK(job->set_speed(args.speed));
    return Empty{};
}

constexpr Command kCommands[] = {
    command<query_jobs>("query-jobs", "Lists the background jobs."),
    command<query_block_jobs>("query-block-jobs", "Lists the background jobs of the block layer.").preconfig(),
    command<with_job<JobVerb::pause, "qmp_job_pause">>("job-pause", "Holds a job until job-resume."),
    command<with_job<JobVerb::resume, "qmp_job_resume">>("job-resume", "Lets a held job go on."),
    command<with_job<JobVerb::cancel, "qmp_job_cancel">>("job-cancel", "Ends a job at the next safe point."),
    command<with_job<JobVerb::complete, "qmp_job_complete">>("job-complete", "Lets a job that is ready finish its work."),
    command<with_job<JobVerb::dismiss, "qmp_job_dismiss">>("job-dismiss", "Forgets a job that has ended."),
    command<with_job<JobVerb::finalize, "qmp_job_finalize">>("job-finalize", "Lets a job that waits for it put its changes in place."),
    command<with_block_job<JobVerb::pause, "qmp_block_job_pause">>("block-job-pause", "Holds a block job until block-job-resume.").preconfig(),
    command<with_block_job<JobVerb::resume, "qmp_block_job_resume">>("block-job-resume", "Lets a held block job go on.").preconfig(),
    command<with_block_job<JobVerb::complete, "qmp_block_job_complete">>("block-job-complete", "Lets a block job that is ready finish its work.").preconfig(),
    command<with_block_job_id<JobVerb::dismiss, "qmp_block_job_dismiss">>("block-job-dismiss", "Forgets a block job that has ended.").preconfig(),
    command<with_block_job_id<JobVerb::finalize, "qmp_block_job_finalize">>("block-job-finalize", "Lets a block job that waits for it put its changes in place.")
        .preconfig(),
    command<block_job_cancel>("block-job-cancel", "Ends a block job at the next safe point.").preconfig(),
    command<block_job_set_speed>("block-job-set-speed", "Limits the bytes that a block job moves in a second.").preconfig(),
};

}  // namespace

void add_block_job_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
