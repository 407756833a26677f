#pragma once
/// The run state of the machine: QEMU's states by their names.
#include "qobject/describe.h"

namespace rhea {

enum class RunState {
    debug, inmigrate, internal_error, io_error, paused, postmigrate, prelaunch, finish_migrate, restore_vm, running, save_vm,
    shutdown, suspended, watchdog, guest_panicked, colo,
};
template <>
inline constexpr auto description<RunState> = enumeration<RunState>(
    "RunState", "debug", "inmigrate", "internal-error", "io-error", "paused", "postmigrate", "prelaunch", "finish-migrate",
    "restore-vm", "running", "save-vm", "shutdown", "suspended", "watchdog", "guest-panicked", "colo");

/// A machine in this state goes on only after a reset.
constexpr bool needs_reset(RunState state) { return state == RunState::internal_error || state == RunState::shutdown; }

}  // namespace rhea
