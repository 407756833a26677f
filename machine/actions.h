#pragma once
/// What the machine does when the guest reboots, shuts down, panics, or its watchdog expires (-action, set-action).
#include "machine/cli/config.h"
#include "qobject/describe.h"

namespace rhea {

using cli::Actions;
using cli::PanicAction;
using cli::RebootAction;
using cli::ShutdownAction;
using cli::WatchdogAction;

template <> inline constexpr auto description<RebootAction> = enumeration<RebootAction>("RebootAction", "reset", "shutdown");
template <> inline constexpr auto description<ShutdownAction> = enumeration<ShutdownAction>("ShutdownAction", "poweroff", "pause");
template <>
inline constexpr auto description<PanicAction> =
    enumeration<PanicAction>("PanicAction", "pause", "shutdown", "exit-failure", "none");
template <>
inline constexpr auto description<WatchdogAction> = enumeration<WatchdogAction>(
    "WatchdogAction", "reset", "shutdown", "poweroff", "pause", "debug", "none", "inject-nmi");

}  // namespace rhea
