#pragma once
/// The engine's clock in the emulator: timestamps are the host's; rate limits run on real time, and under -accel qtest on the
/// virtual clock.
#include "machine/clock.h"
#include "monitor/event_bus.h"
#include "monitor/loop_clock.h"

namespace rhea {

class MachineEventClock final : public EventClock {
public:
    explicit MachineEventClock(Clocks& clocks)
        : clocks_(clocks), type_(clocks.manual() ? ClockType::virtual_time : ClockType::realtime), timer_(clocks, type_, [this] {
              if (auto call = std::exchange(call_, nullptr)) call();
          }) {}

    std::int64_t wall_time_us() const override { return host_wall_time_us(); }
    std::int64_t now_ns() const override { return clocks_.now(type_); }
    void call_at(std::int64_t at_ns, std::function<void()> call) override {
        call_ = std::move(call);
        timer_.set(at_ns);
    }

private:
    Clocks& clocks_;
    ClockType type_;
    std::function<void()> call_;
    Timer timer_;
};

}  // namespace rhea
