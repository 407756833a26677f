#pragma once
/// The events of migration.
#include "machine/migration/migration.h"
#include "monitor/event_bus.h"

namespace rhea {

struct MigrationEvent {
    MigrationStatus status{};
};
template <>
inline constexpr auto description<MigrationEvent> = object("q_obj_MIGRATION-arg", member<&MigrationEvent::status>("status"));

struct MigrationPassEvent {
    std::int64_t pass = 0;
};
template <>
inline constexpr auto description<MigrationPassEvent> = object("q_obj_MIGRATION_PASS-arg",
                                                               member<&MigrationPassEvent::pass>("pass"));

enum class ColoMode { none, primary, secondary };
template <>
inline constexpr auto description<ColoMode> = enumeration<ColoMode>("COLOMode", "none", "primary", "secondary");

enum class ColoExitReason { none, request, error, processing };
template <>
inline constexpr auto description<ColoExitReason> = enumeration<ColoExitReason>("COLOExitReason", "none", "request", "error",
                                                                                "processing");

struct ColoExitEvent {
    ColoMode mode{};
    ColoExitReason reason{};
};
template <>
inline constexpr auto description<ColoExitEvent> = object("q_obj_COLO_EXIT-arg", member<&ColoExitEvent::mode>("mode"),
                                                          member<&ColoExitEvent::reason>("reason"));

struct FailoverNegotiatedEvent {
    std::string device_id;
};
template <>
inline constexpr auto description<FailoverNegotiatedEvent> =
    object("q_obj_FAILOVER_NEGOTIATED-arg", member<&FailoverNegotiatedEvent::device_id>("device-id"));

struct UnplugPrimaryEvent {
    std::string device_id;
};
template <>
inline constexpr auto description<UnplugPrimaryEvent> = object("q_obj_UNPLUG_PRIMARY-arg",
                                                               member<&UnplugPrimaryEvent::device_id>("device-id"));

template <>
inline constexpr EventInfo event<MigrationEvent>{"MIGRATION", "The migration is in another state now."};
template <>
inline constexpr EventInfo event<MigrationPassEvent>{"MIGRATION_PASS", "The migration begins to go over memory again."};
template <>
inline constexpr EventInfo event<ColoExitEvent>{"COLO_EXIT", "The machine runs alone again, without its double."};
template <>
inline constexpr EventInfo event<FailoverNegotiatedEvent>{"FAILOVER_NEGOTIATED",
                                                          "The guest takes a stand-in for a network device."};
template <>
inline constexpr EventInfo event<UnplugPrimaryEvent>{"UNPLUG_PRIMARY", "A network device goes; its stand-in takes over."};

}  // namespace rhea
