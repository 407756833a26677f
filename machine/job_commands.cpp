/// Background jobs. None can be started yet: the lists have nobody to fill them.
#include "machine/block/stats_info.h"
#include "machine/commands.h"
#include "machine/machine.h"
#include "monitor/command_table.h"

namespace rhea {

enum class JobType { commit, stream, mirror, backup, create, amend, snapshot_load, snapshot_save, snapshot_delete };
enum class JobStatus { undefined, created, running, paused, ready, standby, waiting, pending, aborting, concluded, null };
struct JobInfo {
    std::string id;
    JobType type{};
    JobStatus status{};
    std::int64_t current_progress = 0, total_progress = 0;
    std::optional<std::string> error;
};
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
inline constexpr auto description<JobType> = enumeration<JobType>("JobType", "commit", "stream", "mirror", "backup", "create", "amend",
                                                                  "snapshot-load", "snapshot-save", "snapshot-delete");
template <>
inline constexpr auto description<JobStatus> =
    enumeration<JobStatus>("JobStatus", "undefined", "created", "running", "paused", "ready", "standby", "waiting", "pending",
                           "aborting", "concluded", "null");
template <>
inline constexpr auto description<JobInfo> =
    object("JobInfo", member<&JobInfo::id>("id"), member<&JobInfo::type>("type"), member<&JobInfo::status>("status"),
           member<&JobInfo::current_progress>("current-progress"), member<&JobInfo::total_progress>("total-progress"),
           member<&JobInfo::error>("error"));
template <>
inline constexpr auto description<BlockJobInfo> =
    object("BlockJobInfo", member<&BlockJobInfo::type>("type"), member<&BlockJobInfo::device>("device"),
           member<&BlockJobInfo::len>("len"), member<&BlockJobInfo::offset>("offset"), member<&BlockJobInfo::busy>("busy"),
           member<&BlockJobInfo::paused>("paused"), member<&BlockJobInfo::speed>("speed"),
           member<&BlockJobInfo::io_status>("io-status"), member<&BlockJobInfo::ready>("ready"),
           member<&BlockJobInfo::status>("status"), member<&BlockJobInfo::auto_finalize>("auto-finalize"),
           member<&BlockJobInfo::auto_dismiss>("auto-dismiss"), member<&BlockJobInfo::error>("error"));

namespace {

Result<std::vector<JobInfo>> query_jobs(Machine&, const Empty&) { return std::vector<JobInfo>{}; }
Result<std::vector<BlockJobInfo>> query_block_jobs(Machine&, const Empty&) { return std::vector<BlockJobInfo>{}; }

constexpr Command kCommands[] = {
    command<query_jobs>("query-jobs", "Lists the background jobs."),
    command<query_block_jobs>("query-block-jobs", "Lists the background jobs of the block layer."),
};

}  // namespace

void add_job_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
