#pragma once
/// What may lie between a stream and its user: telnet, WebSocket, TLS. A layer turns wire bytes into plain ones and back;
/// several stand on each other. A layered peer is announced when the handshakes of all its layers are done.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chardev/chardev.h"

namespace rhea {

/// What a layer makes of some bytes from the wire.
struct LayerInput {
    std::string plain;   ///< for the layer above
    std::string reply;   ///< for the wire
    int breaks = 0;      ///< break conditions that came
    bool end = false;    ///< the stream is over, once the reply has left
};

class PeerLayer {
public:
    virtual ~PeerLayer() = default;
    /// What is to be said first; its wire is ready for it.
    virtual void start(std::string& wire) { static_cast<void>(wire); }
    virtual void input(std::string_view wire, LayerInput& out) = 0;
    /// Only when ready.
    virtual void output(std::string_view plain, std::string& wire) = 0;
    /// A farewell.
    virtual void close(std::string& wire) { static_cast<void>(wire); }
    /// The handshake is done.
    virtual bool ready() const { return true; }
};
using PeerLayers = std::vector<std::unique_ptr<PeerLayer>>;  // the one nearest to the wire first

class LayeredPeer;

class LayerOwner {
public:
    /// Plain bytes may flow from now on.
    virtual void layers_ready(LayeredPeer& peer) = 0;
    virtual void layers_wrote(std::string_view plain) = 0;
    virtual void layers_break() = 0;

protected:
    ~LayerOwner() = default;
};

class LayeredPeer final : public Peer, public PeerUser {
public:
    LayeredPeer(Peer& lower, LayerOwner& owner, PeerLayers layers)
        : lower_(lower), owner_(owner), layers_(std::move(layers)) {}

    /// Begins the handshakes. `lower` has this as its user by now.
    void begin();
    bool ready() const { return started_ == layers_.size() && layers_.back()->ready(); }
    PeerUser* user() const { return user_; }
    void set_user(PeerUser* user);
    const Peer& lower() const { return lower_; }

    // Peer
    void schedule() override;
    void flush() override;
    std::size_t pending() const override { return output_.size() + lower_.pending(); }
    void set_reading(bool on) override;
    void close() override;
    int take_fd() override { return lower_.take_fd(); }

    // PeerUser
    void received(std::string_view bytes) override;
    bool input_ended() override { return user_ && user_->input_ended(); }
    void disconnected() override;
    void drained() override {
        if (user_) user_->drained();
    }

private:
    void process(std::size_t level, std::string_view bytes);
    void send(std::size_t level, std::string bytes);

    Peer& lower_;
    LayerOwner& owner_;
    PeerLayers layers_;
    std::size_t started_ = 0;
    PeerUser* user_ = nullptr;
    std::string early_;  // came before there was a user; bounded: nothing is read meanwhile
    bool announced_ = false, closed_ = false;
};

}  // namespace rhea
