#pragma once
/// A Chardev without a file descriptor or a loop, for tests and fuzzers: the test plays the client.
///
///     MemoryChardev chardev("mon0");
///     chardev.attach(&monitor);
///     MemoryPeer& client = chardev.connect();
///     client.push("{\"execute\":\"query-status\"}");
///     CHECK(client.take_output() == …);
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chardev/chardev.h"

namespace rhea {

class MemoryChardev;

class MemoryPeer final : public Peer {
public:
    // The client's side.
    /// Bytes that the client sends. While the user does not read they wait, and come with a later push or turn.
    void push(std::string_view bytes);
    /// A file descriptor sent along with the bytes pushed next. Owned by the peer until `take_fd`.
    void push_fd(int fd) { fds_.push_back(fd); }
    /// Everything that came out since the last call; output not yet flushed is flushed first, as far as there is room.
    std::string take_output();
    /// How many more bytes the client takes (a slow reader has little); more room flushes and tells the user when drained.
    void set_room(std::size_t bytes);
    /// The client goes away: the user hears of it and this object is gone.
    void disconnect();
    bool reading() const { return reading_; }
    /// The server closed this stream (its user hears of it in MemoryChardev::turn).
    bool closed() const { return closed_; }

    // The server's side.
    void schedule() override { scheduled_ = true; }
    void flush() override;
    void set_reading(bool on) override;
    void close() override;
    int take_fd() override;

    ~MemoryPeer() override;

private:
    friend class MemoryChardev;
    explicit MemoryPeer(MemoryChardev& owner) : owner_(owner) {}
    void deliver();

    MemoryChardev& owner_;
    PeerUser* user_ = nullptr;
    std::string waiting_;  // pushed, not yet read
    std::string sent_;     // flushed, not yet taken
    std::size_t room_ = SIZE_MAX;
    std::deque<int> fds_;
    bool reading_ = true;
    bool scheduled_ = false;
    bool closed_ = false;
    bool backlog_ = false;
};

class MemoryChardev final : public Chardev {
public:
    explicit MemoryChardev(std::string label) : Chardev(std::move(label)) {}

    /// A client connects. The reference holds until it disconnects, or until the first `turn` after the server closed it.
    MemoryPeer& connect();
    std::size_t peers() const { return peers_.size(); }
    /// The end of a turn of the loop: delivers what waits to be read, flushes what is scheduled, and reports streams that
    /// the server closed.
    void turn();

    std::string filename() const override { return "memory"; }
    void attach(CharFrontend* frontend) override;
    CharFrontend* frontend() const override { return frontend_; }
    void shut_down() override { attach(nullptr); }

private:
    friend class MemoryPeer;
    void announce(MemoryPeer& peer);
    void drop(MemoryPeer& peer);

    CharFrontend* frontend_ = nullptr;
    std::vector<std::unique_ptr<MemoryPeer>> peers_;
    std::vector<std::unique_ptr<MemoryPeer>> detached_;  // perhaps on the call stack; they go with the next turn
};

}  // namespace rhea
