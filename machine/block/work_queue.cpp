#include "machine/block/work_queue.h"

#include <algorithm>

namespace rhea {

struct WorkQueue::Item {
    uv_work_t request{};
    uv_timer_t* timer = nullptr;  // while the delay lasts; freed by its close callback
    WorkQueue* queue;
    const void* owner;
    std::function<int()> work;
    std::function<void(int)> done;
    int result = 0;
    bool finished = false;
    bool delivered = false;  // by a drain, before libuv's callback came
};

WorkQueue::~WorkQueue() { drain(nullptr); }

void WorkQueue::submit(const void* owner, std::function<int()> work, std::function<void(int)> done, std::uint64_t delay_ns) {
    auto* item = new Item;
    item->queue = this;
    item->owner = owner;
    item->work = std::move(work);
    item->done = std::move(done);
    item->request.data = item;
    items_.push_back(item);
    if (delay_ns == 0) return start(*item);
    item->timer = new uv_timer_t;
    uv_timer_init(loop_, item->timer);
    item->timer->data = item;
    constexpr std::uint64_t kNsPerMs = 1'000'000;
    uv_timer_start(item->timer, &on_delay, delay_ns / kNsPerMs + (delay_ns % kNsPerMs != 0), 0);
}

void WorkQueue::start(Item& item) {
    if (item.timer) {
        uv_close(reinterpret_cast<uv_handle_t*>(item.timer),
                 [](uv_handle_t* h) { delete reinterpret_cast<uv_timer_t*>(h); });
        item.timer = nullptr;
    }
    uv_queue_work(loop_, &item.request, &on_work, &on_worked);
}

void WorkQueue::on_delay(uv_timer_t* timer) {
    auto* item = static_cast<Item*>(timer->data);
    item->queue->start(*item);
}

void WorkQueue::on_work(uv_work_t* request) {
    auto* item = static_cast<Item*>(request->data);
    item->result = item->work();
    // The queue may be gone once the lock is released after the last item: notify under it.
    const std::lock_guard lock(item->queue->mutex_);
    item->finished = true;
    item->queue->finished_.notify_all();
}

void WorkQueue::on_worked(uv_work_t* request, int) {
    auto* item = static_cast<Item*>(request->data);
    if (!item->delivered) item->queue->deliver(*item);
    delete item;
}

void WorkQueue::deliver(Item& item) {
    items_.erase(std::find(items_.begin(), items_.end(), &item));
    item.delivered = true;
    const auto done = std::move(item.done);
    item.work = nullptr;
    done(item.result);
}

void WorkQueue::drain(const void* owner) {
    for (;;) {
        const auto mine = [owner](const Item* item) { return !owner || item->owner == owner; };
        for (Item* item : items_)
            if (mine(item) && item->timer) start(*item);
        const auto first = std::find_if(items_.begin(), items_.end(), mine);
        if (first == items_.end()) return;
        {
            std::unique_lock lock(mutex_);
            finished_.wait(lock, [item = *first] { return item->finished; });
        }
        deliver(**first);
    }
}

}  // namespace rhea
