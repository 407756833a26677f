#pragma once
/// The machine's clocks and the timers that hang on them. Loop thread only.
#include <uv.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>

namespace rhea {

/// realtime: the host's monotonic clock. host: its wall clock. virtual_time: stands still while the machine is stopped;
/// under -accel qtest it moves only by the test's commands. All in nanoseconds.
enum class ClockType { realtime, host, virtual_time };

class Clocks;

/// One deadline on one clock. Fires once for each `set`; `fire` may set it again, and may not destroy it. Under a step of
/// the virtual clock every timer sees the time of its own deadline.
class Timer {
public:
    Timer(Clocks& clocks, ClockType type, std::function<void()> fire);
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    void set(std::int64_t deadline_ns);  ///< in the time of its clock; one that is past fires from the loop, not from here
    void cancel();
    bool pending() const { return pending_; }
    std::int64_t deadline() const { return deadline_; }

private:
    friend class Clocks;
    Clocks& clocks_;
    ClockType type_;
    std::function<void()> fire_;
    std::int64_t deadline_ = 0;
    bool pending_ = false;
    std::multimap<std::int64_t, Timer*>::iterator at_;
};

class Clocks {
public:
    /// `manual`: the virtual clock is moved by advance_to (qtest) rather than by the host's time.
    Clocks(uv_loop_t* loop, bool manual);
    ~Clocks();
    Clocks(const Clocks&) = delete;
    Clocks& operator=(const Clocks&) = delete;

    std::int64_t now(ClockType type) const;
    bool manual() const { return manual_; }

    /// Lets the virtual clock run, or holds it. Held at the start. Timers that came due meanwhile fire from the loop.
    void set_running(bool running);
    bool running() const { return running_; }

    /// Manual clock only: goes from deadline to deadline up to `target_ns`; every timer due runs at its own time (timers
    /// stand still while the machine is stopped, time does not). Returns false when `go_on`, asked after each timer, has said no
    /// before the target is reached: call again.
    bool advance_to(std::int64_t target_ns, const std::function<bool()>& go_on = {});
    /// The earliest deadline on the virtual clock; -1: there is none.
    std::int64_t next_deadline() const;

private:
    friend class Timer;
    using Timers = std::multimap<std::int64_t, Timer*>;
    static constexpr std::size_t kClocks = 3;

    Timers& timers(ClockType type) { return timers_[static_cast<std::size_t>(type)]; }
    const Timers& timers(ClockType type) const { return timers_[static_cast<std::size_t>(type)]; }
    void schedule();
    void run_due(ClockType type);
    static void fire(Timers& from);
    static void on_timer(uv_timer_t* handle);

    uv_timer_t* handle_;
    bool manual_;
    bool running_ = false;
    bool busy_ = false;              // timers are being run; who runs them schedules afterwards
    std::int64_t virtual_base_ = 0;  // virtual time minus realtime while running; virtual time while held or manual
    std::array<Timers, kClocks> timers_;
};

}  // namespace rhea
