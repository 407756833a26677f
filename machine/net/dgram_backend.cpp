#include "machine/net/dgram_backend.h"

#include <arpa/inet.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace rhea::net {

namespace {

/// Datagrams that are read at most before others have their turn.
constexpr int kBatch = 64;

Fail failure(std::string what) { return fail(fmt::format("{}: {}", what, std::strerror(errno))); }

Result<FileDescriptor> datagram_socket() {
    FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return failure("can't create datagram socket");
    // Several machines on one host may be members of a group.
    const int on = 1;
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return failure("can't set socket option SO_REUSEADDR");
    return socket;
}

Result<void> bind_to(const FileDescriptor& socket, const sockaddr_in& address) {
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return failure(fmt::format("can't bind ip={} to socket", ::inet_ntoa(address.sin_addr)));
    return {};
}

}  // namespace

Destination Destination::of(const sockaddr_in& address) {
    Destination to;
    std::memcpy(&to.address, &address, sizeof address);
    to.size = sizeof address;
    return to;
}

DgramBackend::DgramBackend(Network& network, Kind kind, std::string name, FileDescriptor socket, Destination to, std::string info,
                           std::optional<SocketFile> file)
    : Client(network, kind, std::move(name)), socket_(std::move(socket)), to_(to), info_(std::move(info)), file_(std::move(file)) {
    FdUser& user = *this;
    watch_ = std::make_unique<FdWatch>(network.turn(), socket_.get(), user);
    watch_->set(UV_READABLE);
}

DgramBackend::~DgramBackend() { shut_down(); }

void DgramBackend::shut_down() {
    watch_.reset();
    socket_.reset();
    if (file_) file_->remove();
    file_.reset();
}

void DgramBackend::receive(Frame frame) {
    const auto* to = to_.size ? reinterpret_cast<const sockaddr*>(&to_.address) : nullptr;
    // What the system has no room for is lost, as datagrams are.
    if (::sendto(socket_.get(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL, to, to_.size) < 0) drop();
}

void DgramBackend::fd_ready(FdWatch&, int events) {
    if (events & UV_DISCONNECT) return watch_->set(UV_READABLE);
    for (int i = 0; i < kBatch && watch_; ++i) {
        // On the stack: what the frame causes may read more of them.
        std::array<std::uint8_t, kMaxFrame> frame;
        const auto n = ::recv(socket_.get(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_TRUNC);
        if (n < 0 && errno != EINTR) return;
        if (n > 0 && static_cast<std::size_t>(n) <= frame.size()) send({frame.data(), static_cast<std::size_t>(n)});
    }
}

bool is_multicast(const sockaddr_in& address) { return IN_MULTICAST(ntohl(address.sin_addr.s_addr)); }

std::string address_text(const sockaddr_in& address) {
    return fmt::format("{}:{}", ::inet_ntoa(address.sin_addr), ntohs(address.sin_port));
}

Result<FileDescriptor> bound_datagram_socket(const sockaddr_in& local) {
    FileDescriptor socket = RHEA_TRY(datagram_socket());
    RHEA_CHECK(bind_to(socket, local));
    return socket;
}

Result<FileDescriptor> multicast_socket(const sockaddr_in& group, const std::optional<in_addr>& local) {
    if (!is_multicast(group))
        return fail(fmt::format("specified mcastaddr {} (0x{:08x}) does not contain a multicast address", ::inet_ntoa(group.sin_addr),
                                ntohl(group.sin_addr.s_addr)));
    FileDescriptor socket = RHEA_TRY(datagram_socket());
    RHEA_CHECK(bind_to(socket, group));
    ip_mreq membership{};
    membership.imr_multiaddr = group.sin_addr;
    membership.imr_interface.s_addr = local ? local->s_addr : htonl(INADDR_ANY);
    if (::setsockopt(socket.get(), IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) != 0)
        return failure(fmt::format("can't add socket to multicast group {}", ::inet_ntoa(group.sin_addr)));
    // Other machines on this host are to hear it.
    const int loop = 1;
    if (::setsockopt(socket.get(), IPPROTO_IP, IP_MULTICAST_LOOP, &loop, sizeof loop) != 0)
        return failure("can't force multicast message to loopback");
    if (local && ::setsockopt(socket.get(), IPPROTO_IP, IP_MULTICAST_IF, &*local, sizeof *local) != 0)
        return failure("can't set the default network send interface");
    return socket;
}

Result<sockaddr_in> parse_host_port(const std::string& host, const std::string& port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (host.empty()) {
        address.sin_addr.s_addr = htonl(INADDR_ANY);
    } else if (host[0] >= '0' && host[0] <= '9') {
        if (::inet_aton(host.c_str(), &address.sin_addr) == 0) return fail(fmt::format("host address '{}' is not a valid IPv4 address", host));
    } else {
        addrinfo hints{};
        hints.ai_family = AF_INET;
        addrinfo* found = nullptr;
        if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return fail(fmt::format("can't resolve host address '{}'", host));
        address.sin_addr = reinterpret_cast<const sockaddr_in*>(found->ai_addr)->sin_addr;
        ::freeaddrinfo(found);
    }
    char* end = nullptr;
    errno = 0;
    const long number = std::strtol(port.c_str(), &end, 0);
    if (port.empty() || *end != '\0' || errno != 0 || number < 0 || number > 65535) return fail(fmt::format("port number '{}' is invalid", port));
    address.sin_port = htons(static_cast<in_port_t>(number));
    return address;
}

Result<sockaddr_in> parse_host_port(const std::string& text) {
    const auto colon = text.find(':');
    if (colon == text.npos) return fail(fmt::format("host address '{}' doesn't contain ':' separating host from port", text));
    return parse_host_port(text.substr(0, colon), text.substr(colon + 1));
}

}  // namespace rhea::net
