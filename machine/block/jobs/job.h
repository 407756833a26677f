#pragma once
/// One background job: its state machine, and the way in which its work alternates between the loop and the workers.
///
/// A kind of job tells in `next` what is to be done now; what may block runs on a worker, and `worked` gets what became of it.
/// It is asked again until it says that it is done. Pausing, cancelling and speed limits take hold between two such steps.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "machine/block/job_types.h"
#include "machine/block/jobs/alarm.h"
#include "machine/block/jobs/rate_limit.h"
#include "machine/block/node.h"
#include "machine/block/policy.h"
#include "qobject/error.h"

namespace rhea {

class Jobs;

enum class JobVerb { cancel, pause, resume, set_speed, complete, finalize, dismiss };
template <>
inline constexpr auto description<JobVerb> = enumeration<JobVerb>("JobVerb", "cancel", "pause", "resume", "set-speed", "complete",
                                                                  "finalize", "dismiss");

/// Jobs that end together, the newest first: none before all are ready to, all fail when one does.
struct JobGroup {
    std::vector<class Job*> jobs;
    bool aborting = false;
};

struct JobSettings {
    std::string id;
    JobType type{};
    bool block_job = true;  ///< query-block-jobs shows it, and BLOCK_JOB_* events tell of it
    bool auto_finalize = true, auto_dismiss = true;
    std::shared_ptr<JobGroup> group;  ///< null: one of its own
};

/// What a job does next.
struct JobStep {
    enum class Kind { work, sleep, idle, done } kind = Kind::idle;
    std::function<int()> work;    ///< blocks; an errno value
    std::uint64_t delay_ns = 0;   ///< before the work, or of the sleep
    std::optional<Error> error;   ///< of the end

    static JobStep worker(std::function<int()> work, std::uint64_t delay_ns = 0) { return {Kind::work, std::move(work), delay_ns, {}}; }
    static JobStep sleep(std::uint64_t ns) { return {Kind::sleep, {}, ns, {}}; }
    /// Until somebody wakes it.
    static JobStep idle() { return {}; }
    static JobStep done(std::optional<Error> error = {}) { return {Kind::done, {}, 0, std::move(error)}; }
};

/// Loop thread only, but for the work. Owned by Jobs.
class Job {
public:
    Job(Jobs& jobs, JobSettings settings);
    virtual ~Job();
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    const std::string& id() const { return settings_.id; }
    const JobSettings& settings() const { return settings_; }
    JobStatus status() const { return status_; }
    bool block_job() const { return settings_.block_job; }
    std::int64_t progress() const { return progress_; }
    std::int64_t total() const { return total_; }
    bool busy() const { return working_; }
    bool paused() const { return pauses_ > 0; }
    bool paused_by_user() const { return user_paused_; }
    bool is_ready() const { return status_ == JobStatus::ready || status_ == JobStatus::standby; }
    BlockDeviceIoStatus io_status() const { return io_status_; }
    const std::optional<Error>& error() const { return error_; }
    std::int64_t speed() const { return static_cast<std::int64_t>(limit_.speed()); }
    /// The edges with which it holds its nodes.
    const std::vector<std::unique_ptr<BlockEdge>>& edges() const { return edges_; }

    /// "Job 'x' in state 'y' cannot accept command verb 'z'"
    Result<void> check(JobVerb verb) const;
    void start();
    // The verbs, when `check` lets them through.
    Result<void> user_pause();
    Result<void> user_resume();
    Result<void> set_speed(std::int64_t speed);
    Result<void> complete();
    void cancel(bool force);
    /// One more, one less reason to stand still (a drained node).
    void pause();
    /// `go_on` false: it is running again, and waits for `wake`.
    void resume(bool go_on = true);
    void wake();

protected:
    virtual JobStep next() = 0;
    virtual void worked(int error) = 0;
    /// Its work never waits: it is done at once, for a while.
    virtual bool immediate() const { return false; }
    /// Its end comes at the next turn of the loop, not from inside the call that brought it about.
    virtual bool ends_later() const { return false; }
    /// False: a cancelled job ends well (a mirror that is ready).
    virtual bool cancel_is_forced(bool) const { return true; }
    virtual Result<void> do_complete();
    // At the end: `prepare` may still fail; then `commit` or `abort`; then `clean`.
    virtual Result<void> prepare() { return {}; }
    virtual void commit() {}
    virtual void abort() {}
    virtual void clean() {}

    void set_progress(std::uint64_t progress, std::uint64_t total) {
        progress_ = static_cast<std::int64_t>(progress);
        total_ = static_cast<std::int64_t>(total);
    }
    /// Emits BLOCK_JOB_ERROR; the stop policy pauses the job.
    BlockErrorAction handle_error(BlockdevOnError policy, bool is_read, int error);
    std::uint64_t account(std::uint64_t bytes);  ///< nanoseconds to wait
    void become_ready();
    /// Holds a node; commands that would be in its way are refused then.
    Result<void> hold(std::string_view role, std::shared_ptr<BlockNode> node, BlockPermissions permissions, bool block = true);
    void release();
    bool cancelled() const { return cancelled_; }
    Jobs& jobs() { return jobs_; }

private:
    friend class Jobs;
    void set_status(JobStatus status);
    void pump();
    void step_done(int error);
    void ended(std::optional<Error> error);
    bool stands() const;

    Jobs& jobs_;
    JobSettings settings_;
    JobStatus status_ = JobStatus::undefined;
    std::int64_t progress_ = 0, total_ = 0;
    BlockDeviceIoStatus io_status_ = BlockDeviceIoStatus::ok;
    std::optional<Error> error_;
    RateLimit limit_;
    Alarm alarm_;
    std::vector<std::unique_ptr<BlockEdge>> edges_;
    std::vector<std::shared_ptr<BlockNode>> blocked_;
    unsigned pauses_ = 0;
    bool user_paused_ = false;
    bool working_ = false, pumping_ = false;
    bool work_ended_ = false;  // all steps are behind it
    bool cancelled_ = false, forced_ = false;
};

}  // namespace rhea
