/// Background jobs. None can be started yet: the lists have nobody to fill them, and no ID is found.
#include <fmt/format.h>

#include "machine/block/commands.h"
#include "machine/block/job_types.h"
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

Fail no_job() { return fail("Job not found"); }
Fail no_block_job(const std::string& id) {
    return fail(Error(fmt::format("Block job '{}' not found", id), ErrorClass::device_not_active));
}

Result<std::vector<JobInfo>> query_jobs(BlockLayer&, const Empty&) { return std::vector<JobInfo>{}; }
Result<std::vector<BlockJobInfo>> query_block_jobs(BlockLayer&, const Empty&) { return std::vector<BlockJobInfo>{}; }

Result<Empty> with_job(BlockLayer&, const JobId&) { return no_job(); }
Result<Empty> with_block_job(BlockLayer&, const BlockJobDevice& args) { return no_block_job(args.device); }
Result<Empty> with_block_job_id(BlockLayer&, const JobId& args) { return no_block_job(args.id); }
Result<Empty> block_job_cancel(BlockLayer&, const BlockJobCancel& args) { return no_block_job(args.device); }
Result<Empty> block_job_set_speed(BlockLayer&, const BlockJobSetSpeed& args) { return no_block_job(args.device); }

constexpr Command kCommands[] = {
    command<query_jobs>("query-jobs", "Lists the background jobs."),
    command<query_block_jobs>("query-block-jobs", "Lists the background jobs of the block layer.").preconfig(),
    command<with_job>("job-pause", "Holds a job until job-resume."),
    command<with_job>("job-resume", "Lets a held job go on."),
    command<with_job>("job-cancel", "Ends a job at the next safe point."),
    command<with_job>("job-complete", "Lets a job that is ready finish its work."),
    command<with_job>("job-dismiss", "Forgets a job that has ended."),
    command<with_job>("job-finalize", "Lets a job that waits for it put its changes in place."),
    command<with_block_job>("block-job-pause", "Holds a block job until block-job-resume.").preconfig(),
    command<with_block_job>("block-job-resume", "Lets a held block job go on.").preconfig(),
    command<with_block_job>("block-job-complete", "Lets a block job that is ready finish its work.").preconfig(),
    command<with_block_job_id>("block-job-dismiss", "Forgets a block job that has ended.").preconfig(),
    command<with_block_job_id>("block-job-finalize", "Lets a block job that waits for it put its changes in place.")
        .preconfig(),
    command<block_job_cancel>("block-job-cancel", "Ends a block job at the next safe point.").preconfig(),
    command<block_job_set_speed>("block-job-set-speed", "Limits the bytes that a block job moves in a second.").preconfig(),
};

}  // namespace

void add_block_job_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
