#include "machine/block/work_queue.h"

#include <algorithm>

#include "machine/clock.h"

namespace rhea {

struct WorkQueue::Item {
    uv_work_t request{};
    uv_timer_t* timer = nullptr;  // while the delay lasts; freed by its close callback
    std::unique_ptr<Timer> test_timer;  // the same in the machine's time
    For whom;
    bool started = false;
    WorkQueue* queue;
    const void* owner;
    std::function<int()> work;
    std::function<void(int)> done;
    int result = 0;
    bool finished = false;
    bool held = false, drained = false;
    bool delivered = false;  // maybe before libuv's callback came
    bool returned = false;   // that came
};

namespace {

/// What this worker thread works at.
thread_local void* at_work = nullptr;

void close_async(uv_async_t* handle) {
    uv_close(reinterpret_cast<uv_handle_t*>(handle), [](uv_handle_t* closed) { delete reinterpret_cast<uv_async_t*>(closed); });
}

}  // namespace

WorkQueue::WorkQueue(uv_loop_t* loop, Clocks* test_clocks) : loop_(loop), test_clocks_(test_clocks), something_held_(nullptr, &close_async) {}

WorkQueue::~WorkQueue() { drain(nullptr); }

bool WorkQueue::guest_waits() const {
    const std::lock_guard lock(mutex_);
    return std::any_of(items_.begin(), items_.end(), [](const Item* item) { return item->started && item->whom == For::guest && !item->held; });
}

void WorkQueue::allow_holding() {
    if (something_held_) return;
    something_held_.reset(new uv_async_t);
    uv_async_init(loop_, something_held_.get(), [](uv_async_t* handle) { static_cast<WorkQueue*>(handle->data)->guest_served(); });
    something_held_->data = this;
    uv_unref(reinterpret_cast<uv_handle_t*>(something_held_.get()));
}

void WorkQueue::hold(const std::function<bool()>& released) {
    auto* item = static_cast<Item*>(at_work);
    if (!item || !item->queue->something_held_) return;
    WorkQueue& queue = *item->queue;
    std::unique_lock lock(queue.mutex_);
    item->held = true;
    uv_async_send(queue.something_held_.get());
    queue.released_.wait(lock, [&] { return item->drained || released(); });
    item->held = false;
}

void WorkQueue::release() {
    const std::lock_guard lock(mutex_);
    released_.notify_all();
}

void WorkQueue::forget(const void* who) {
    std::erase_if(waiting_, [who](const auto& call) { return call.first == who; });
}

void WorkQueue::submit(const void* owner, For whom, std::function<int()> work, std::function<void(int)> done, Delay delay) {
    auto* item = new Item;
    item->queue = this;
    item->whom = whom;
    item->owner = owner;
    item->work = std::move(work);
    item->done = std::move(done);
    item->request.data = item;
    items_.push_back(item);
    if (delay.limits_ns == 0 || !test_clocks_) return start_after(*item, delay.limits_ns + delay.latency_ns);
    item->test_timer = std::make_unique<Timer>(*test_clocks_, ClockType::virtual_time,
                                               [this, item, latency = delay.latency_ns] { start_after(*item, latency); });
    item->test_timer->set(test_clocks_->now(ClockType::virtual_time) + static_cast<std::int64_t>(delay.limits_ns));
}

void WorkQueue::start_after(Item& item, std::uint64_t delay_ns) {
    if (delay_ns == 0) return start(item);
    item.timer = new uv_timer_t;
    uv_timer_init(loop_, item.timer);
    item.timer->data = &item;
    constexpr std::uint64_t kNsPerMs = 1'000'000;
    uv_timer_start(item.timer, &on_delay, delay_ns / kNsPerMs + (delay_ns % kNsPerMs != 0), 0);
}

void WorkQueue::start(Item& item) {
    if (item.timer) {
        uv_close(reinterpret_cast<uv_handle_t*>(item.timer),
                 [](uv_handle_t* h) { delete reinterpret_cast<uv_timer_t*>(h); });
        item.timer = nullptr;
    }
    if (item.test_timer) item.test_timer->cancel();  // which may be what runs
    item.started = true;
    uv_queue_work(loop_, &item.request, &on_work, &on_worked);
}

void WorkQueue::on_delay(uv_timer_t* timer) {
    auto* item = static_cast<Item*>(timer->data);
    item->queue->start(*item);
}

void WorkQueue::on_work(uv_work_t* request) {
    auto* item = static_cast<Item*>(request->data);
    at_work = item;
    item->result = item->work();
    at_work = nullptr;
    // The queue may be gone once the lock is released after the last item: notify under it.
    const std::lock_guard lock(item->queue->mutex_);
    item->finished = true;
    item->queue->finished_.notify_all();
}

void WorkQueue::on_worked(uv_work_t* request, int) {
    auto* item = static_cast<Item*>(request->data);
    item->returned = true;
    if (item->delivered) delete item;
    else if (item->queue->test_clocks_ && item->whom == For::guest) item->queue->deliver_in_order();
    else item->queue->deliver(*item);
}

/// Of the guest's work: what is done, up to the first that is not. What is held is overtaken.
void WorkQueue::deliver_in_order() {
    for (;;) {
        auto first = items_.end();
        {
            const std::lock_guard lock(mutex_);
            first = std::find_if(items_.begin(), items_.end(), [](const Item* item) { return item->started && item->whom == For::guest && !item->held; });
            if (first == items_.end() || !(*first)->finished) return;
        }
        deliver(**first);
    }
}

void WorkQueue::deliver(Item& item) {
    items_.erase(std::find(items_.begin(), items_.end(), &item));
    item.delivered = true;
    const auto done = std::move(item.done);
    const int result = item.result;
    item.work = nullptr;
    if (item.returned) delete &item;
    done(result);
    guest_served();
}

void WorkQueue::guest_served() {
    if (waiting_.empty() || guest_waits()) return;
    for (const auto& [who, call] : std::exchange(waiting_, {})) call();
}

void WorkQueue::drain(const void* owner) {
    for (;;) {
        const auto mine = [owner](const Item* item) { return !owner || item->owner == owner; };
        for (Item* item : items_)
            if (mine(item) && !item->started) start(*item);
        const auto first = std::find_if(items_.begin(), items_.end(), mine);
        if (first == items_.end()) return;
        {
            std::unique_lock lock(mutex_);
            (*first)->drained = true;
            released_.notify_all();
            finished_.wait(lock, [item = *first] { return item->finished; });
        }
        deliver(**first);
    }
}

}  // namespace rhea
