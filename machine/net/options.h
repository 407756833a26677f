#pragma once
/// What a network on the host's side is to be: the schema's Netdev. -netdev, -nic, -net and netdev_add read it.
#include "machine/net/kind.h"
#include "machine/schema_features.h"
#include "machine/socket_options.h"

namespace rhea::net {

/// The schema wraps each text of a list in an object.
using Line = FdSocketAddress;

struct NicOptions {
    std::optional<std::string> netdev, macaddr, model, addr;
    std::optional<std::uint32_t> vectors;
};
struct UserOptions {
    std::optional<std::string> hostname;
    std::optional<bool> restrict, ipv4, ipv6;
    std::optional<std::string> ip, net, host, tftp, bootfile, dhcpstart, dns;
    std::optional<std::vector<Line>> dnssearch;
    std::optional<std::string> domainname, ipv6_prefix;
    std::optional<std::int64_t> ipv6_prefixlen;
    std::optional<std::string> ipv6_host, ipv6_dns, smb, smbserver;
    std::optional<std::vector<Line>> hostfwd, guestfwd;
    std::optional<std::string> tftp_server_name;
};
struct TapOptions {
    std::optional<std::string> ifname, fd, fds, script, downscript, br, helper;
    std::optional<std::uint64_t> sndbuf;
    std::optional<bool> vnet_hdr, vhost;
    std::optional<std::string> vhostfd, vhostfds;
    std::optional<bool> vhostforce;
    std::optional<std::uint32_t> queues, poll_us;
};
struct L2tpv3Options {
    std::string src, dst;
    std::optional<std::string> srcport, dstport;
    std::optional<bool> ipv6, udp, cookie64, counter, pincounter;
    std::optional<std::uint64_t> txcookie, rxcookie;
    std::uint32_t txsession = 0;
    std::optional<std::uint32_t> rxsession, offset;
};
/// Exactly one of `listen`, `connect`, `mcast`, `udp` and `fd`.
struct SocketOptions {
    std::optional<std::string> fd, listen, connect, mcast, localaddr, udp;
};
struct StreamOptions {
    SocketAddress addr;
    std::optional<bool> server;
};
struct DgramOptions {
    std::optional<SocketAddress> local, remote;
};
struct VdeOptions {
    std::optional<std::string> sock;
    std::optional<std::uint16_t> port;
    std::optional<std::string> group;
    std::optional<std::uint16_t> mode;
};
struct BridgeOptions {
    std::optional<std::string> br, helper;
};
struct HubportOptions {
    std::int32_t hubid = 0;
    std::optional<std::string> netdev;
};
struct NetmapOptions {
    std::string ifname;
    std::optional<std::string> devname;
};
struct VhostUserOptions {
    std::string chardev;
    std::optional<bool> vhostforce;
    std::optional<std::int64_t> queues;
};
struct VhostVdpaOptions {
    std::optional<std::string> vhostdev, vhostfd;
    std::optional<std::int64_t> queues;
    std::optional<bool> x_svq;
};


struct Netdev {
    std::string id;
    Kind type{};
    std::variant<std::monostate, NicOptions, UserOptions, TapOptions, L2tpv3Options, SocketOptions, StreamOptions, DgramOptions, VdeOptions,
                 BridgeOptions, HubportOptions, NetmapOptions, VhostUserOptions, VhostVdpaOptions>
        u;
};

}  // namespace rhea::net

namespace rhea {

template <>
inline constexpr auto description<net::NicOptions> =
    object("NetLegacyNicOptions", member<&net::NicOptions::netdev>("netdev"), member<&net::NicOptions::macaddr>("macaddr"),
           member<&net::NicOptions::model>("model"), member<&net::NicOptions::addr>("addr"), member<&net::NicOptions::vectors>("vectors"));
template <>
inline constexpr auto description<net::UserOptions> = object(
    "NetdevUserOptions", member<&net::UserOptions::hostname>("hostname"), member<&net::UserOptions::restrict>("restrict"),
    member<&net::UserOptions::ipv4>("ipv4"), member<&net::UserOptions::ipv6>("ipv6"), member<&net::UserOptions::ip>("ip"),
    member<&net::UserOptions::net>("net"), member<&net::UserOptions::host>("host"), member<&net::UserOptions::tftp>("tftp"),
    member<&net::UserOptions::bootfile>("bootfile"), member<&net::UserOptions::dhcpstart>("dhcpstart"), member<&net::UserOptions::dns>("dns"),
    member<&net::UserOptions::dnssearch>("dnssearch"), member<&net::UserOptions::domainname>("domainname"),
    member<&net::UserOptions::ipv6_prefix>("ipv6-prefix"), member<&net::UserOptions::ipv6_prefixlen>("ipv6-prefixlen"),
    member<&net::UserOptions::ipv6_host>("ipv6-host"), member<&net::UserOptions::ipv6_dns>("ipv6-dns"), member<&net::UserOptions::smb>("smb"),
    member<&net::UserOptions::smbserver>("smbserver"), member<&net::UserOptions::hostfwd>("hostfwd"),
    member<&net::UserOptions::guestfwd>("guestfwd"), member<&net::UserOptions::tftp_server_name>("tftp-server-name"));
template <>
inline constexpr auto description<net::TapOptions> =
    object("NetdevTapOptions", member<&net::TapOptions::ifname>("ifname"), member<&net::TapOptions::fd>("fd"), member<&net::TapOptions::fds>("fds"),
           member<&net::TapOptions::script>("script"), member<&net::TapOptions::downscript>("downscript"), member<&net::TapOptions::br>("br"),
           member<&net::TapOptions::helper>("helper"), member<&net::TapOptions::sndbuf>("sndbuf"), member<&net::TapOptions::vnet_hdr>("vnet_hdr"),
           member<&net::TapOptions::vhost>("vhost"), member<&net::TapOptions::vhostfd>("vhostfd"), member<&net::TapOptions::vhostfds>("vhostfds"),
           member<&net::TapOptions::vhostforce>("vhostforce"), member<&net::TapOptions::queues>("queues"),
           member<&net::TapOptions::poll_us>("poll-us"));
template <>
inline constexpr auto description<net::L2tpv3Options> =
    object("NetdevL2TPv3Options", member<&net::L2tpv3Options::src>("src"), member<&net::L2tpv3Options::dst>("dst"),
           member<&net::L2tpv3Options::srcport>("srcport"), member<&net::L2tpv3Options::dstport>("dstport"),
           member<&net::L2tpv3Options::ipv6>("ipv6"), member<&net::L2tpv3Options::udp>("udp"), member<&net::L2tpv3Options::cookie64>("cookie64"),
           member<&net::L2tpv3Options::counter>("counter"), member<&net::L2tpv3Options::pincounter>("pincounter"),
           member<&net::L2tpv3Options::txcookie>("txcookie"), member<&net::L2tpv3Options::rxcookie>("rxcookie"),
           member<&net::L2tpv3Options::txsession>("txsession"), member<&net::L2tpv3Options::rxsession>("rxsession"),
           member<&net::L2tpv3Options::offset>("offset"));
template <>
inline constexpr auto description<net::SocketOptions> =
    object("NetdevSocketOptions", member<&net::SocketOptions::fd>("fd"), member<&net::SocketOptions::listen>("listen"),
           member<&net::SocketOptions::connect>("connect"), member<&net::SocketOptions::mcast>("mcast"),
           member<&net::SocketOptions::localaddr>("localaddr"), member<&net::SocketOptions::udp>("udp"));
template <>
inline constexpr auto description<net::StreamOptions> =
    object("NetdevStreamOptions", member<&net::StreamOptions::addr>("addr"), member<&net::StreamOptions::server>("server"));
template <>
inline constexpr auto description<net::DgramOptions> =
    object("NetdevDgramOptions", member<&net::DgramOptions::local>("local"), member<&net::DgramOptions::remote>("remote"));
template <>
inline constexpr auto description<net::VdeOptions> =
    object("NetdevVdeOptions", member<&net::VdeOptions::sock>("sock"), member<&net::VdeOptions::port>("port"),
           member<&net::VdeOptions::group>("group"), member<&net::VdeOptions::mode>("mode"));
template <>
inline constexpr auto description<net::BridgeOptions> =
    object("NetdevBridgeOptions", member<&net::BridgeOptions::br>("br"), member<&net::BridgeOptions::helper>("helper"));
template <>
inline constexpr auto description<net::HubportOptions> =
    object("NetdevHubPortOptions", member<&net::HubportOptions::hubid>("hubid"), member<&net::HubportOptions::netdev>("netdev"));
template <>
inline constexpr auto description<net::NetmapOptions> =
    object("NetdevNetmapOptions", member<&net::NetmapOptions::ifname>("ifname"), member<&net::NetmapOptions::devname>("devname"));
template <>
inline constexpr auto description<net::VhostUserOptions> =
    object("NetdevVhostUserOptions", member<&net::VhostUserOptions::chardev>("chardev"),
           member<&net::VhostUserOptions::vhostforce>("vhostforce"), member<&net::VhostUserOptions::queues>("queues"));
template <>
inline constexpr auto description<net::VhostVdpaOptions> =
    object("NetdevVhostVDPAOptions", member<&net::VhostVdpaOptions::vhostdev>("vhostdev"), member<&net::VhostVdpaOptions::vhostfd>("vhostfd"),
           member<&net::VhostVdpaOptions::queues>("queues"), member<&net::VhostVdpaOptions::x_svq>("x-svq", feature::kUnstable));
template <>
inline constexpr auto description<net::Kind> =
    enumeration<net::Kind>("NetClientDriver", "none", "nic", "user", "tap", "l2tpv3", "socket", "stream", "dgram", "vde", "bridge", "hubport",
                           "netmap", "vhost-user", "vhost-vdpa");
template <>
inline constexpr auto description<net::Netdev> = flat_union<&net::Netdev::type, &net::Netdev::u>(
    "Netdev",
    branches(branch<net::NicOptions>(net::Kind::nic), branch<net::UserOptions>(net::Kind::user), branch<net::TapOptions>(net::Kind::tap),
             branch<net::L2tpv3Options>(net::Kind::l2tpv3), branch<net::SocketOptions>(net::Kind::socket),
             branch<net::StreamOptions>(net::Kind::stream), branch<net::DgramOptions>(net::Kind::dgram), branch<net::VdeOptions>(net::Kind::vde),
             branch<net::BridgeOptions>(net::Kind::bridge), branch<net::HubportOptions>(net::Kind::hubport),
             branch<net::NetmapOptions>(net::Kind::netmap), branch<net::VhostUserOptions>(net::Kind::vhost_user),
             branch<net::VhostVdpaOptions>(net::Kind::vhost_vdpa)),
    member<&net::Netdev::id>("id"), member<&net::Netdev::type>("type"));

}  // namespace rhea
