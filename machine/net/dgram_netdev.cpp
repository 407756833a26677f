/// "dgram": datagrams to a multicast group, from one address to another, or over a socket that was passed.
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include <fmt/format.h>

#include "machine/net/backends.h"
#include "machine/net/dgram_backend.h"

namespace rhea::net {

namespace {

Result<sockaddr_un> unix_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return fail(fmt::format("UNIX socket path '{}' is too long", path));
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

Result<Backends> over_unix(Network& network, const std::string& id, const UnixSocketAddress& local, const UnixSocketAddress& remote) {
    const sockaddr_un here = RHEA_TRY(unix_address(local.path)), there = RHEA_TRY(unix_address(remote.path));
    struct stat info {};
    const bool exists = ::lstat(local.path.c_str(), &info) == 0;
    // Only a socket is taken out of the way.
    if (exists && S_ISSOCK(info.st_mode) && ::unlink(local.path.c_str()) != 0)
        return fail(fmt::format("failed to unlink socket {}: {}", local.path, std::strerror(errno)));
    FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return fail(fmt::format("can't create datagram socket: {}", std::strerror(errno)));
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0)
        return fail(fmt::format("can't bind unix={} to socket: {}", local.path, std::strerror(errno)));
    Destination to;
    std::memcpy(&to.address, &there, sizeof there);
    to.size = sizeof there;
    auto file = SocketFile::of(socket.get());
    return backend<DgramBackend>(network, Kind::dgram, id, std::move(socket), to, fmt::format("udp={}:{}", local.path, remote.path), std::move(file));
}

Result<Backends> over_multicast(Network& network, const std::string& id, const InetSocketAddress& group, const sockaddr_in& to,
                                const std::optional<SocketAddress>& local, const NamedFds& named_fds) {
    const auto info = fmt::format("mcast={}:{}", group.host, group.port);
    if (const auto* fd = local ? std::get_if<FdSocketAddress>(&local->u) : nullptr) {
        FileDescriptor socket = RHEA_TRY(socket_fd(fd->str, named_fds));
        return backend<DgramBackend>(network, Kind::dgram, id, std::move(socket), Destination::of(to), info);
    }
    std::optional<in_addr> interface;
    if (local) {
        const auto* inet = std::get_if<InetSocketAddress>(&local->u);
        if (!inet) return fail("only support inet or fd type for local");
        interface = RHEA_TRY(parse_host_port(inet->host, inet->port)).sin_addr;
    }
    FileDescriptor socket = RHEA_TRY(multicast_socket(to, interface));
    return backend<DgramBackend>(network, Kind::dgram, id, std::move(socket), Destination::of(to), info);
}

}  // namespace

Result<Backends> make_dgram(Network& network, const std::string& id, const DgramOptions& options, const NamedFds& named_fds) {
    const auto* group = options.remote ? std::get_if<InetSocketAddress>(&options.remote->u) : nullptr;
    if (group) {
        const sockaddr_in to = RHEA_TRY(parse_host_port(group->host, group->port));
        if (is_multicast(to)) return over_multicast(network, id, *group, to, options.local, named_fds);
    }
    if (!options.local) return fail("dgram requires local= parameter");
    const SocketAddress& local = *options.local;
    if (const auto* fd = std::get_if<FdSocketAddress>(&local.u)) {
        if (options.remote) return fail("don't set remote with local.fd");
        FileDescriptor socket = RHEA_TRY(socket_fd(fd->str, named_fds));
        const auto info = fmt::format("fd={} {}", socket.get(), is_unix_socket(socket.get()) ? "unix" : "inet");
        return backend<DgramBackend>(network, Kind::dgram, id, std::move(socket), Destination{}, info);
    }
    if (!options.remote) return fail(local.type == SocketAddressType::vsock ? "only support inet or fd type for local" : "type=inet or type=unix requires remote parameter");
    if (options.remote->type != local.type) return fail("remote and local types must be the same");
    if (const auto* here = std::get_if<UnixSocketAddress>(&local.u)) return over_unix(network, id, *here, std::get<UnixSocketAddress>(options.remote->u));
    const auto* here = std::get_if<InetSocketAddress>(&local.u);
    if (!here) return fail("only support inet or fd type for local");
    const sockaddr_in from = RHEA_TRY(parse_host_port(here->host, here->port)), to = RHEA_TRY(parse_host_port(group->host, group->port));
    FileDescriptor socket = RHEA_TRY(bound_datagram_socket(from));
    return backend<DgramBackend>(network, Kind::dgram, id, std::move(socket), Destination::of(to),
                                 fmt::format("udp={}/{}", address_text(from), address_text(to)));
}

}  // namespace rhea::net
