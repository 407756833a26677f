#pragma once
/// Frames over a character device: each behind its length, and behind that the length of its virtio header where `headers` says so.
#include <functional>

#include "machine/char_port.h"
#include "machine/net/client.h"

namespace rhea::net {

class FramePort final : private CharPortUser {
public:
    using Received = std::function<void(Frame frame)>;
    /// `chardev` is not in use.
    FramePort(Chardev& chardev, bool headers, Received received);

    /// False: it was lost, for the reader is too slow.
    bool send(Frame frame);

private:
    std::size_t can_receive() override { return received_ ? 4096 : 0; }
    void receive(std::span<const std::uint8_t> bytes) override;
    void can_write() override;
    void opened(bool open) override;

    bool headers_;
    Received received_;
    std::vector<std::uint8_t> input_, output_;
    bool broken_ = false;
    CharPort port_;      // goes first: it may call
};

}  // namespace rhea::net
