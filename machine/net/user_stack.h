#pragma once
/// A TCP/IP stack between a guest's cable and the sockets of this process. The work is libslirp's, in a module that is loaded when
/// the first stack is made.
#include <netinet/in.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "machine/net/client.h"

namespace rhea::net {

struct UserStackConfig {
    bool restricted = false, ipv4 = true, ipv6 = true;
    in_addr network{}, netmask{}, host{}, dhcp_start{}, dns{};
    in6_addr prefix6{}, host6{}, dns6{};
    std::uint8_t prefix6_length = 64;
    std::optional<std::string> hostname, tftp_server_name, tftp, bootfile, domainname;
    std::vector<std::string> dnssearch;
};

/// Goes off once for each `set`.
class UserStackTimer {
public:
    virtual ~UserStackTimer() = default;
    virtual void set(std::int64_t at_ms) = 0;
};

/// What a stack needs of the program. It outlives the stack.
class UserStackHost {
public:
    /// For the guest.
    virtual void frame_out(Frame frame) = 0;
    virtual std::int64_t now_ns() = 0;
    virtual std::unique_ptr<UserStackTimer> timer(std::function<void()> fire) = 0;
    /// It is going to be closed.
    virtual void forget_fd(int fd) = 0;
    virtual void wake() = 0;

protected:
    ~UserStackHost() = default;
};

/// What is waited for, as bits.
namespace poll_event {
inline constexpr int in = 1, out = 2, priority = 4, error = 8, hang_up = 16;
}

class UserStack {
public:
    virtual ~UserStack() = default;
    /// From the guest.
    virtual void frame_in(Frame frame) = 0;
    /// Before the loop waits: `add` notes a descriptor and returns a number for it; `timeout_ms` is shortened.
    virtual void fill(std::uint32_t& timeout_ms, const std::function<int(int fd, int events)>& add) = 0;
    /// After it has waited: `events` tells what the descriptor of that number is ready for.
    virtual void poll(const std::function<int(int number)>& events) = 0;

    /// From a port of the host to one of the guest; no guest address: the first that DHCP gives. False: it cannot be had.
    virtual bool add_forward(bool udp, in_addr host, int host_port, in_addr guest, int guest_port) = 0;
    virtual bool remove_forward(bool udp, in_addr host, int host_port) = 0;
    /// From a port that the guest sees to a program, or to `written`. No address is one on the network; it is filled in.
    virtual bool add_program(const std::string& command, in_addr& server, int port) = 0;
    virtual bool add_guest_forward(std::function<void(std::span<const std::uint8_t>)> written, in_addr& server, int port) = 0;
    /// How much can go back to the guest there.
    virtual std::size_t room(in_addr server, int port) = 0;
    virtual void write(in_addr server, int port, std::span<const std::uint8_t> bytes) = 0;
    /// The table of its connections, for people.
    virtual std::string connections() = 0;
};

/// The module is there.
bool has_user_stack();
/// Null: it is not, or does not load.
std::unique_ptr<UserStack> make_user_stack(const UserStackConfig& config, UserStackHost& host);

/// The one symbol of the module.
using UserStackEntry = void (*)(const UserStackConfig& config, UserStackHost& host, std::unique_ptr<UserStack>& result);
inline constexpr const char* kUserStackEntry = "rhea_slirp_make";

}  // namespace rhea::net
