#include "machine/net/frame_stream.h"

#include <sys/socket.h>

#include <cerrno>

namespace rhea::net {

namespace {

constexpr std::size_t kHeader = 4;

std::size_t length_at(const char* at) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(at);
    return std::size_t{bytes[0]} << 24 | std::size_t{bytes[1]} << 16 | std::size_t{bytes[2]} << 8 | bytes[3];
}

}  // namespace

FrameStream::FrameStream(LoopTurn& turn, FileDescriptor socket, FrameStreamUser& user)
    : socket_(std::move(socket)), user_(user), turn_(turn), watch_(turn, socket_.get(), *this) {
    watch_.set(UV_READABLE);
}

FrameStream::~FrameStream() {
    if (gone_) *gone_ = true;
}

bool FrameStream::send(Frame frame) {
    if (output_.size() + kHeader + frame.size() > kMaxBacklog) return false;
    const bool waiting = !output_.empty();
    const auto length = frame.size();
    for (int shift : {24, 16, 8, 0}) output_ += static_cast<char>(length >> shift);
    output_.append(reinterpret_cast<const char*>(frame.data()), frame.size());
    if (!waiting) flush();
    return true;
}

void FrameStream::flush() {
    std::size_t sent = 0;
    while (sent < output_.size()) {
        const auto n = ::send(socket_.get(), output_.data() + sent, output_.size() - sent, MSG_NOSIGNAL);
        if (n > 0) {
            sent += static_cast<std::size_t>(n);
        } else if (errno != EINTR) {
            // A broken connection shows when it is read from.
            if (errno != EAGAIN) sent = output_.size();
            break;
        }
    }
    output_.erase(0, sent);
    if (output_.empty() && output_.capacity() > (64u << 10)) output_ = {};
    watch_.set(output_.empty() ? UV_READABLE : UV_READABLE | UV_WRITABLE);
}

void FrameStream::fd_ready(FdWatch&, int events) {
    if ((events & UV_WRITABLE) && !output_.empty()) flush();
    if (events & (UV_READABLE | UV_DISCONNECT)) read();
}

void FrameStream::read() {
    const auto n = ::recv(socket_.get(), turn_.read_buffer(), LoopTurn::kReadSize, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) return user_.stream_ended();
    input_.append(turn_.read_buffer(), static_cast<std::size_t>(n));
    take_frames();
}

void FrameStream::take_frames() {
    // What the user does may take the stream away.
    bool gone = false;
    gone_ = &gone;
    std::size_t at = 0;
    while (input_.size() - at >= kHeader) {
        const std::size_t length = length_at(input_.data() + at);
        if (length > kMaxFrame) {
            gone_ = nullptr;
            return user_.stream_ended();
        }
        if (input_.size() - at - kHeader < length) break;
        user_.frame_received({reinterpret_cast<const std::uint8_t*>(input_.data() + at + kHeader), length});
        if (gone) return;
        at += kHeader + length;
    }
    gone_ = nullptr;
    input_.erase(0, at);
}

}  // namespace rhea::net
