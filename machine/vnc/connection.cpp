#include "machine/vnc/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "chardev/socket_address.h"
#include "chardev/websocket_layer.h"
#include "machine/vnc/listener.h"

namespace rhea {

namespace {

std::unique_ptr<StreamPeer> make_peer(LoopTurn& turn, StreamOwner& owner, FileDescriptor socket) {
    const int no_delay = 1;
    if (!is_unix_socket(socket.get())) ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof no_delay);
    return StreamPeer::socket(turn, owner, std::move(socket), false);
}

VncClientInfo client_info(int socket, bool websocket) {
    VncBasicInfo address = remote_address(socket);
    VncClientInfo info;
    info.host = std::move(address.host);
    info.service = std::move(address.service);
    info.family = address.family;
    info.websocket = websocket;
    return info;
}

std::unique_ptr<LayeredPeer> websocket_on(Peer& peer, LayerOwner& owner, std::unique_ptr<PeerLayer> tls) {
    PeerLayers layers;
    if (tls) layers.push_back(std::move(tls));
    layers.push_back(std::make_unique<WebsocketLayer>());
    return std::make_unique<LayeredPeer>(peer, owner, std::move(layers));
}

}  // namespace

VncConnection::VncConnection(LoopTurn& turn, VncSessionHost& host, FileDescriptor socket, Kind kind, std::unique_ptr<PeerLayer> tls)
    : info_(client_info(socket.get(), kind.websocket)),
      kind_(kind),
      peer_(make_peer(turn, *this, std::move(socket))),
      layers_(kind.websocket ? websocket_on(*peer_, *this, std::move(tls)) : nullptr),
      session_(host, top()) {
    if (layers_) {
        peer_->set_user(layers_.get());
        layers_->begin();
    } else {
        peer_->set_user(&session_);
        session_.begin();
    }
}

VncConnection::~VncConnection() = default;

void VncConnection::start_tls(std::unique_ptr<PeerLayer> tls, std::string_view early) {
    LayerOwner& owner = *this;
    PeerLayers layers;
    layers.push_back(std::move(tls));
    layers_ = std::make_unique<LayeredPeer>(*peer_, owner, std::move(layers));
    peer_->set_user(layers_.get());
    layers_->begin();
    if (!early.empty()) layers_->received(early);
}

void VncConnection::layers_ready(LayeredPeer& peer) {
    if (kind_.websocket) session_.begin();
    else session_.secured(peer);
    peer.set_user(&session_);
}

/// The session tells the host, which buries the connection.
void VncConnection::peer_ended(StreamPeer&) { session_.disconnected(); }

}  // namespace rhea
