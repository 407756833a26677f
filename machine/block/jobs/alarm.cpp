#include "machine/block/jobs/alarm.h"

#include <utility>

namespace rhea {

void Alarm::start(std::uint64_t delay_ns, std::function<void()> call) {
    stop();
    call_ = std::move(call);
    timer_ = new uv_timer_t;
    uv_timer_init(loop_, timer_);
    timer_->data = this;
    constexpr std::uint64_t kNsPerMs = 1'000'000;
    uv_timer_start(timer_, &rang, delay_ns / kNsPerMs + (delay_ns % kNsPerMs != 0), 0);
}

void Alarm::stop() {
    if (!timer_) return;
    uv_close(reinterpret_cast<uv_handle_t*>(std::exchange(timer_, nullptr)),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_timer_t*>(handle); });
}

void Alarm::rang(uv_timer_t* timer) {
    auto& alarm = *static_cast<Alarm*>(timer->data);
    alarm.stop();
    std::exchange(alarm.call_, nullptr)();  // may be the end of the alarm
}

}  // namespace rhea
