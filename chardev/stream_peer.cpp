#include "chardev/stream_peer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

namespace rhea {

namespace {

constexpr std::size_t kMaxFds = 16;
constexpr std::size_t kKeptCapacity = 64 * 1024;        // an output buffer that grew past this is given back when empty
constexpr std::size_t kDatagram = 1024;  // fits into one packet of a network
constexpr std::size_t kFileWrite = 64 * 1024;           // a file is written in such pieces,
constexpr std::size_t kFileWritePerTurn = 1024 * 1024;  // and no more than this in one turn of the loop

}  // namespace

StreamPeer::StreamPeer(LoopTurn& turn, StreamOwner& owner, FileDescriptor in, FileDescriptor out)
    : TurnTask(turn), owner_(owner), in_(std::move(in)), out_(std::move(out)) {
    FdUser& user = *this;
    if (in_) in_watch_ = std::make_unique<FdWatch>(turn, in_.get(), user);
    if (out_) out_watch_ = std::make_unique<FdWatch>(turn, out_.get(), user);
}

std::unique_ptr<StreamPeer> StreamPeer::socket(LoopTurn& turn, StreamOwner& owner, FileDescriptor fd, bool passes_fds) {
    std::unique_ptr<StreamPeer> peer(new StreamPeer(turn, owner, std::move(fd), FileDescriptor()));
    peer->is_socket_ = true;
    peer->passes_fds_ = passes_fds;
    peer->update_watches();
    return peer;
}

std::unique_ptr<StreamPeer> StreamPeer::files(LoopTurn& turn, StreamOwner& owner, FileDescriptor in, FileDescriptor out) {
    return std::unique_ptr<StreamPeer>(new StreamPeer(turn, owner, std::move(in), std::move(out)));
}

std::unique_ptr<StreamPeer> StreamPeer::datagrams(LoopTurn& turn, StreamOwner& owner, FileDescriptor fd) {
    FileDescriptor out(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
    auto peer = files(turn, owner, std::move(fd), std::move(out));
    peer->is_datagram_ = true;
    return peer;
}

StreamPeer::~StreamPeer() { drop_fds(); }

void StreamPeer::set_user(PeerUser* user) {
    user_ = user;
    if (in_watch_) in_watch_->set_last(user && user->reads_last());
    queue();
}

void StreamPeer::schedule() {
    if (!receiving_ && !blocked_) queue();
}

void StreamPeer::set_reading(bool on) {
    reading_ = on;
    watch_hang_up_ = true;
    queue();  // the watches follow at the end of the turn: off and on again costs nothing
}

void StreamPeer::flush() {
    const bool was_blocked = blocked_;
    std::size_t left = is_socket_ ? SIZE_MAX : kFileWritePerTurn;
    while (!ended_ && !blocked_ && pending() > 0 && left > 0) {
        const auto bytes = std::string_view(output_).substr(sent_, is_socket_ ? SIZE_MAX : is_datagram_ ? kDatagram : kFileWrite);
        long n = send_some(bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && is_datagram_ && errno == ECONNREFUSED) n = static_cast<long>(bytes.size());  // of an earlier one
        if (n < 0 && is_trouble(errno)) {
            end();
            break;
        }
        const std::size_t taken = n > 0 ? static_cast<std::size_t>(n) : 0;
        owner_.peer_wrote(bytes.substr(0, taken));
        sent_ += taken;
        left -= std::min(left, taken);
        blocked_ = taken < bytes.size();
    }
    if (blocked_ && !was_blocked) queue();  // the watches follow
    settle_output();
}

void StreamPeer::send_rest(std::vector<pollfd>& waiting) {
    blocked_ = false;
    while (!ended_ && !blocked_ && pending() > 0) flush();
    if (!ended_ && pending() > 0) waiting.push_back({is_socket_ ? in_.get() : out_.get(), POLLOUT, 0});
}

/// After a flush: frees what has left, and sees that the rest does.
void StreamPeer::settle_output() {
    if (ended_ || pending() == 0) {
        output_.clear();
        if (output_.capacity() > kKeptCapacity) std::string().swap(output_);
        sent_ = 0;
    } else if (sent_ >= kKeptCapacity && sent_ >= output_.size() / 2) {
        output_.erase(0, sent_);
        sent_ = 0;
    }
    if (ended_) return;
    if (pending() > 0) backlog_ = true;
    // A blocked peer waits for the system to say that there is room, and costs nothing until then.
    const bool more_to_write = pending() > 0 && !blocked_;
    const bool news = pending() == 0 && (backlog_ || (input_over_ && is_socket_ && !answers_to_come_));
    if (more_to_write || news) queue();
}

long StreamPeer::send_some(std::string_view bytes) {
    if (is_socket_) return ::send(in_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (!out_) return static_cast<long>(bytes.size());
    return ::write(out_.get(), bytes.data(), bytes.size());
}

void StreamPeer::discard() {
    std::string().swap(output_);
    sent_ = 0;
}

void StreamPeer::close() {
    if (ended_) return;
    blocked_ = false;
    flush();
    end();
}

int StreamPeer::take_fd() {
    if (fds_.empty()) return -1;
    const int fd = fds_.front();
    fds_.pop_front();
    return fd;
}

void StreamPeer::fd_ready(FdWatch& watch, int events) {
    if (blocked_ && (events & (UV_WRITABLE | UV_DISCONNECT)) && (is_socket_ || &watch == out_watch_.get())) {
        blocked_ = false;
        flush();
    }
    if (!ended_ && &watch == in_watch_.get() && (events & ~UV_WRITABLE)) {
        if (user_ && reading_ && !input_over_) read_some();
        else if (is_socket_) check_hang_up();
    }
    update_watches();
}

void StreamPeer::turn_end() {
    if (ended_) return owner_.peer_ended(*this);
    flush();
    if (ended_) return;
    if (backlog_ && pending() == 0) {
        backlog_ = false;
        if (user_) user_->drained();
        if (ended_) return;
    }
    if (input_over_ && is_socket_ && pending() == 0 && !answers_to_come_) end();
    update_watches();
}

void StreamPeer::update_watches() {
    if (ended_) return;
    int in = 0;
    if (user_ && reading_ && !input_over_) in = UV_READABLE;
    else if (is_socket_ && watch_hang_up_)
        in = UV_PRIORITIZED;  // together with which the system tells a hang-up, and
                              // not that input waits
    const int out = blocked_ ? UV_WRITABLE : 0;
    if (in_watch_) in_watch_->set(is_socket_ ? in | out : in);
    if (out_watch_) out_watch_->set(out);
}

void StreamPeer::read_some() {
    char* buffer = turn().read_buffer();
    const long n = receive(buffer, LoopTurn::kReadSize);
    if (n > 0) {
        receiving_ = true;
        user_->received({buffer, static_cast<std::size_t>(n)});
        receiving_ = false;
        if (!ended_ && pending() > 0) flush();
    } else if (n == 0 && !is_datagram_) {
        input_over_ = true;
        answers_to_come_ = user_->input_ended() && !hung_up();
        queue();
    } else if (n < 0 && is_trouble(errno)) {
        end();
    }
}

/// A receiver of datagrams that is not there (yet) is no trouble.
bool StreamPeer::is_trouble(int error) const {
    if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR) return false;
    return !(is_datagram_ && error == ECONNREFUSED);
}

long StreamPeer::receive(char* buffer, std::size_t size) {
    if (!is_socket_) return ::read(in_.get(), buffer, size);
    if (!passes_fds_) return ::recv(in_.get(), buffer, size, 0);
    iovec vector{buffer, size};
    alignas(cmsghdr) char control[CMSG_SPACE(kMaxFds * sizeof(int))];
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const long n = ::recvmsg(in_.get(), &message, MSG_CMSG_CLOEXEC);
    if (n >= 0 && message.msg_controllen > 0) keep_fds(message);
    return n;
}

/// As with QEMU, file descriptors that nobody took are dropped when the next ones come.
void StreamPeer::keep_fds(const msghdr& message) {
    auto* header = const_cast<msghdr*>(&message);
    for (cmsghdr* c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
        drop_fds();
        const std::size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof fd);
            fds_.push_back(fd);
        }
    }
}

void StreamPeer::drop_fds() {
    for (int fd : fds_) ::close(fd);
    fds_.clear();
}

bool StreamPeer::hung_up() const {
    pollfd p{in_.get(), 0, 0};
    return ::poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR));
}

/// Nobody reads, but the client may be gone. It is gone when there is no input left either; what is left can be read later.
void StreamPeer::check_hang_up() {
    char byte = 0;
    if (hung_up() && ::recv(in_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0) return end();
    watch_hang_up_ = false;
}

/// A TCP connection closed with input unread is reset, and the client may lose what was sent to it.
void StreamPeer::discard_input() {
    for (int i = 0; i < 16; ++i)
        if (::recv(in_.get(), turn().read_buffer(), LoopTurn::kReadSize, MSG_DONTWAIT | MSG_TRUNC) <= 0) return;
}

void StreamPeer::end() {
    if (std::exchange(ended_, true)) return;
    in_watch_.reset();
    out_watch_.reset();
    if (is_socket_ && !passes_fds_) discard_input();
    in_.reset();
    out_.reset();
    drop_fds();
    queue();
}

}  // namespace rhea
