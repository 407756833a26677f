#pragma once
/// The host's time, for an embedder's engine: wall clock for timestamps, the loop's monotonic clock for rate limits.
#include <uv.h>

#include <functional>

#include "monitor/event_bus.h"

namespace rhea {

/// Does not keep the loop alive. Destroy it before the loop's last turn.
class LoopClock final : public EventClock {
public:
    explicit LoopClock(uv_loop_t* loop);
    ~LoopClock() override;
    LoopClock(const LoopClock&) = delete;
    LoopClock& operator=(const LoopClock&) = delete;

    std::int64_t wall_time_us() const override;
    std::int64_t now_ns() const override;
    void call_at(std::int64_t at_ns, std::function<void()> call) override;

private:
    static void on_timer(uv_timer_t* timer);
    uv_timer_t* timer_;
    std::function<void()> call_;
};

/// Microseconds since 1970 by the host's clock.
std::int64_t host_wall_time_us();

}  // namespace rhea
