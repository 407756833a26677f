#pragma once
/// Events of network devices and their other ends.
#include "machine/socket_options.h"
#include "monitor/event_bus.h"

namespace rhea {

struct NicRxFilterChangedEvent {
    std::optional<std::string> name;
    std::string path;
};
template <>
inline constexpr auto description<NicRxFilterChangedEvent> = object("q_obj_NIC_RX_FILTER_CHANGED-arg",
                                                                    member<&NicRxFilterChangedEvent::name>("name"),
                                                                    member<&NicRxFilterChangedEvent::path>("path"));

struct NetdevStreamConnectedEvent {
    std::string netdev_id;
    SocketAddress addr;
};
template <>
inline constexpr auto description<NetdevStreamConnectedEvent> =
    object("q_obj_NETDEV_STREAM_CONNECTED-arg", member<&NetdevStreamConnectedEvent::netdev_id>("netdev-id"),
           member<&NetdevStreamConnectedEvent::addr>("addr"));

struct NetdevStreamDisconnectedEvent {
    std::string netdev_id;
};
template <>
inline constexpr auto description<NetdevStreamDisconnectedEvent> =
    object("q_obj_NETDEV_STREAM_DISCONNECTED-arg", member<&NetdevStreamDisconnectedEvent::netdev_id>("netdev-id"));

struct RdmaGidStatusChangedEvent {
    std::string netdev;
    bool gid_status = false;
    std::int64_t subnet_prefix = 0, interface_id = 0;
};
template <>
inline constexpr auto description<RdmaGidStatusChangedEvent> =
    object("q_obj_RDMA_GID_STATUS_CHANGED-arg", member<&RdmaGidStatusChangedEvent::netdev>("netdev"),
           member<&RdmaGidStatusChangedEvent::gid_status>("gid-status"),
           member<&RdmaGidStatusChangedEvent::subnet_prefix>("subnet-prefix"),
           member<&RdmaGidStatusChangedEvent::interface_id>("interface-id"));

template <>
inline constexpr EventInfo event<NicRxFilterChangedEvent>{"NIC_RX_FILTER_CHANGED",
                                                          "The guest changed what its network device lets in."};
template <>
inline constexpr EventInfo event<NetdevStreamConnectedEvent>{"NETDEV_STREAM_CONNECTED",
                                                             "A stream network has its other end."};
template <>
inline constexpr EventInfo event<NetdevStreamDisconnectedEvent>{"NETDEV_STREAM_DISCONNECTED",
                                                                "A stream network lost its other end."};
template <>
inline constexpr EventInfo event<RdmaGidStatusChangedEvent>{"RDMA_GID_STATUS_CHANGED",
                                                            "The guest gave an RDMA device an address, or took it away."};

}  // namespace rhea
