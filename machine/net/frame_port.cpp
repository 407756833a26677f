#include "machine/net/frame_port.h"

namespace rhea::net {

namespace {

constexpr std::size_t kMaxBacklog = 1 << 20, kPiece = CharPort::kMaxBacklog / 2;

void put_length(std::vector<std::uint8_t>& out, std::size_t length) {
    for (int shift : {24, 16, 8, 0}) out.push_back(static_cast<std::uint8_t>(length >> shift));
}

std::size_t get_length(const std::uint8_t* at) { return std::size_t{at[0]} << 24 | std::size_t{at[1]} << 16 | std::size_t{at[2]} << 8 | at[3]; }

}  // namespace

FramePort::FramePort(Chardev& chardev, bool headers, Received received) : headers_(headers), received_(std::move(received)), port_(&chardev, *this) {}

bool FramePort::send(Frame frame) {
    if (output_.size() + frame.size() > kMaxBacklog) return false;
    put_length(output_, frame.size());
    if (headers_) put_length(output_, 0);      // no card here puts one in front
    output_.insert(output_.end(), frame.begin(), frame.end());
    can_write();
    return true;
}

void FramePort::can_write() {
    std::size_t done = 0;
    while (done < output_.size()) {
        const auto part = std::min(output_.size() - done, kPiece);
        if (!port_.write(std::span(output_).subspan(done, part))) break;
        done += part;
    }
    output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(done));
}

void FramePort::opened(bool open) {
    if (open) return;
    input_.clear();
    output_.clear();
    broken_ = false;
}

void FramePort::receive(std::span<const std::uint8_t> bytes) {
    if (broken_) return;
    input_.insert(input_.end(), bytes.begin(), bytes.end());
    const std::size_t front = headers_ ? 8 : 4;
    std::size_t at = 0;
    while (input_.size() - at >= front) {
        const std::size_t length = get_length(input_.data() + at);
        // The rest of this stream cannot be read.
        if (length > kMaxFrame) broken_ = true;
        if (broken_ || input_.size() - at - front < length) break;
        received_({input_.data() + at + front, length});
        at += front + length;
    }
    if (broken_) input_.clear();
    else input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace rhea::net
