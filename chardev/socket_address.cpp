#include "chardev/socket_address.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
// After the others: it needs sockaddr.
#include <linux/vm_sockets.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <memory>

#include "qobject/convert.h"

namespace rhea {

namespace {

constexpr int kSocketFlags = SOCK_CLOEXEC | SOCK_NONBLOCK;

Fail system_failure(std::string_view what) {
    const int error = errno;
    return fail(fmt::format("{}: {}", what, std::strerror(error)));
}

template <class T>
const T& branch_of(const SocketAddressLegacy& address) {
    return std::get<Data<T>>(address.u).data;
}

// --- Unix sockets

struct UnixName {
    sockaddr_un address{};
    socklen_t length = sizeof(sockaddr_un);
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

Result<UnixName> unix_name(const UnixSocketAddress& where) {
    UnixName name;
    name.address.sun_family = AF_UNIX;
    const bool abstract = where.abstract.value_or(false), tight = abstract && where.tight.value_or(true);
    const std::size_t room = sizeof name.address.sun_path - (abstract ? 1 : 0);
    if (where.path.size() > room)
        return fail(fmt::format("UNIX socket path '{}' is too long\nPath must be less than {} bytes", where.path,
                                sizeof name.address.sun_path));
    std::memcpy(name.address.sun_path + (abstract ? 1 : 0), where.path.data(), where.path.size());
    if (!abstract && where.path.size() < room)
        name.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + where.path.size() + 1);
    if (tight) name.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + where.path.size());
    return name;
}

/// A name of its own for a socket whose path is empty.
Result<std::string> temporary_path() {
    std::string path = "/tmp/qemu-socket-XXXXXX";
    const FileDescriptor file(::mkstemp(path.data()));
    if (!file) return system_failure("Failed to make a temporary socket " + path);
    ::unlink(path.c_str());
    return path;
}

/// Only a socket is taken out of the way. (QEMU removes whatever file there is.)
Result<void> remove_stale_socket(const std::string& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return {};
    if (S_ISDIR(info.st_mode)) return fail(fmt::format("Failed to unlink socket {}: {}", path, std::strerror(EISDIR)));
    if (!S_ISSOCK(info.st_mode))
        return fail(fmt::format("Failed to bind socket to {}: {}", path, std::strerror(EADDRINUSE)));
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_failure("Failed to unlink socket " + path);
    return {};
}

Result<FileDescriptor> listen_unix(UnixSocketAddress where, int backlog) {
    const bool abstract = where.abstract.value_or(false);
    if (!abstract && where.path.empty()) where.path = RHEA_TRY(temporary_path());
    const auto name = RHEA_TRY(unix_name(where));
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | kSocketFlags, 0));
    if (!socket) return system_failure("Failed to create Unix socket");
    if (!abstract) RHEA_CHECK(remove_stale_socket(where.path));
    if (::bind(socket.get(), name.get(), name.length) != 0) return system_failure("Failed to bind socket to " + where.path);
    if (::listen(socket.get(), backlog) != 0) return system_failure("Failed to listen on socket");
    return socket;
}

// --- Internet sockets

using AddressList = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

Result<AddressList> resolve(const InetSocketAddress& where, bool listening) {
    const addrinfo hints = RHEA_TRY(address_hints(where, listening));
    addrinfo* found = nullptr;
    const char* host = listening && where.host.empty() ? nullptr : where.host.c_str();
    if (const int error = ::getaddrinfo(host, where.port.c_str(), &hints, &found))
        return fail(resolution_failure(where, error));
    return AddressList(found, ::freeaddrinfo);
}

in_port_t& port_of(sockaddr* address) {
    return address->sa_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(address)->sin6_port
                                          : reinterpret_cast<sockaddr_in*>(address)->sin_port;
}

void set_option(int socket, int level, int option, int value) { ::setsockopt(socket, level, option, &value, sizeof value); }

int protocol_of(const InetSocketAddress& where) { return where.mptcp.value_or(false) ? IPPROTO_MPTCP : 0; }

/// Listens on one address, at the first port of the range that is free.
Result<FileDescriptor> listen_address(const InetSocketAddress& where, addrinfo& address, int backlog) {
    const unsigned first = ntohs(port_of(address.ai_addr));
    const unsigned last = where.to ? *where.to : first;
    int error = 0;
    for (unsigned port = first; port <= last; ++port) {
        // An IPv6 socket takes IPv4 as well, unless told otherwise, or unless another one has that port there.
        bool only_v6 = !where.ipv4.value_or(!where.ipv6.value_or(false));
        port_of(address.ai_addr) = htons(static_cast<in_port_t>(port));
        while (true) {
            FileDescriptor socket(::socket(address.ai_family, SOCK_STREAM | kSocketFlags, protocol_of(where)));
            if (!socket) return system_failure("Failed to create a socket");
            set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
            if (address.ai_family == AF_INET6) set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, only_v6);
            if (::bind(socket.get(), address.ai_addr, address.ai_addrlen) != 0) {
                if (errno != EADDRINUSE) return system_failure("Failed to bind socket");
            } else if (::listen(socket.get(), backlog) == 0) {
                return socket;
            } else if (errno != EADDRINUSE) {
                return system_failure("Failed to listen on socket");
            }
            error = errno;
            if (address.ai_family != AF_INET6 || only_v6 || where.ipv4.value_or(false)) break;
            only_v6 = true;
        }
    }
    if (error == 0)
        return fail(fmt::format("Failed to create a socket: {}", std::strerror(ENOENT)));  // no port in the range
    return fail(fmt::format("Failed to find an available port: {}", std::strerror(error)));
}

/// All addresses of the host, as far as they can be had.
Result<std::vector<FileDescriptor>> listen_inet(const InetSocketAddress& where, int backlog) {
    const auto addresses = RHEA_TRY(resolve(where, true));
    std::vector<FileDescriptor> sockets;
    std::optional<Error> first_error;
    for (addrinfo* a = addresses.get(); a; a = a->ai_next) {
        auto socket = listen_address(where, *a, backlog);
        if (socket) sockets.push_back(std::move(*socket));
        else if (!first_error) first_error = std::move(socket).error();
    }
    if (sockets.empty()) return fail(std::move(*first_error));
    return sockets;
}

Result<AddressList> resolve_datagram(const InetSocketAddress& where, int family, bool passive) {
    addrinfo hints = RHEA_TRY(address_hints(where, false));
    if (family != AF_UNSPEC) hints.ai_family = family;
    hints.ai_socktype = SOCK_DGRAM;
    if (passive) hints.ai_flags |= AI_PASSIVE;
    const char* host = !where.host.empty() ? where.host.c_str() : passive ? nullptr : "localhost";
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(host, where.port.c_str(), &hints, &found))
        return fail(resolution_failure(where, error));
    return AddressList(found, ::freeaddrinfo);
}

void wait_writable(int socket) {
    pollfd p{socket, POLLOUT, 0};
    while (::poll(&p, 1, -1) < 0 && errno == EINTR) continue;
}

Result<FileDescriptor> connect_inet(const InetSocketAddress& where) {
    const auto addresses = RHEA_TRY(resolve(where, false));
    int error = 0;
    for (const addrinfo* a = addresses.get(); a; a = a->ai_next) {
        FileDescriptor socket;
        if (begin_connect(socket, where, *a)) {
            wait_writable(socket.get());
            error = connect_error(socket.get());
        } else {
            error = errno;
        }
        if (error == 0) return socket;
    }
    return fail(connect_failure(where, error));
}

// --- Sockets between a virtual machine and its host

Result<sockaddr_vm> vsock_name(const VsockSocketAddress& where) {
    sockaddr_vm name{};
    name.svm_family = AF_VSOCK;
    const auto parse = [](const std::string& text, unsigned& out) {
        const char* end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, out);
        return read.ec == std::errc() && read.ptr == end;
    };
    unsigned cid = 0, port = 0;
    if (!parse(where.cid, cid)) return fail(fmt::format("Failed to parse cid '{}'", where.cid));
    if (!parse(where.port, port)) return fail(fmt::format("Failed to parse port '{}'", where.port));
    name.svm_cid = cid;
    name.svm_port = port;
    return name;
}

Result<FileDescriptor> vsock_socket(const VsockSocketAddress& where, int backlog) {
    const auto name = RHEA_TRY(vsock_name(where));
    const auto* address = reinterpret_cast<const sockaddr*>(&name);
    FileDescriptor socket(::socket(AF_VSOCK, SOCK_STREAM | kSocketFlags, 0));
    if (!socket) return system_failure("Failed to create socket");
    const auto named = [&](std::string_view what) { return fmt::format("Failed to {} '{}:{}'", what, where.cid, where.port); };
    if (backlog == 0) {
        if (::connect(socket.get(), address, sizeof name) != 0) {
            if (errno != EINPROGRESS) return system_failure(named("connect to"));
            wait_writable(socket.get());
            if (const int error = connect_error(socket.get())) return errno = error, system_failure(named("connect to"));
        }
        return socket;
    }
    if (::bind(socket.get(), address, sizeof name) != 0) return system_failure("Failed to bind socket");
    if (::listen(socket.get(), backlog) != 0) return system_failure("Failed to listen on socket");
    return socket;
}

// --- Names

struct SocketName {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&address); }

    static SocketName local(int socket) {
        SocketName name;
        ::getsockname(socket, name.get(), &name.length);
        return name;
    }
    static SocketName remote(int socket) {
        SocketName name;
        ::getpeername(socket, name.get(), &name.length);
        return name;
    }
    std::string path() const {
        const auto* un = reinterpret_cast<const sockaddr_un*>(&address);
        if (length <= offsetof(sockaddr_un, sun_path)) return "";
        return std::string(un->sun_path, ::strnlen(un->sun_path, length - offsetof(sockaddr_un, sun_path)));
    }
    /// Host and port as numbers; brackets around the host of IPv6 where a connection is told.
    std::string host_port(bool brackets) {
        char host[NI_MAXHOST] = "", port[NI_MAXSERV] = "";
        ::getnameinfo(get(), length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
        const bool bracketed = brackets && address.ss_family == AF_INET6;
        return fmt::format("{}{}{}:{}", bracketed ? "[" : "", host, bracketed ? "]" : "", port);
    }
};

bool is_socket(int fd) {
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

}  // namespace

std::optional<SocketFile> SocketFile::of(int socket) {
    const auto name = SocketName::local(socket);
    struct stat info {};
    if (name.address.ss_family != AF_UNIX || name.path().empty() || ::lstat(name.path().c_str(), &info) != 0)
        return std::nullopt;
    return SocketFile{name.path(), info.st_dev, info.st_ino};
}

void SocketFile::remove() const {
    struct stat info {};
    if (::lstat(path.c_str(), &info) == 0 && info.st_dev == device && info.st_ino == inode) ::unlink(path.c_str());
}

Result<FileDescriptor> socket_of_fd(const FdSocketAddress& address, const NamedFds& named_fds) {
    FileDescriptor fd;
    if (named_fds) {
        fd.reset(RHEA_TRY(named_fds(address.str)));
    } else {
        int number = -1;
        const char* end = address.str.data() + address.str.size();
        const auto parsed = std::from_chars(address.str.data(), end, number);
        if (parsed.ec != std::errc() || parsed.ptr != end || number < 0)
            return fail(fmt::format("Unable to parse FD number {}", address.str));
        // Standard input and output stay what they are when they turn out not to be sockets.
        if (!is_socket(number)) return fail(fmt::format("File descriptor '{}' is not a socket", address.str));
        fd.reset(number);
    }
    if (!prepare_socket(fd.get())) return fail(fmt::format("File descriptor '{}' is not a socket", address.str));
    return fd;
}

Result<std::vector<FileDescriptor>> listen_sockets(const SocketAddressLegacy& address, const NamedFds& named_fds,
                                                   int backlog) {
    std::vector<FileDescriptor> sockets;
    switch (address.type) {
        case SocketAddressType::inet: return listen_inet(branch_of<InetSocketAddress>(address), backlog);
        case SocketAddressType::unix_path:
            sockets.push_back(RHEA_TRY(listen_unix(branch_of<UnixSocketAddress>(address), backlog)));
            return sockets;
        case SocketAddressType::vsock:
            sockets.push_back(RHEA_TRY(vsock_socket(branch_of<VsockSocketAddress>(address), backlog)));
            return sockets;
        case SocketAddressType::fd:
            sockets.push_back(RHEA_TRY(socket_of_fd(branch_of<FdSocketAddress>(address), named_fds)));
            if (::listen(sockets.back().get(), backlog) != 0) return system_failure("Failed to listen on fd socket");
            return sockets;
    }
    return fail("no such kind of socket");
}

Result<FileDescriptor> connect_socket(const SocketAddressLegacy& address, const NamedFds& named_fds) {
    switch (address.type) {
        case SocketAddressType::inet: return connect_inet(branch_of<InetSocketAddress>(address));
        case SocketAddressType::unix_path: return connect_unix(branch_of<UnixSocketAddress>(address), true);
        case SocketAddressType::vsock: return vsock_socket(branch_of<VsockSocketAddress>(address), 0);
        case SocketAddressType::fd: return socket_of_fd(branch_of<FdSocketAddress>(address), named_fds);
    }
    return fail("no such kind of socket");
}

Result<FileDescriptor> datagram_socket(const SocketAddressLegacy& remote, const std::optional<SocketAddressLegacy>& local) {
    constexpr std::string_view kNotInet = "socket type unsupported for datagram";
    if (remote.type != SocketAddressType::inet || (local && local->type != SocketAddressType::inet))
        return fail(std::string(kNotInet));
    const auto& where = branch_of<InetSocketAddress>(remote);
    if (where.port.empty()) return fail("remote port not specified");
    const auto to = RHEA_TRY(resolve_datagram(where, AF_UNSPEC, false));
    InetSocketAddress any;
    any.port = "0";
    const auto& here = local ? branch_of<InetSocketAddress>(*local) : any;
    const auto from = RHEA_TRY(resolve_datagram(here, to->ai_family, true));
    FileDescriptor socket(::socket(to->ai_family, SOCK_DGRAM | kSocketFlags, 0));
    if (!socket) return system_failure("Failed to create a socket");
    set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (::bind(socket.get(), from->ai_addr, from->ai_addrlen) != 0) return system_failure("Failed to bind socket");
    if (::connect(socket.get(), to->ai_addr, to->ai_addrlen) != 0)
        return system_failure(fmt::format("Failed to connect to '{}:{}'", where.host, where.port));
    return socket;
}

Result<addrinfo> address_hints(const InetSocketAddress& where, bool listening) {
    const bool v4 = where.ipv4.value_or(false), v6 = where.ipv6.value_or(false);
    const bool no_v4 = !where.ipv4.value_or(true), no_v6 = !where.ipv6.value_or(true);
    if (no_v4 && no_v6) return fail("Cannot disable IPv4 and IPv6 at same time");
    addrinfo hints{};
    hints.ai_family = v4 && v6 ? AF_UNSPEC : v6 || no_v4 ? AF_INET6 : v4 || no_v6 ? AF_INET : AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    if (listening) hints.ai_flags |= AI_PASSIVE;
    if (where.numeric.value_or(false)) hints.ai_flags |= AI_NUMERICHOST;
    return hints;
}

Error resolution_failure(const InetSocketAddress& where, int error) {
    return Error(fmt::format("address resolution failed for {}:{}: {}", where.host, where.port, ::gai_strerror(error)));
}

Error connect_failure(const InetSocketAddress& where, int error) {
    return Error(fmt::format("Failed to connect to '{}:{}': {}", where.host, where.port, std::strerror(error)));
}

bool begin_connect(FileDescriptor& socket, const InetSocketAddress& where, const addrinfo& address) {
    socket.reset(::socket(address.ai_family, SOCK_STREAM | kSocketFlags, protocol_of(where)));
    if (!socket) return false;
    if (where.keep_alive.value_or(false)) set_option(socket.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
    if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0) return true;
    return errno == EINPROGRESS || errno == EINTR;
}

Result<FileDescriptor> connect_unix(const UnixSocketAddress& where, bool wait) {
    const auto name = RHEA_TRY(unix_name(where));
    FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | (wait ? 0 : SOCK_NONBLOCK), 0));
    if (!socket) return system_failure("Failed to create socket");
    while (::connect(socket.get(), name.get(), name.length) != 0)
        if (errno != EINTR) return system_failure(fmt::format("Failed to connect to '{}'", where.path));
    ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
    return socket;
}

int connect_error(int socket) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
    return error;
}

bool prepare_socket(int fd) {
    if (!is_socket(fd)) return false;
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    return true;
}

bool is_unix_socket(int socket) { return SocketName::local(socket).address.ss_family == AF_UNIX; }

QObject address_value(const SocketAddressLegacy& address) {
    const QObject nested = to_qobject(address);
    QDict flat;
    for (const QDictEntry& member : *nested.dict()) {
        if (member.key != "data") flat.put(member.key, member.value);
        else
            for (const QDictEntry& detail : *member.value.dict()) flat.put(detail.key, detail.value);
    }
    return flat;
}

QObject local_address_value(int listening) {
    auto name = SocketName::local(listening);
    SocketAddressLegacy address;
    if (name.address.ss_family == AF_UNIX) {
        const auto* un = reinterpret_cast<const sockaddr_un*>(&name.address);
        const std::size_t size = name.length > offsetof(sockaddr_un, sun_path) ? name.length - offsetof(sockaddr_un, sun_path) : 0;
        UnixSocketAddress where{name.path(), {}, {}};
        if (size > 0 && un->sun_path[0] == '\0') where = {std::string(un->sun_path + 1, size - 1), true, true};
        address = {SocketAddressType::unix_path, Data<UnixSocketAddress>{std::move(where)}};
    } else {
        const std::string text = name.host_port(false);
        const auto colon = text.rfind(':');
        InetSocketAddress where;
        where.host = text.substr(0, colon);
        where.port = text.substr(colon + 1);
        (name.address.ss_family == AF_INET6 ? where.ipv6 : where.ipv4) = true;
        address = {SocketAddressType::inet, Data<InetSocketAddress>{std::move(where)}};
    }
    return address_value(address);
}

std::string address_name(const SocketAddressLegacy& address, int listening) {
    if (listening >= 0 && address.type != SocketAddressType::vsock && !is_unix_socket(listening))
        return "tcp:" + SocketName::local(listening).host_port(false);
    switch (address.type) {
        case SocketAddressType::inet:
            return fmt::format("tcp:{}:{}", branch_of<InetSocketAddress>(address).host,
                               branch_of<InetSocketAddress>(address).port);
        case SocketAddressType::unix_path: {
            const auto& where = branch_of<UnixSocketAddress>(address);
            const bool abstract = where.abstract.value_or(false);
            const std::string path = abstract || listening < 0 ? where.path : SocketName::local(listening).path();
            return fmt::format("unix:{}{}{}", path, abstract ? ",abstract=on" : "",
                               abstract && where.tight.value_or(true) ? ",tight=on" : "");
        }
        case SocketAddressType::vsock:
            return fmt::format("vsock:{}:{}", branch_of<VsockSocketAddress>(address).cid,
                               branch_of<VsockSocketAddress>(address).port);
        case SocketAddressType::fd: break;
    }
    if (listening >= 0) return "unix:" + SocketName::local(listening).path();
    return "fd:" + branch_of<FdSocketAddress>(address).str;
}

std::string connection_name(int socket, bool server) {
    auto local = SocketName::local(socket);
    if (local.address.ss_family == AF_UNIX) return fmt::format("unix:{}{}", local.path(), server ? ",server=on" : "");
    return fmt::format("tcp:{}{} <-> {}", local.host_port(true), server ? ",server=on" : "",
                       SocketName::remote(socket).host_port(true));
}

}  // namespace rhea
