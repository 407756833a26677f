#pragma once
/// The events of the machine's life. Those of a subsystem stand with it (machine/block/events.h).
#include <cstdint>
#include <string>

#include "machine/actions.h"
#include "machine/machine_control.h"
#include "monitor/event_bus.h"

namespace rhea {

struct ShutdownEvent { bool guest = false; ShutdownCause reason{}; };
struct ResetEvent { bool guest = false; ShutdownCause reason{}; };
struct PowerdownEvent {};
struct StopEvent {};
struct ResumeEvent {};
struct SuspendEvent {};
struct SuspendDiskEvent {};
struct WakeupEvent {};
struct WatchdogEvent { WatchdogAction action{}; };
struct RtcChangeEvent { std::int64_t offset = 0; std::string qom_path; };

template <>
inline constexpr auto description<ShutdownEvent> =
    object("q_obj_SHUTDOWN-arg", member<&ShutdownEvent::guest>("guest"), member<&ShutdownEvent::reason>("reason"));
template <>
inline constexpr auto description<ResetEvent> =
    object("q_obj_RESET-arg", member<&ResetEvent::guest>("guest"), member<&ResetEvent::reason>("reason"));
template <> inline constexpr auto description<PowerdownEvent> = object("q_empty");
template <> inline constexpr auto description<StopEvent> = object("q_empty");
template <> inline constexpr auto description<ResumeEvent> = object("q_empty");
template <> inline constexpr auto description<SuspendEvent> = object("q_empty");
template <> inline constexpr auto description<SuspendDiskEvent> = object("q_empty");
template <> inline constexpr auto description<WakeupEvent> = object("q_empty");
template <>
inline constexpr auto description<WatchdogEvent> = object("q_obj_WATCHDOG-arg", member<&WatchdogEvent::action>("action"));
template <>
inline constexpr auto description<RtcChangeEvent> = object(
    "q_obj_RTC_CHANGE-arg", member<&RtcChangeEvent::offset>("offset"), member<&RtcChangeEvent::qom_path>("qom-path"));

template <> inline constexpr EventInfo event<ShutdownEvent>{"SHUTDOWN", "The machine ends, or would without -no-shutdown."};
template <> inline constexpr EventInfo event<ResetEvent>{"RESET", "The machine was reset."};
template <> inline constexpr EventInfo event<PowerdownEvent>{"POWERDOWN", "The power button was pressed."};
template <> inline constexpr EventInfo event<StopEvent>{"STOP", "The machine stands still now."};
template <> inline constexpr EventInfo event<ResumeEvent>{"RESUME", "The machine runs on."};
template <> inline constexpr EventInfo event<SuspendEvent>{"SUSPEND", "The guest went to sleep (S3)."};
template <> inline constexpr EventInfo event<SuspendDiskEvent>{"SUSPEND_DISK", "The guest hibernates (S4)."};
template <> inline constexpr EventInfo event<WakeupEvent>{"WAKEUP", "The guest woke up from S3."};
template <> inline constexpr EventInfo event<WatchdogEvent>{"WATCHDOG", "The watchdog expired.", 1000};
template <> inline constexpr EventInfo event<RtcChangeEvent>{"RTC_CHANGE", "The guest set its clock.", 1000};

void declare_lifecycle_events(EventBus& events);

}  // namespace rhea
