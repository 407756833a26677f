#pragma once
/// Runs work on libuv's threads and delivers what became of it on the loop.
#include <uv.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>

namespace rhea {

/// Loop thread only, except for the work itself. The destructor waits for all work and delivers it.
class WorkQueue {
public:
    explicit WorkQueue(uv_loop_t* loop) : loop_(loop) {}
    ~WorkQueue();
    WorkQueue(const WorkQueue&) = delete;
    WorkQueue& operator=(const WorkQueue&) = delete;

    /// `work` runs on a worker thread and returns an errno value (0: done); `done` gets it on the loop, never from inside
    /// this call, in the order of submission when it comes by `drain`. `owner` is what `drain` waits for. The work starts
    /// after `delay_ns`; a drain does not wait for delays, it cuts them short.
    void submit(const void* owner, std::function<int()> work, std::function<void(int)> done, std::uint64_t delay_ns = 0);
    /// Returns when nothing of `owner` (null: of anybody) is under way, what its `done`s have submitted included.
    void drain(const void* owner);
    bool idle() const { return items_.empty(); }

private:
    struct Item;
    static void on_work(uv_work_t* request);
    static void on_worked(uv_work_t* request, int status);
    static void on_delay(uv_timer_t* timer);
    void start(Item& item);
    void deliver(Item& item);

    uv_loop_t* loop_;
    std::list<Item*> items_;  // not delivered yet
    std::mutex mutex_;        // guards Item::finished
    std::condition_variable finished_;
};

}  // namespace rhea
