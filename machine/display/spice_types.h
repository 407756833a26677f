#pragma once
/// The SPICE server and its clients, as queries and events show them.
#include "machine/display/vnc_types.h"

namespace rhea {

enum class SpiceQueryMouseMode { client, server, unknown };
template <>
inline constexpr auto description<SpiceQueryMouseMode> = enumeration<SpiceQueryMouseMode>("SpiceQueryMouseMode", "client",
                                                                                          "server", "unknown");

struct SpiceChannel {
    std::string host, port;
    NetworkAddressFamily family{};
    std::int64_t connection_id = 0, channel_type = 0, channel_id = 0;
    bool tls = false;
};
template <>
inline constexpr auto description<SpiceChannel> = object("SpiceChannel", member<&SpiceChannel::host>("host"),
                                                         member<&SpiceChannel::port>("port"),
                                                         member<&SpiceChannel::family>("family"),
                                                         member<&SpiceChannel::connection_id>("connection-id"),
                                                         member<&SpiceChannel::channel_type>("channel-type"),
                                                         member<&SpiceChannel::channel_id>("channel-id"),
                                                         member<&SpiceChannel::tls>("tls"));

struct SpiceInfo {
    bool enabled = false, migrated = false;
    std::optional<std::string> host;
    std::optional<std::int64_t> port, tls_port;
    std::optional<std::string> auth, compiled_version;
    SpiceQueryMouseMode mouse_mode{};
    std::optional<std::vector<SpiceChannel>> channels;
};
template <>
inline constexpr auto description<SpiceInfo> =
    object("SpiceInfo", member<&SpiceInfo::enabled>("enabled"), member<&SpiceInfo::migrated>("migrated"),
           member<&SpiceInfo::host>("host"), member<&SpiceInfo::port>("port"), member<&SpiceInfo::tls_port>("tls-port"),
           member<&SpiceInfo::auth>("auth"), member<&SpiceInfo::compiled_version>("compiled-version"),
           member<&SpiceInfo::mouse_mode>("mouse-mode"), member<&SpiceInfo::channels>("channels"));

struct SpiceBasicInfo {
    std::string host, port;
    NetworkAddressFamily family{};
};
template <>
inline constexpr auto description<SpiceBasicInfo> = object("SpiceBasicInfo", member<&SpiceBasicInfo::host>("host"),
                                                           member<&SpiceBasicInfo::port>("port"),
                                                           member<&SpiceBasicInfo::family>("family"));

struct SpiceConnectedEvent {
    SpiceBasicInfo server, client;
};
template <>
inline constexpr auto description<SpiceConnectedEvent> = object("q_obj_SPICE_CONNECTED-arg",
                                                                member<&SpiceConnectedEvent::server>("server"),
                                                                member<&SpiceConnectedEvent::client>("client"));

struct SpiceServerInfo {
    std::string host, port;
    NetworkAddressFamily family{};
    std::optional<std::string> auth;
};
template <>
inline constexpr auto description<SpiceServerInfo> = object("SpiceServerInfo", member<&SpiceServerInfo::host>("host"),
                                                            member<&SpiceServerInfo::port>("port"),
                                                            member<&SpiceServerInfo::family>("family"),
                                                            member<&SpiceServerInfo::auth>("auth"));

struct SpiceInitializedEvent {
    SpiceServerInfo server;
    SpiceChannel client;
};
template <>
inline constexpr auto description<SpiceInitializedEvent> = object("q_obj_SPICE_INITIALIZED-arg",
                                                                  member<&SpiceInitializedEvent::server>("server"),
                                                                  member<&SpiceInitializedEvent::client>("client"));

struct SpiceDisconnectedEvent {
    SpiceBasicInfo server, client;
};
template <>
inline constexpr auto description<SpiceDisconnectedEvent> = object("q_obj_SPICE_DISCONNECTED-arg",
                                                                   member<&SpiceDisconnectedEvent::server>("server"),
                                                                   member<&SpiceDisconnectedEvent::client>("client"));

struct SpiceMigrateCompletedEvent {};
template <>
inline constexpr auto description<SpiceMigrateCompletedEvent> = object("q_empty");

template <>
inline constexpr EventInfo event<SpiceConnectedEvent>{"SPICE_CONNECTED", "A SPICE client connects."};
template <>
inline constexpr EventInfo event<SpiceInitializedEvent>{"SPICE_INITIALIZED", "A SPICE client begins to be served."};
template <>
inline constexpr EventInfo event<SpiceDisconnectedEvent>{"SPICE_DISCONNECTED", "A SPICE client is gone."};
template <>
inline constexpr EventInfo event<SpiceMigrateCompletedEvent>{"SPICE_MIGRATE_COMPLETED",
                                                             "The SPICE clients know where the machine moved."};

}  // namespace rhea
