#pragma once
/// Runs work on libuv's threads and delivers what became of it on the loop.
#include <uv.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace rhea {

class Clocks;

/// Loop thread only, except for the work itself. The destructor waits for all work and delivers it.
class WorkQueue {
public:
    /// Whether the guest waits for it, or the program's own doings (a job).
    enum class For { guest, host };
    /// How long it waits before it starts: for the limits that are set, which is time of the machine's where a test moves that, and after
    /// it for the host.
    struct Delay { std::uint64_t limits_ns, latency_ns; };

    /// `test_clocks`: moved by a test that plays the guest; the guest's work is delivered in the order of its submission then. Null: there is no such test. They outlive the queue.
    WorkQueue(uv_loop_t* loop, Clocks* test_clocks);
    ~WorkQueue();
    WorkQueue(const WorkQueue&) = delete;
    WorkQueue& operator=(const WorkQueue&) = delete;

    /// `work` runs on a worker thread and returns an errno value (0: done); `done` gets it on the loop, never from inside
    /// this call, in the order of submission when it comes by `drain`. `owner` is what `drain` waits for. A drain does not wait for
    /// delays, it cuts them short.
    void submit(const void* owner, For whom, std::function<int()> work, std::function<void(int)> done, Delay delay = {});
    /// Returns when nothing of `owner` (null: of anybody) is under way, what its `done`s have submitted included.
    void drain(const void* owner);
    bool idle() const { return items_.empty(); }

    /// Most pieces of work that may be held at once: each keeps a thread.
    static constexpr unsigned kMostHeld = 2;
    /// Before anything may call `hold`: on the loop.
    void allow_holding();
    /// On a worker thread, from inside some queue's work: waits there until `released` is true, which is asked under a lock after each
    /// `release`, or until the work is drained. The guest is not taken to wait for it meanwhile.
    static void hold(const std::function<bool()>& released);
    void release();
    /// Whether work of the guest's is with the threads: what still has to wait for its time does not count.
    bool guest_waits() const;
    /// `call` runs once when that ends. `who` can take it back.
    void when_guest_served(const void* who, std::function<void()> call) { waiting_.emplace_back(who, std::move(call)); }
    void forget(const void* who);

private:
    struct Item;
    static void on_work(uv_work_t* request);
    static void on_worked(uv_work_t* request, int status);
    static void on_delay(uv_timer_t* timer);
    void start_after(Item& item, std::uint64_t delay_ns);
    void start(Item& item);
    void deliver(Item& item);
    void deliver_in_order();
    void guest_served();

    uv_loop_t* loop_;
    Clocks* test_clocks_;
    std::list<Item*> items_;  // not delivered yet
    std::vector<std::pair<const void*, std::function<void()>>> waiting_;
    mutable std::mutex mutex_;        // guards Item::finished and Item::held
    std::condition_variable finished_, released_;
    std::unique_ptr<uv_async_t, void (*)(uv_async_t*)> something_held_;
};

}  // namespace rhea
