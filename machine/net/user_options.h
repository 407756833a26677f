#pragma once
/// The options of a user network, read: addresses that fit together, and rules of forwarding.
#include "machine/net/options.h"
#include "machine/net/user_stack.h"
#include "qobject/error.h"

namespace rhea::net {

/// With QEMU's errors.
Result<UserStackConfig> user_config(const UserOptions& options);

/// "[tcp|udp]:[HOSTADDR]:HOSTPORT-[GUESTADDR]:GUESTPORT"
struct HostForward {
    bool udp = false;
    in_addr host{}, guest{};
    int host_port = 0, guest_port = 0;
};
/// The error is "Invalid host forwarding rule 'x' (Bad host port)".
Result<HostForward> parse_host_forward(const std::string& rule);
/// "[tcp|udp]:[HOSTADDR]:HOSTPORT"; nothing: it is not that.
std::optional<HostForward> parse_host_end(std::string_view text);

/// "[tcp]:SERVER:PORT-TARGET": the target is a character device, or "cmd:PROGRAM".
struct GuestForward {
    in_addr server{};
    int port = 0;
    std::string target;
};
Result<GuestForward> parse_guest_forward(const std::string& rule);

}  // namespace rhea::net
