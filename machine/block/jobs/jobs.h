#pragma once
/// All background jobs of the machine, and how they end.
#include <memory>
#include <string>
#include <vector>

#include "machine/block/jobs/job.h"
#include "machine/block/work_queue.h"
#include "monitor/event_bus.h"

namespace rhea {

/// "Invalid job ID 'x'"
Result<void> check_job_id(const std::string& id);

/// Loop thread only. Owned by the block layer; the work queue and the bus outlive it.
class Jobs {
public:
    Jobs(uv_loop_t* loop, WorkQueue& work, EventBus& events) : loop_(loop), work_(work), events_(events) {}
    ~Jobs();

    /// Errors: a bad ID, one that is taken ("Job ID 'x' already in use").
    Result<void> check_new(const std::string& id) const;
    /// Takes it in and reports it as created. Its ID was checked.
    template <class J>
    J& add(std::unique_ptr<J> job) {
        J& added = *job;
        jobs_.push_back(std::move(job));
        created(added);
        return added;
    }
    /// Takes back what was never started.
    void drop(Job& job);

    /// The newest first.
    std::vector<Job*> list() const;
    Job* find(std::string_view id) const;
    /// It has not ended yet.
    bool contains(const Job* job) const;

    void finalize(Job& job);
    void dismiss(Job& job);
    /// The machine stops: every request ends, and jobs stand still for that moment.
    void drain();
    /// Ends all of them and waits for that.
    void cancel_all();

    WorkQueue& work() { return work_; }
    EventBus& events() { return events_; }
    uv_loop_t* loop() { return loop_; }

private:
    friend class Job;
    void created(Job& job);
    void completed(Job& job);
    void abort_group(Job& job);
    void finalize_group(JobGroup& group);
    void conclude(Job& job);

    uv_loop_t* loop_;
    WorkQueue& work_;
    EventBus& events_;
    std::vector<std::unique_ptr<Job>> jobs_;
};

}  // namespace rhea
