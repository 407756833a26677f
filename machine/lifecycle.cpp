#include "machine/lifecycle.h"

#include <cstdio>

#include "machine/events.h"
#include "machine/panic_events.h"
#include "machine/trace_points.h"

namespace rhea {

void declare_lifecycle_events(EventBus& events) {
    events.declare<ShutdownEvent, PowerdownEvent, ResetEvent, StopEvent, ResumeEvent, SuspendEvent, SuspendDiskEvent, WakeupEvent,
                   WatchdogEvent, RtcChangeEvent, GuestPanickedEvent, GuestCrashLoadedEvent>();
}

Lifecycle::Lifecycle(uv_loop_t* loop, Clocks& clocks, EventBus& events, Actions actions)
    : loop_(loop), clocks_(clocks), events_(events), actions_(actions), wake_(new uv_async_t) {
    uv_async_init(loop, wake_, [](uv_async_t* handle) {
        if (handle->data) static_cast<Lifecycle*>(handle->data)->run_deferred();
    });
    wake_->data = this;
}

Lifecycle::~Lifecycle() {
    wake_->data = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(wake_), [](uv_handle_t* handle) { delete reinterpret_cast<uv_async_t*>(handle); });
}

void Lifecycle::set_state(RunState state) {
    trace_machine<"runstate_set">("current_run_state {} ({}) new_state {} ({})", static_cast<int>(state_), enum_name(state_),
                                static_cast<int>(state), enum_name(state));
    state_ = state;
}

void Lifecycle::set_running() {
    set_state(RunState::running);
    events_.emit(ResumeEvent{});
    clocks_.set_running(true);
    trace_machine<"vm_state_notify">("running {} reason {} ({})", 1, static_cast<int>(state_), enum_name(state_));
    for (const auto& call : on_cont_) call();
}

void Lifecycle::stop_with(RunState state) {
    if (!running()) return;
    clocks_.set_running(false);
    set_state(state);
    trace_machine<"vm_state_notify">("running {} reason {} ({})", 0, static_cast<int>(state_), enum_name(state_));
    events_.emit(StopEvent{});
}

void Lifecycle::start() {
    if (state_ == RunState::prelaunch) set_running();
    else autostart_ = true;
}

void Lifecycle::await_migration() { set_state(RunState::inmigrate); }

Result<void> Lifecycle::cont() {
    if (needs_reset(state_)) return fail("Resetting the Virtual Machine is required");
    switch (state_) {
    case RunState::running:
    case RunState::suspended: return {};
    case RunState::inmigrate: autostart_ = true; return {};
    default: set_running();
    }
    return {};
}

void Lifecycle::stop() {
    if (state_ == RunState::inmigrate) {
        autostart_ = false;
        return;
    }
    stop_with(RunState::paused);
    for (const auto& call : on_stop_) call();
}

void Lifecycle::reset(ShutdownCause cause) {
    if (actions_.reboot == RebootAction::shutdown && cause != ShutdownCause::subsystem_reset) return shut_down(cause);
    if (reset_devices_) reset_devices_();
    events_.emit(ResetEvent{caused_by_guest(cause), cause});
    if (state_ != RunState::running && state_ != RunState::inmigrate && state_ != RunState::finish_migrate)
        set_state(RunState::prelaunch);
}

void Lifecycle::powerdown() {
    trace_machine<"qemu_system_powerdown_request">("");
    events_.emit(PowerdownEvent{});
    if (power_button_) power_button_();
}

Result<void> Lifecycle::wakeup() {
    if (!wakeup_supported_) return fail("wake-up from suspend is not supported by this guest");
    if (state_ != RunState::suspended) return fail("Unable to wake up: guest is not in suspended state");
    wake(WakeupCause::other);
    return {};
}

void Lifecycle::wake(WakeupCause cause) {
    // Waking from S3 resets the machine, but no RESET is sent (as QEMU 7.2).
    if (wake_devices_) wake_devices_(cause);
    set_state(RunState::running);
    clocks_.set_running(true);
    events_.emit(WakeupEvent{});
}

void Lifecycle::quit(ShutdownCause cause) {
    actions_.shutdown = ShutdownAction::poweroff;
    shut_down(cause);
}

void Lifecycle::shut_down(ShutdownCause cause) {
    if (ended_) return;
    trace_machine<"qemu_system_shutdown_request">("reason={}", static_cast<int>(cause));
    events_.emit(ShutdownEvent{caused_by_guest(cause), cause});
    if (actions_.shutdown == ShutdownAction::pause) stop_with(RunState::shutdown);
    else end(cause == ShutdownCause::guest_panic && actions_.panic == PanicAction::exit_failure ? 1 : 0);
}

void Lifecycle::end(int status) {
    for (const auto& call : on_end_) call();
    ended_ = true;
    exit_status_ = status;
    uv_stop(loop_);
}

void Lifecycle::defer() { uv_async_send(wake_); }

void Lifecycle::request_reset(ShutdownCause cause) {
    reset_request_ = cause;
    defer();
}

void Lifecycle::request_shutdown(ShutdownCause cause) {
    shutdown_request_ = cause;
    defer();
}

void Lifecycle::request_suspend() {
    suspend_request_ = true;
    defer();
}

void Lifecycle::request_suspend_to_disk() {
    events_.emit(SuspendDiskEvent{});
    request_shutdown(ShutdownCause::guest_shutdown);
}

void Lifecycle::request_wakeup(WakeupCause cause) {
    trace_machine<"system_wakeup_request">("reason={}", static_cast<int>(cause));
    if (state_ != RunState::suspended) return;
    wakeup_request_ = cause;
    defer();
}

void Lifecycle::run_deferred() {
    if (std::exchange(suspend_request_, false) && running()) {
        clocks_.set_running(false);
        set_state(RunState::suspended);
        events_.emit(SuspendEvent{});
    }
    if (auto cause = std::exchange(shutdown_request_, std::nullopt)) shut_down(*cause);
    if (ended_) return;
    if (auto cause = std::exchange(reset_request_, std::nullopt)) reset(*cause);
    if (ended_) return;
    if (auto cause = std::exchange(wakeup_request_, std::nullopt); cause && state_ == RunState::suspended) wake(*cause);
}

void Lifecycle::watchdog_expired() {
    const WatchdogAction action = actions_.watchdog;
    events_.emit(WatchdogEvent{action});
    switch (action) {
    case WatchdogAction::reset: request_reset(ShutdownCause::guest_reset); break;
    case WatchdogAction::shutdown: powerdown(); break;
    case WatchdogAction::poweroff: end(0); break;
    case WatchdogAction::pause: stop_with(RunState::watchdog); break;
    case WatchdogAction::debug: std::fprintf(stderr, "watchdog: timer fired\n"); break;
    case WatchdogAction::none: break;
    case WatchdogAction::inject_nmi: inject_nmi(); break;
    }
}

void Lifecycle::guest_panicked() {
    const PanicAction action = actions_.panic;
    if (action == PanicAction::none) return events_.emit(GuestPanickedEvent{GuestPanicAction::run});
    // Whoever wants to keep the machine after its end wants to look at one that has panicked, too.
    const bool pause = action == PanicAction::pause ||
                       (action == PanicAction::shutdown && actions_.shutdown == ShutdownAction::pause);
    events_.emit(GuestPanickedEvent{pause ? GuestPanicAction::pause : GuestPanicAction::poweroff});
    stop_with(RunState::guest_panicked);
    if (!pause) request_shutdown(ShutdownCause::guest_panic);
}

void Lifecycle::guest_crash_loaded() { events_.emit(GuestCrashLoadedEvent{GuestPanicAction::run}); }

void Lifecycle::rtc_changed(std::int64_t offset_seconds, const std::string& qom_path) {
    events_.emit(RtcChangeEvent{offset_seconds, qom_path});
}

void Lifecycle::inject_nmi() {
    if (nmi_) nmi_();
}

void Lifecycle::set_a20(bool enabled) {
    if (a20_) a20_(enabled);
}

}  // namespace rhea
