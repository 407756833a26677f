#pragma once
/// VNC servers and their clients, as queries and events show them.
#include "monitor/event_bus.h"
#include "qobject/describe.h"

namespace rhea {

enum class NetworkAddressFamily { ipv4, ipv6, unix_path, vsock, unknown };
template <>
inline constexpr auto description<NetworkAddressFamily> = enumeration<NetworkAddressFamily>("NetworkAddressFamily", "ipv4",
                                                                                            "ipv6", "unix", "vsock",
                                                                                            "unknown");

struct VncClientInfo {
    std::string host, service;
    NetworkAddressFamily family{};
    bool websocket = false;
    std::optional<std::string> x509_dname, sasl_username;
};
template <>
inline constexpr auto description<VncClientInfo> = object("VncClientInfo", member<&VncClientInfo::host>("host"),
                                                          member<&VncClientInfo::service>("service"),
                                                          member<&VncClientInfo::family>("family"),
                                                          member<&VncClientInfo::websocket>("websocket"),
                                                          member<&VncClientInfo::x509_dname>("x509_dname"),
                                                          member<&VncClientInfo::sasl_username>("sasl_username"));

struct VncInfo {
    bool enabled = false;
    std::optional<std::string> host;
    std::optional<NetworkAddressFamily> family;
    std::optional<std::string> service, auth;
    std::optional<std::vector<VncClientInfo>> clients;
};
template <>
inline constexpr auto description<VncInfo> = object("VncInfo", member<&VncInfo::enabled>("enabled"),
                                                    member<&VncInfo::host>("host"), member<&VncInfo::family>("family"),
                                                    member<&VncInfo::service>("service"), member<&VncInfo::auth>("auth"),
                                                    member<&VncInfo::clients>("clients"));

enum class VncPrimaryAuth { none, vnc, ra2, ra2ne, tight, ultra, tls, vencrypt, sasl };
template <>
inline constexpr auto description<VncPrimaryAuth> = enumeration<VncPrimaryAuth>("VncPrimaryAuth", "none", "vnc", "ra2",
                                                                                "ra2ne", "tight", "ultra", "tls", "vencrypt",
                                                                                "sasl");

enum class VncVencryptSubAuth { plain, tls_none, x509_none, tls_vnc, x509_vnc, tls_plain, x509_plain, tls_sasl, x509_sasl };
template <>
inline constexpr auto description<VncVencryptSubAuth> = enumeration<VncVencryptSubAuth>("VncVencryptSubAuth", "plain",
                                                                                        "tls-none", "x509-none", "tls-vnc",
                                                                                        "x509-vnc", "tls-plain",
                                                                                        "x509-plain", "tls-sasl",
                                                                                        "x509-sasl");

struct VncServerInfo2 {
    std::string host, service;
    NetworkAddressFamily family{};
    bool websocket = false;
    VncPrimaryAuth auth{};
    std::optional<VncVencryptSubAuth> vencrypt;
};
template <>
inline constexpr auto description<VncServerInfo2> = object("VncServerInfo2", member<&VncServerInfo2::host>("host"),
                                                           member<&VncServerInfo2::service>("service"),
                                                           member<&VncServerInfo2::family>("family"),
                                                           member<&VncServerInfo2::websocket>("websocket"),
                                                           member<&VncServerInfo2::auth>("auth"),
                                                           member<&VncServerInfo2::vencrypt>("vencrypt"));

struct VncInfo2 {
    std::string id;
    std::vector<VncServerInfo2> server;
    std::vector<VncClientInfo> clients;
    VncPrimaryAuth auth{};
    std::optional<VncVencryptSubAuth> vencrypt;
    std::optional<std::string> display;
};
template <>
inline constexpr auto description<VncInfo2> = object("VncInfo2", member<&VncInfo2::id>("id"),
                                                     member<&VncInfo2::server>("server"),
                                                     member<&VncInfo2::clients>("clients"), member<&VncInfo2::auth>("auth"),
                                                     member<&VncInfo2::vencrypt>("vencrypt"),
                                                     member<&VncInfo2::display>("display"));

struct VncServerInfo {
    std::string host, service;
    NetworkAddressFamily family{};
    bool websocket = false;
    std::optional<std::string> auth;
};
template <>
inline constexpr auto description<VncServerInfo> = object("VncServerInfo", member<&VncServerInfo::host>("host"),
                                                          member<&VncServerInfo::service>("service"),
                                                          member<&VncServerInfo::family>("family"),
                                                          member<&VncServerInfo::websocket>("websocket"),
                                                          member<&VncServerInfo::auth>("auth"));

struct VncBasicInfo {
    std::string host, service;
    NetworkAddressFamily family{};
    bool websocket = false;
};
template <>
inline constexpr auto description<VncBasicInfo> = object("VncBasicInfo", member<&VncBasicInfo::host>("host"),
                                                         member<&VncBasicInfo::service>("service"),
                                                         member<&VncBasicInfo::family>("family"),
                                                         member<&VncBasicInfo::websocket>("websocket"));

struct VncConnectedEvent {
    VncServerInfo server;
    VncBasicInfo client;
};
template <>
inline constexpr auto description<VncConnectedEvent> = object("q_obj_VNC_CONNECTED-arg",
                                                              member<&VncConnectedEvent::server>("server"),
                                                              member<&VncConnectedEvent::client>("client"));

struct VncInitializedEvent {
    VncServerInfo server;
    VncClientInfo client;
};
template <>
inline constexpr auto description<VncInitializedEvent> = object("q_obj_VNC_INITIALIZED-arg",
                                                                member<&VncInitializedEvent::server>("server"),
                                                                member<&VncInitializedEvent::client>("client"));

struct VncDisconnectedEvent {
    VncServerInfo server;
    VncClientInfo client;
};
template <>
inline constexpr auto description<VncDisconnectedEvent> = object("q_obj_VNC_DISCONNECTED-arg",
                                                                 member<&VncDisconnectedEvent::server>("server"),
                                                                 member<&VncDisconnectedEvent::client>("client"));

template <>
inline constexpr EventInfo event<VncConnectedEvent>{"VNC_CONNECTED",
                                                    "A VNC client connects; it has not shown yet who it is."};
template <>
inline constexpr EventInfo event<VncInitializedEvent>{"VNC_INITIALIZED", "A VNC client begins to be served."};
template <>
inline constexpr EventInfo event<VncDisconnectedEvent>{"VNC_DISCONNECTED", "A VNC client is gone."};

}  // namespace rhea
