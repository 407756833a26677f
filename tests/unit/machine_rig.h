#pragma once
/// Parts of a machine for tests of its devices: a loop, clocks that the test moves, address spaces, and a machine that
/// writes down what it is asked for.
#include <uv.h>

#include <string>
#include <vector>

#include "machine/address_space.h"
#include "machine/clock.h"
#include "machine/irq.h"
#include "machine/machine_control.h"

namespace rhea {

constexpr std::int64_t kSecond = 1'000'000'000;

class ControlLog final : public MachineControl {
public:
    std::vector<std::string> calls;

    void request_reset(ShutdownCause cause) override { add("reset ", enum_name(cause)); }
    void request_shutdown(ShutdownCause cause) override { add("shutdown ", enum_name(cause)); }
    void request_suspend() override { add("suspend"); }
    void request_suspend_to_disk() override { add("suspend to disk"); }
    void request_wakeup(WakeupCause cause) override { add(cause == WakeupCause::rtc ? "wake-up by rtc" : "wake-up"); }
    void watchdog_expired() override { add("watchdog"); }
    void rtc_changed(std::int64_t offset, const std::string&) override { add("rtc ", std::to_string(offset)); }
    void guest_panicked() override { add("guest panicked"); }
    void guest_crash_loaded() override { add("guest crash loaded"); }
    void exit(int status) override { add("exit ", std::to_string(status)); }
    void inject_nmi() override { add("nmi"); }
    void set_a20(bool enabled) override { add(enabled ? "a20 on" : "a20 off"); }

    /// The calls since the last time.
    std::vector<std::string> take() { return std::exchange(calls, {}); }

private:
    void add(std::string_view what, std::string_view detail = {}) { calls.push_back(std::string(what).append(detail)); }
};

/// Writes down every change of level, as "1 up".
class IrqLog final : public IrqReceiver {
public:
    std::vector<std::string> changes;
    void set_irq(unsigned line, bool level) override { changes.push_back(std::to_string(line) + (level ? " up" : " down")); }
    std::vector<std::string> take() { return std::exchange(changes, {}); }
};

/// A loop that is closed when everything that hung on it is gone.
class TestLoop {
public:
    TestLoop() { uv_loop_init(&loop_); }
    ~TestLoop() {
        uv_run(&loop_, UV_RUN_DEFAULT);
        uv_loop_close(&loop_);
    }
    operator uv_loop_t*() { return &loop_; }
    /// One turn without waiting.
    void turn() { uv_run(&loop_, UV_RUN_NOWAIT); }

private:
    uv_loop_t loop_;
};

struct MachineRig {
    TestLoop loop;
    Clocks clocks;
    AddressSpace ports{0xff}, memory{0};
    ControlLog control;
    IrqLog irqs;

    explicit MachineRig(bool manual = true) : clocks(loop, manual) { clocks.set_running(true); }

    std::int64_t now() const { return clocks.now(ClockType::virtual_time); }
    void advance(std::int64_t nanoseconds) { clocks.advance_to(now() + nanoseconds); }

    unsigned inb(unsigned port) { return static_cast<unsigned>(ports.read(port, 1)); }
    unsigned inw(unsigned port) { return static_cast<unsigned>(ports.read(port, 2)); }
    unsigned inl(unsigned port) { return static_cast<unsigned>(ports.read(port, 4)); }
    void outb(unsigned port, unsigned value) { ports.write(port, value, 1); }
    void outw(unsigned port, unsigned value) { ports.write(port, value, 2); }
    void outl(unsigned port, unsigned value) { ports.write(port, value, 4); }
};

using Texts = std::vector<std::string>;

}  // namespace rhea
