/// "socket": the older way to say "stream" and "dgram".
#include <arpa/inet.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "machine/net/backends.h"
#include "machine/net/dgram_backend.h"
#include "machine/net/stream_backend.h"

namespace rhea::net {

namespace {

class SocketNetdev final : public StreamBackend {
public:
    SocketNetdev(Network& network, const std::string& name) : StreamBackend(network, Kind::socket, name) {}

    void listen_on(FileDescriptor socket) {
        std::vector<FileDescriptor> sockets;
        sockets.push_back(std::move(socket));
        serve(std::move(sockets));
    }
    void connect_to(const sockaddr_in& where) {
        destination_ = address_text(where);
        InetSocketAddress inet;
        inet.host = ::inet_ntoa(where.sin_addr);
        inet.port = std::to_string(ntohs(where.sin_port));
        inet.numeric = true;
        connect({SocketAddressType::inet, Data<InetSocketAddress>{std::move(inet)}});
    }
    void take(FileDescriptor socket) {
        passed_ = fmt::format("socket: fd={}", socket.get());
        set_info(passed_);
        adopt(std::move(socket));
    }

private:
    void connected(int socket, bool accepted) override {
        if (!passed_.empty()) return;
        if (!accepted) return set_info("socket: connect to " + destination_);
        const SocketAddress from = connection_address(socket, true);
        if (const auto* inet = std::get_if<InetSocketAddress>(&from.u)) set_info(fmt::format("socket: connection from {}:{}", inet->host, inet->port));
    }
    void disconnected() override { set_info({}); }
    void failed(const Error&) override { set_info({}); }

    std::string destination_, passed_;
};

Result<FileDescriptor> listening_socket(const sockaddr_in& address) {
    const auto failure = [&](const char* what) {
        return fail(fmt::format("{}: {}", fmt::format(fmt::runtime(what), ::inet_ntoa(address.sin_addr)), std::strerror(errno)));
    };
    FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return failure("can't create stream socket");
    const int on = 1;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return failure("can't bind ip={} to socket");
    if (::listen(socket.get(), 0) != 0) return failure("can't listen on socket");
    return socket;
}

Result<Backends> over_passed(Network& network, const std::string& id, const std::string& name, const NamedFds& named_fds) {
    FileDescriptor socket = RHEA_TRY(socket_fd(name, named_fds));
    int type = 0;
    socklen_t size = sizeof type;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_TYPE, &type, &size);
    if (type == SOCK_DGRAM) {
        const auto info = fmt::format("socket: fd={} {}", socket.get(), is_unix_socket(socket.get()) ? "unix" : "inet");
        return backend<DgramBackend>(network, Kind::socket, id, std::move(socket), Destination{}, info);
    }
    Backends made = backend<SocketNetdev>(network, id);
    static_cast<SocketNetdev&>(*made.front()).take(std::move(socket));
    return made;
}

}  // namespace

Result<Backends> make_socket(Network& network, const std::string& id, const SocketOptions& options, const NamedFds& named_fds) {
    const int ways = options.fd.has_value() + options.listen.has_value() + options.connect.has_value() + options.mcast.has_value() + options.udp.has_value();
    if (ways != 1) return fail("exactly one of listen=, connect=, mcast= or udp= is required");
    if (options.localaddr && !options.mcast && !options.udp) return fail("localaddr= is only valid with mcast= or udp=");
    if (options.fd) return over_passed(network, id, *options.fd, named_fds);
    if (options.listen) {
        FileDescriptor socket = RHEA_TRY(listening_socket(RHEA_TRY(parse_host_port(*options.listen))));
        Backends made = backend<SocketNetdev>(network, id);
        static_cast<SocketNetdev&>(*made.front()).listen_on(std::move(socket));
        return made;
    }
    if (options.connect) {
        const sockaddr_in to = RHEA_TRY(parse_host_port(*options.connect));
        Backends made = backend<SocketNetdev>(network, id);
        static_cast<SocketNetdev&>(*made.front()).connect_to(to);
        return made;
    }
    if (options.mcast) {
        const sockaddr_in group = RHEA_TRY(parse_host_port(*options.mcast));
        std::optional<in_addr> local;
        if (options.localaddr && ::inet_aton(options.localaddr->c_str(), &local.emplace()) == 0)
            return fail(fmt::format("localaddr '{}' is not a valid IPv4 address", *options.localaddr));
        FileDescriptor socket = RHEA_TRY(multicast_socket(group, local));
        return backend<DgramBackend>(network, Kind::socket, id, std::move(socket), Destination::of(group), "socket: mcast=" + address_text(group));
    }
    if (!options.localaddr) return fail("localaddr= is mandatory with udp=");
    const sockaddr_in local = RHEA_TRY(parse_host_port(*options.localaddr)), to = RHEA_TRY(parse_host_port(*options.udp));
    FileDescriptor socket = RHEA_TRY(bound_datagram_socket(local));
    return backend<DgramBackend>(network, Kind::socket, id, std::move(socket), Destination::of(to), "socket: udp=" + address_text(to));
}

}  // namespace rhea::net
