#pragma once
/// Frames over a stream socket: each behind its length, four bytes with the highest first.
#include "chardev/file_descriptor.h"
#include "chardev/loop_turn.h"
#include "machine/net/client.h"

namespace rhea::net {

class FrameStreamUser {
public:
    virtual void frame_received(Frame frame) = 0;
    /// The other end is gone, or talks nonsense. The stream may be destroyed in it.
    virtual void stream_ended() = 0;

protected:
    ~FrameStreamUser() = default;
};

class FrameStream final : private FdUser {
public:
    /// What may wait to be sent: what comes beyond it is lost, as on any cable that is too slow.
    static constexpr std::size_t kMaxBacklog = 1 << 20;

    /// `socket`: connected, not blocking.
    FrameStream(LoopTurn& turn, FileDescriptor socket, FrameStreamUser& user);
    ~FrameStream();

    int socket() const { return socket_.get(); }
    /// False: it was lost.
    bool send(Frame frame);

private:
    void fd_ready(FdWatch& watch, int events) override;
    void read();
    void flush();
    void take_frames();

    FileDescriptor socket_;
    FrameStreamUser& user_;
    LoopTurn& turn_;
    FdWatch watch_;
    std::string input_, output_;
    bool* gone_ = nullptr;      // set when it is destroyed in a call to the user
};

}  // namespace rhea::net
