#pragma once
/// Where bytes come from and go to. A Chardev is a named place (a socket, stdio, a file); a Peer is one byte stream through
/// it: a server socket has one for each client, stdio has one for good. All of it lives on the thread of one libuv loop.
#include <cstddef>
#include <string>
#include <string_view>

#include "qobject/error.h"

namespace rhea {

/// Who reads a Peer: a monitor session, a serial port, the qtest server.
class PeerUser {
public:
    virtual ~PeerUser() = default;
    /// Bytes that came in. The user takes all of them (it may stop reading by Peer::set_reading for what comes later).
    virtual void received(std::string_view bytes) = 0;
    /// The client has ended its side and all that it sent was received. False: a socket ends as soon as its output has left
    /// (stdio stays for output). True: answers are still to come; the peer stays for them until `close()`, or until the
    /// client is found to be gone altogether.
    virtual bool input_ended() { return false; }
    /// The stream has ended, from whichever side; the Peer is gone when this returns, and calls nothing more.
    virtual void disconnected() = 0;
    /// All output has left, after there had been a backlog (pending() > 0 at the end of a flush).
    virtual void drained() {}
};

/// One byte stream to one client. Owned by its Chardev. Bytes leave in order; nothing is dropped while it is connected.
class Peer {
public:
    virtual ~Peer() = default;

    /// What is to go out: append to it, then call `schedule()` (once or often): it leaves at the end of this turn of the
    /// loop.
    std::string& output() { return output_; }
    virtual void schedule() = 0;
    /// Sends now what the system takes.
    virtual void flush() = 0;
    /// Bytes written and not yet taken by the system.
    virtual std::size_t pending() const { return output_.size(); }
    /// Forgets what has not left yet.
    virtual void discard() { output_.clear(); }
    /// Stops and resumes `received`. On at the start.
    virtual void set_reading(bool on) = 0;
    /// Ends this stream: sends what the system still takes at once, then closes. `disconnected` is called from a later turn
    /// of the loop, never from inside this call.
    virtual void close() = 0;
    /// Takes the oldest file descriptor that came with the bytes so far (SCM_RIGHTS); -1: none. The caller owns it.
    virtual int take_fd() { return -1; }

protected:
    std::string output_;
};

/// Who uses a Chardev: a monitor makes a session for every peer, a serial port has one.
class CharFrontend {
public:
    virtual ~CharFrontend() = default;
    /// A stream has begun; what comes in goes to the user returned, which outlives the peer. Null: closed at once.
    virtual PeerUser* connected(Peer& peer) = 0;
};

class Chardev {
public:
    virtual ~Chardev() = default;

    const std::string& label() const { return label_; }
    /// As query-chardev tells it: "unix:/tmp/s,server=on", "disconnected:tcp:…", "stdio", "null".
    virtual std::string filename() const = 0;
    /// Gives the chardev its user; one only (`in_use`). Peers that are there already are announced at once. Null detaches:
    /// the peers are closed without a call to their users.
    virtual void attach(CharFrontend* frontend) = 0;
    virtual bool in_use() const = 0;
    /// Whether the front end is open (query-chardev's frontend-open).
    bool frontend_open() const { return in_use(); }
    /// A terminal behind it shows and edits the line being typed (QMP), or hands every key over at once. Off at the start.
    virtual void set_echo(bool on) { static_cast<void>(on); }
    /// Closes everything, without a call to the users of the peers: sends what the system still takes at once, removes the
    /// socket file. Called before the loop ends.
    virtual void shut_down() = 0;

protected:
    explicit Chardev(std::string label) : label_(std::move(label)) {}

private:
    std::string label_;
};

}  // namespace rhea
