#pragma once
/// A network over a datagram socket: each datagram is a frame.
#include "chardev/socket_address.h"
#include "machine/net/network.h"

#include <netinet/in.h>
#include <sys/socket.h>

namespace rhea::net {

/// Where datagrams go to.
struct Destination {
    sockaddr_storage address{};
    socklen_t size = 0;      ///< 0: where the socket is connected to

    static Destination of(const sockaddr_in& address);
};

class DgramBackend final : public Client, private FdUser {
public:
    /// `file`: a Unix socket's own name, which goes with it.
    DgramBackend(Network& network, Kind kind, std::string name, FileDescriptor socket, Destination to, std::string info,
                 std::optional<SocketFile> file = {});
    ~DgramBackend() override;

    std::string info() const override { return info_; }
    void receive(Frame frame) override;
    void shut_down() override;

private:
    void fd_ready(FdWatch& watch, int events) override;

    FileDescriptor socket_;
    Destination to_;
    std::string info_;
    std::optional<SocketFile> file_;
    std::unique_ptr<FdWatch> watch_;
};

/// A socket that hears a group and sends to it; `local`: the host's address towards it, or nothing.
Result<FileDescriptor> multicast_socket(const sockaddr_in& group, const std::optional<in_addr>& local);
/// A datagram socket with an address of its own.
Result<FileDescriptor> bound_datagram_socket(const sockaddr_in& local);
/// "127.0.0.1:1234"
std::string address_text(const sockaddr_in& address);
bool is_multicast(const sockaddr_in& address);

/// An IPv4 address; an empty host is any. Names of hosts are looked up, which may block.
Result<sockaddr_in> parse_host_port(const std::string& host, const std::string& port);
/// "HOST:PORT"
Result<sockaddr_in> parse_host_port(const std::string& text);

}  // namespace rhea::net
