#pragma once
/// A Peer on file descriptors: one socket, or one to read and one to write. A round trip costs one recv and one send.
#include <cstddef>
#include <deque>
#include <memory>
#include <string_view>

#include "chardev/chardev.h"
#include "chardev/file_descriptor.h"
#include "chardev/loop_turn.h"

namespace rhea {

class StreamPeer;

/// Whoever owns peers and wants to know what becomes of them.
class StreamOwner {
public:
    /// The peer is at its end: the owner tells its user, if there is one, and destroys it.
    virtual void peer_ended(StreamPeer& peer) = 0;
    /// Bytes that the system has taken.
    virtual void peer_wrote(std::string_view bytes) = 0;

protected:
    ~StreamOwner() = default;
};

class StreamPeer final : public Peer, private TurnTask, private FdUser {
public:
    /// `passes_fds`: a unix socket, over which file descriptors may come.
    static std::unique_ptr<StreamPeer> socket(LoopTurn& turn, StreamOwner& owner, FileDescriptor fd, bool passes_fds);
    /// Each may be absent. The end of `in` ends the input only: the peer stays for output.
    static std::unique_ptr<StreamPeer> files(LoopTurn& turn, StreamOwner& owner, FileDescriptor in, FileDescriptor out);
    /// A connected datagram socket: it has no end, and nobody needs to be there. Output leaves in small datagrams.
    static std::unique_ptr<StreamPeer> datagrams(LoopTurn& turn, StreamOwner& owner, FileDescriptor fd);
    ~StreamPeer() override;

    /// Null: nobody is called (again), and nothing is read.
    void set_user(PeerUser* user);
    PeerUser* user() const { return user_; }
    int fd() const { return in_.get(); }
    bool ended() const { return ended_; }

    void schedule() override;
    void flush() override;
    /// As Chardev::send_rest.
    void send_rest(std::vector<pollfd>& waiting);
    std::size_t pending() const override { return output_.size() - sent_; }
    void discard() override;
    void set_reading(bool on) override;
    void close() override;
    int take_fd() override;

private:
    StreamPeer(LoopTurn& turn, StreamOwner& owner, FileDescriptor in, FileDescriptor out);
    void fd_ready(FdWatch& watch, int events) override;
    void turn_end() override;
    void update_watches();
    void read_some();
    long receive(char* buffer, std::size_t size);
    long send_some(std::string_view bytes);
    void keep_fds(const struct msghdr& message);
    void drop_fds();
    void check_hang_up();
    bool hung_up() const;
    bool is_trouble(int error) const;
    void discard_input();
    void settle_output();
    void end();

    StreamOwner& owner_;
    PeerUser* user_ = nullptr;
    FileDescriptor in_, out_;  // a socket is in_ only
    std::unique_ptr<FdWatch> in_watch_, out_watch_;
    std::size_t sent_ = 0;  // so much of output_ has left
    std::deque<int> fds_;
    bool is_socket_ = false;  // of the stream kind
    bool is_datagram_ = false;
    bool passes_fds_ = false;
    bool reading_ = true;
    bool receiving_ = false;  // inside the user's received()
    bool input_over_ = false;
    bool answers_to_come_ = false;  // the user said so when the input was over
    bool watch_hang_up_ = true;
    bool blocked_ = false;  // the system takes no more for now
    bool backlog_ = false;  // the user is owed drained()
    bool ended_ = false;
};

}  // namespace rhea
