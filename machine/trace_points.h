#pragma once
/// The trace points of the machine's life and of what reaches its ports from outside the guest.
#include "qobject/trace.h"

namespace rhea {

inline constexpr std::string_view kMachineTracePoints[] = {
    "cpu_in",
    "cpu_out",
    "vm_stop_flush_all",
    "vm_state_notify",
    "runstate_set",
    "system_wakeup_request",
    "qemu_system_shutdown_request",
    "qemu_system_powerdown_request",
};

template <TraceName Name, class... Values>
void trace_machine(fmt::format_string<const Values&...> format, const Values&... values) {
    trace<kMachineTracePoints, Name>(format, values...);
}

}  // namespace rhea
