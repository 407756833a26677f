/// "stream": a stream socket whose coming and going is told by events.
#include <fmt/format.h>

#include "machine/net/backends.h"
#include "machine/net/stream_backend.h"
#include "machine/platform/network_events.h"

namespace rhea::net {

namespace {

class StreamNetdev final : public StreamBackend {
public:
    StreamNetdev(Network& network, const std::string& name, const StreamOptions& options, const NamedFds& named_fds)
        : StreamBackend(network, Kind::stream, name) {
        const auto address = legacy_form(options.addr);
        if (options.server.value_or(false)) {
            auto sockets = listen_sockets(address, named_fds, 1);
            if (sockets) serve(std::move(*sockets));
            else failed(sockets.error());
        } else if (const auto* fd = std::get_if<FdSocketAddress>(&options.addr.u)) {
            auto socket = socket_of_fd(*fd, named_fds);
            if (socket) adopt(std::move(*socket));
            else failed(socket.error());
        } else {
            connect(address);
        }
    }

private:
    void connected(int socket, bool accepted) override {
        const SocketAddress address = connection_address(socket, accepted);
        if (const auto* inet = std::get_if<InetSocketAddress>(&address.u)) set_info(fmt::format("tcp:{}:{}", inet->host, inet->port));
        else if (const auto* local = std::get_if<UnixSocketAddress>(&address.u)) set_info("unix:" + local->path);
        else if (const auto* vsock = std::get_if<VsockSocketAddress>(&address.u)) set_info(fmt::format("vsock:{}:{}", vsock->cid, vsock->port));
        network().events().emit(NetdevStreamConnectedEvent{name(), address});
    }
    void disconnected() override {
        set_info({});
        network().events().emit(NetdevStreamDisconnectedEvent{name()});
    }
    // Whoever made it has been answered: only `info network` tells.
    void failed(const Error&) override { set_info("connection error"); }
};

}  // namespace

Result<Backends> make_stream(Network& network, const std::string& id, const StreamOptions& options, const NamedFds& named_fds) {
    return backend<StreamNetdev>(network, id, options, named_fds);
}

}  // namespace rhea::net
