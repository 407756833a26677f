#pragma once
/// A client's connection: the socket, what lies on it (TLS, WebSocket), and the session. Loop thread only.
#include <memory>

#include "chardev/layered_peer.h"
#include "chardev/stream_peer.h"
#include "machine/display/vnc_types.h"
#include "machine/vnc/session.h"

namespace rhea {

/// How it is there beside the others.
enum class VncPresence { connecting, shared, exclusive, leaving };

class VncConnection final : private StreamOwner, private LayerOwner {
public:
    /// What is known about a client before it says anything.
    struct Kind {
        bool websocket = false;
        bool skips_security = false;  ///< it need not say who it is
    };
    /// `tls`: below its WebSocket; may be null. `host` and `turn` outlive it.
    VncConnection(LoopTurn& turn, VncSessionHost& host, FileDescriptor socket, Kind kind, std::unique_ptr<PeerLayer> tls);
    ~VncConnection();

    VncSession& session() { return session_; }
    const VncSession& session() const { return session_; }
    const VncClientInfo& info() const { return info_; }
    bool skips_security() const { return kind_.skips_security; }
    bool is_websocket() const { return kind_.websocket; }
    /// The name in the client's certificate.
    void set_name(std::string name) { info_.x509_dname = std::move(name); }
    /// The session is on TLS from now on; `early`: what has come for it already.
    void start_tls(std::unique_ptr<PeerLayer> tls, std::string_view early);
    VncPresence presence = VncPresence::connecting;

private:
    void peer_ended(StreamPeer& peer) override;
    void peer_wrote(std::string_view) override {}
    void layers_ready(LayeredPeer& peer) override;
    void layers_wrote(std::string_view) override {}
    void layers_break() override {}
    Peer& top() { return layers_ ? static_cast<Peer&>(*layers_) : *peer_; }

    VncClientInfo info_;
    Kind kind_;
    std::unique_ptr<StreamPeer> peer_;
    std::unique_ptr<LayeredPeer> layers_;  // null: the session is on the socket itself
    VncSession session_;
};

}  // namespace rhea
