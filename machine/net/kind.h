#pragma once
/// What a network on the host's side is (the schema's NetClientDriver).

namespace rhea::net {

enum class Kind { none, nic, user, tap, l2tpv3, socket, stream, dgram, vde, bridge, hubport, netmap, vhost_user, vhost_vdpa };
/// What it is to be: machine/net/options.h.
struct Netdev;

}  // namespace rhea::net
