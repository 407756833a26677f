#include "machine/vnc/listener.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

namespace rhea {

namespace {

constexpr int kBacklog = 1;
constexpr std::uint64_t kPauseMs = 100;

VncBasicInfo told(int socket, int (*name_of)(int, sockaddr*, socklen_t*)) {
    VncBasicInfo info;
    info.family = NetworkAddressFamily::unknown;
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (name_of(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) return info;
    if (address.ss_family == AF_UNIX) {
        info.family = NetworkAddressFamily::unix_path;
        const auto* name = reinterpret_cast<const sockaddr_un*>(&address);
        if (length > offsetof(sockaddr_un, sun_path)) info.service.assign(name->sun_path, ::strnlen(name->sun_path, length - offsetof(sockaddr_un, sun_path)));
        return info;
    }
    if (address.ss_family != AF_INET && address.ss_family != AF_INET6) return info;
    info.family = address.ss_family == AF_INET ? NetworkAddressFamily::ipv4 : NetworkAddressFamily::ipv6;
    char host[NI_MAXHOST] = "", port[NI_MAXSERV] = "";
    ::getnameinfo(reinterpret_cast<sockaddr*>(&address), length, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    info.host = host;
    info.service = port;
    return info;
}

}  // namespace

VncBasicInfo local_address(int socket) { return told(socket, ::getsockname); }
VncBasicInfo remote_address(int socket) { return told(socket, ::getpeername); }

VncListener::~VncListener() { close(); }

Result<void> VncListener::listen(const SocketAddressLegacy& address, const NamedFds& named_fds) {
    FdUser& user = *this;
    auto opened = RHEA_TRY(listen_sockets(address, named_fds, kBacklog));
    for (FileDescriptor& socket : opened) {
        auto watch = std::make_unique<FdWatch>(turn_, socket.get(), user);
        auto file = SocketFile::of(socket.get());
        sockets_.push_back({std::move(socket), std::move(watch), std::move(file)});
    }
    set_watching(!pause_);
    return {};
}

void VncListener::close() {
    for (Socket& socket : std::exchange(sockets_, {})) {
        socket.watch.reset();
        if (socket.file) socket.file->remove();
    }
    pause_.reset();
}

std::vector<VncBasicInfo> VncListener::places() const {
    std::vector<VncBasicInfo> places;
    for (const Socket& socket : sockets_) places.push_back(local_address(socket.socket.get()));
    return places;
}

void VncListener::set_watching(bool on) {
    for (const Socket& socket : sockets_) socket.watch->set(on ? UV_READABLE : 0);
}

void VncListener::fd_ready(FdWatch& watch, int) {
    for (const Socket& socket : sockets_) {
        if (socket.watch.get() != &watch) continue;
        FileDescriptor client(::accept4(socket.socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (client) return accept_(std::move(client));
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) pause();
        return;
    }
}

void VncListener::pause() {
    pause_.reset(new uv_timer_t);
    uv_timer_init(turn_.loop(), pause_.get());
    pause_->data = this;
    uv_timer_start(
        pause_.get(),
        [](uv_timer_t* timer) {
            auto* self = static_cast<VncListener*>(timer->data);
            self->pause_.reset();
            self->set_watching(true);
        },
        kPauseMs, 0);
    set_watching(false);
}

}  // namespace rhea
