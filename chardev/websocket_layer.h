#pragma once
/// WebSocket (RFC 6455), the server's side, with the answers that QEMU gives: sub-protocol "binary" or none, path "/".
#include <cstdint>

#include "chardev/layered_peer.h"

namespace rhea {

class WebsocketLayer final : public PeerLayer {
public:
    void input(std::string_view wire, LayerInput& out) override;
    void output(std::string_view plain, std::string& wire) override;
    void close(std::string& wire) override;
    bool ready() const override { return ready_; }

private:
    void handshake(LayerInput& out);
    bool take_header(LayerInput& out);
    void take_payload(LayerInput& out);
    void finish_frame(LayerInput& out);
    /// Says why in a close frame, and is false.
    bool fail(unsigned status, std::string_view reason, LayerInput& out);

    bool ready_ = false, over_ = false, close_sent_ = false;
    std::string in_;              // a request, or a frame's header, that is not complete
    std::size_t at_ = 0;          // how much of it has been taken
    std::uint64_t left_ = 0;      // of the payload of the current frame
    bool in_frame_ = false;
    unsigned char opcode_ = 0;
    bool fragmented_ = false;     // a message goes on in the next data frame
    unsigned char mask_[4] = {};
    std::size_t mask_at_ = 0;
    std::string control_;         // payload of a control frame, 125 bytes at most
};

/// What the server proves with that it has understood "Sec-WebSocket-Key".
std::string websocket_accept(std::string_view key);

}  // namespace rhea
