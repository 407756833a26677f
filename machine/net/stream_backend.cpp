#include "machine/net/stream_backend.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
// After the others: it needs sockaddr.
#include <linux/vm_sockets.h>

#include <cstddef>
#include <cstring>

#include <fmt/format.h>

#include "chardev/options.h"

namespace rhea::net {

StreamBackend::StreamBackend(Network& network, Kind kind, std::string name)
    : Client(network, kind, std::move(name)), TurnTask(network.turn()) {}

StreamBackend::~StreamBackend() { shut_down(); }

void StreamBackend::shut_down() {
    stream_.reset();
    connector_.reset();
    destination_.reset();
    writable_.reset();
    adopted_.reset();
    for (Listener& listener : listeners_) {
        listener.watch.reset();
        if (listener.file) listener.file->remove();
    }
    listeners_.clear();
}

void StreamBackend::receive(Frame frame) {
    if (!stream_ || !stream_->send(frame)) drop();
}

void StreamBackend::serve(std::vector<FileDescriptor> sockets) {
    FdUser& user = *this;
    for (FileDescriptor& socket : sockets) {
        auto file = SocketFile::of(socket.get());
        auto watch = std::make_unique<FdWatch>(turn(), socket.get(), user);
        listeners_.push_back({std::move(socket), std::move(watch), std::move(file)});
    }
    listen(true);
}

void StreamBackend::listen(bool on) {
    for (Listener& listener : listeners_) listener.watch->set(on ? UV_READABLE : 0);
}

void StreamBackend::connect(SocketAddressLegacy address) {
    destination_ = std::move(address);
    TurnTask::queue();
}

void StreamBackend::adopt(FileDescriptor socket) {
    adopted_ = std::move(socket);
    FdUser& user = *this;
    writable_ = std::make_unique<FdWatch>(turn(), adopted_.get(), user);
    writable_->set(UV_WRITABLE);
}

void StreamBackend::turn_end() {
    if (!destination_) return;
    connector_ = std::make_unique<Connector>(turn(), std::move(*destination_));
    destination_.reset();
    connector_->start([this](Result<FileDescriptor> socket) {
        if (socket) adopt(std::move(*socket));
        else failed(socket.error());
    });
}

void StreamBackend::fd_ready(FdWatch& watch, int) {
    if (&watch == writable_.get()) {
        writable_.reset();
        return begin(std::move(adopted_), false);
    }
    for (Listener& listener : listeners_) {
        if (listener.watch.get() != &watch) continue;
        FileDescriptor socket(::accept4(listener.socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket) return;
        listen(false);
        return begin(std::move(socket), true);
    }
}

void StreamBackend::begin(FileDescriptor socket, bool accepted) {
    FrameStreamUser& user = *this;
    stream_ = std::make_unique<FrameStream>(turn(), std::move(socket), user);
    connected(stream_->socket(), accepted);
}

void StreamBackend::stream_ended() {
    stream_.reset();
    disconnected();
    listen(true);
}

SocketAddress connection_address(int socket, bool accepted) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto* address = reinterpret_cast<sockaddr*>(&storage);
    ::getsockname(socket, address, &size);
    if (storage.ss_family != AF_UNIX || !accepted) ::getpeername(socket, address, &(size = sizeof storage));
    if (storage.ss_family == AF_UNIX) {
        const auto* name = reinterpret_cast<const sockaddr_un*>(address);
        const std::size_t length = size > offsetof(sockaddr_un, sun_path) ? size - offsetof(sockaddr_un, sun_path) : 0;
        UnixSocketAddress where;
        if (length > 0 && name->sun_path[0] == '\0') {
            where.path.assign(name->sun_path + 1, length - 1);
            where.abstract = where.tight = true;
        } else {
            where.path.assign(name->sun_path, ::strnlen(name->sun_path, length));
        }
        return {SocketAddressType::unix_path, std::move(where)};
    }
    if (storage.ss_family == AF_VSOCK) {
        const auto* name = reinterpret_cast<const sockaddr_vm*>(address);
        return {SocketAddressType::vsock, VsockSocketAddress{std::to_string(name->svm_cid), std::to_string(name->svm_port)}};
    }
    char host[NI_MAXHOST] = "", port[NI_MAXSERV] = "";
    ::getnameinfo(address, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    InetSocketAddress where;
    where.host = host;
    where.port = port;
    (storage.ss_family == AF_INET6 ? where.ipv6 : where.ipv4) = true;
    return {SocketAddressType::inet, std::move(where)};
}

}  // namespace rhea::net
