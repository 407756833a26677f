#pragma once
/// How devices reach the life of the machine that they are part of. The machine implements it; a device holds a reference.
#include <cstdint>
#include <string>

#include "qobject/describe.h"

namespace rhea {

/// Why the machine is reset or ends, as RESET and SHUTDOWN report it.
enum class ShutdownCause {
    none,
    host_error,
    host_qmp_quit,
    host_qmp_system_reset,
    host_signal,
    host_ui,
    guest_shutdown,
    guest_reset,
    guest_panic,
    subsystem_reset,
    snapshot_load,
};
template <>
inline constexpr auto description<ShutdownCause> = enumeration<ShutdownCause>("ShutdownCause", "none", "host-error",
                                                                              "host-qmp-quit", "host-qmp-system-reset",
                                                                              "host-signal", "host-ui", "guest-shutdown",
                                                                              "guest-reset", "guest-panic",
                                                                              "subsystem-reset", "snapshot-load");

/// Whether the guest brought it about (the "guest" member of RESET and SHUTDOWN).
constexpr bool caused_by_guest(ShutdownCause cause) {
    return cause >= ShutdownCause::guest_shutdown && cause <= ShutdownCause::subsystem_reset;
}

enum class WakeupCause { rtc, pm_timer, other };

/// Every call returns at once. What changes the run state (reset, shutdown, suspend, wake-up) is noted and carried out from
/// the main loop, so that a device may ask for it in the middle of an access, and the access's reply leaves first.
class MachineControl {
public:
    virtual ~MachineControl() = default;

    virtual void request_reset(ShutdownCause cause) = 0;
    virtual void request_shutdown(ShutdownCause cause) = 0;
    /// ACPI S3, and S4 (which reports SUSPEND_DISK and then shuts down).
    virtual void request_suspend() = 0;
    virtual void request_suspend_to_disk() = 0;
    /// Ends S3; nothing happens in any other state.
    virtual void request_wakeup(WakeupCause cause) = 0;
    /// Does what `-action watchdog=` says.
    virtual void watchdog_expired() = 0;
    /// The guest set its clock: it is now `offset_seconds` ahead of what it would show untouched.
    virtual void rtc_changed(std::int64_t offset_seconds, const std::string& qom_path) = 0;
    /// The guest says that it has panicked: does what `-action panic=` says. Or that its crash kernel has taken over.
    virtual void guest_panicked() = 0;
    virtual void guest_crash_loaded() = 0;
    /// Ends the emulator with this status, with no event.
    virtual void exit(int status) = 0;
    virtual void inject_nmi() = 0;
    /// The A20 gate: address bit 20 is passed on or held at 0.
    virtual void set_a20(bool enabled) = 0;
};

}  // namespace rhea
