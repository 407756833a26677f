#pragma once
/// The life of the machine: running and stopped, reset, power-off, sleep. Everything that changes the run state goes through
/// here and sends its events. Loop thread only.
#include <uv.h>

#include <functional>
#include <optional>
#include <vector>

#include "machine/actions.h"
#include "machine/clock.h"
#include "machine/machine_control.h"
#include "machine/run_state.h"
#include "monitor/event_bus.h"

namespace rhea {

class Lifecycle final : public MachineControl {
public:
    /// `loop` is stopped when the machine ends.
    Lifecycle(uv_loop_t* loop, Clocks& clocks, EventBus& events, Actions actions);
    ~Lifecycle() override;

    RunState state() const { return state_; }
    bool running() const { return state_ == RunState::running; }
    /// The guest is to run one instruction at a time.
    bool singlestep() const { return singlestep_; }
    void set_singlestep(bool on) { singlestep_ = on; }
    Actions& actions() { return actions_; }
    bool has_nmi() const { return static_cast<bool>(nmi_); }
    bool wakeup_supported() const { return wakeup_supported_; }
    void set_wakeup_supported(bool supported) { wakeup_supported_ = supported; }

    // What the lifecycle needs of the devices; set by the board.
    void on_reset(std::function<void()> call) { reset_devices_ = std::move(call); }
    void on_powerdown(std::function<void()> call) { power_button_ = std::move(call); }
    void on_wakeup(std::function<void(WakeupCause)> call) { wake_devices_ = std::move(call); }
    void on_nmi(std::function<void()> call) { nmi_ = std::move(call); }
    void on_a20(std::function<void(bool)> call) { a20_ = std::move(call); }

    // The monitor's side: at once, events before the reply.
    void start();                                    ///< without -S
    Result<void> cont();
    void stop();
    /// While its memory is written out; a running machine goes on after it, unless somebody has said otherwise meanwhile.
    void stop_for_saving() { stop_with(RunState::save_vm); }
    void resume_after_saving() {
        if (state_ == RunState::save_vm) set_running();
    }
    void reset(ShutdownCause cause);
    void powerdown();
    Result<void> wakeup();
    /// Ends the emulator whatever -no-shutdown says (quit, a signal).
    void quit(ShutdownCause cause);
    /// -incoming: the machine waits for its state.
    void await_migration();
    /// What devices have asked for is carried out now, and not in the next turn of the loop.
    void run_deferred();

    bool ended() const { return ended_; }
    int exit_status() const { return exit_status_; }

    // MachineControl: carried out from the loop.
    void request_reset(ShutdownCause cause) override;
    void request_shutdown(ShutdownCause cause) override;
    void request_suspend() override;
    void request_suspend_to_disk() override;
    void request_wakeup(WakeupCause cause) override;
    void watchdog_expired() override;
    void rtc_changed(std::int64_t offset_seconds, const std::string& qom_path) override;
    void guest_panicked() override;
    void guest_crash_loaded() override;
    void exit(int status) override { end(status); }
    void inject_nmi() override;
    void set_a20(bool enabled) override;

    void stop_for_io_error() { stop_with(RunState::io_error); }
    /// `call` runs whenever the machine begins to run, after the RESUME event.
    void on_cont(std::function<void()> call) { on_cont_.push_back(std::move(call)); }
    /// At every stop, also of a machine that stands already; at the machine's end, while everything is there.
    void on_stop(std::function<void()> call) { on_stop_.push_back(std::move(call)); }
    void on_end(std::function<void()> call) { on_end_.push_back(std::move(call)); }

private:
    void set_state(RunState state);
    void set_running();
    void stop_with(RunState state);
    void shut_down(ShutdownCause cause);
    void wake(WakeupCause cause);
    void end(int status);
    void defer();

    uv_loop_t* loop_;
    Clocks& clocks_;
    EventBus& events_;
    Actions actions_;
    RunState state_ = RunState::prelaunch;
    bool wakeup_supported_ = true;
    bool autostart_ = false, singlestep_ = false;
    bool ended_ = false;
    int exit_status_ = 0;
    uv_async_t* wake_;
    std::optional<ShutdownCause> reset_request_, shutdown_request_;
    std::optional<WakeupCause> wakeup_request_;
    bool suspend_request_ = false;
    std::function<void()> reset_devices_, power_button_, nmi_;
    std::function<void(WakeupCause)> wake_devices_;
    std::function<void(bool)> a20_;
    std::vector<std::function<void()>> on_cont_, on_stop_, on_end_;
};

}  // namespace rhea
