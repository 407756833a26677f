#include "monitor/loop_clock.h"

#include <algorithm>
#include <chrono>

namespace rhea {

std::int64_t host_wall_time_us() {
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

LoopClock::LoopClock(uv_loop_t* loop) : timer_(new uv_timer_t) {
    uv_timer_init(loop, timer_);
    uv_unref(reinterpret_cast<uv_handle_t*>(timer_));
    timer_->data = this;
}

LoopClock::~LoopClock() {
    uv_close(reinterpret_cast<uv_handle_t*>(timer_), [](uv_handle_t* handle) { delete reinterpret_cast<uv_timer_t*>(handle); });
}

std::int64_t LoopClock::wall_time_us() const { return host_wall_time_us(); }

std::int64_t LoopClock::now_ns() const { return static_cast<std::int64_t>(uv_hrtime()); }

void LoopClock::call_at(std::int64_t at_ns, std::function<void()> call) {
    call_ = std::move(call);
    uv_update_time(timer_->loop);
    const std::int64_t left = std::max<std::int64_t>(at_ns - now_ns(), 0);
    uv_timer_start(timer_, &LoopClock::on_timer, static_cast<std::uint64_t>((left + 999'999) / 1'000'000), 0);
}

void LoopClock::on_timer(uv_timer_t* timer) {
    auto call = std::exchange(static_cast<LoopClock*>(timer->data)->call_, nullptr);
    if (call) call();
}

}  // namespace rhea
