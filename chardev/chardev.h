#pragma once
/// Where bytes come from and go to. A Chardev is a named place (a socket, stdio, a file); a Peer is one byte stream through
/// it: a server socket has one for each client, stdio has one for good. All of it lives on the thread of one libuv loop.
#include <poll.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chardev/file_descriptor.h"
#include "qobject/error.h"
#include "qobject/qobject.h"

namespace rhea {

class Chardev;

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
    /// What it reads are commands about the others: what has come for those is to be seen first.
    virtual bool reads_last() const { return false; }
    /// On a multiplexed chardev: input comes to this user from now on, or to another one (Peer::focused).
    virtual void focus_changed(bool focused) { static_cast<void>(focused); }
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
    /// Whether input comes here now: on a multiplexed chardev it may go to another user (PeerUser::focus_changed).
    virtual bool focused() const { return true; }

protected:
    std::string output_;
};

/// Who uses a Chardev: a monitor makes a session for every peer, a serial port has one.
class CharFrontend {
public:
    virtual ~CharFrontend() = default;
    /// A stream has begun; what comes in goes to the user returned, which outlives the peer. Null: closed at once.
    virtual PeerUser* connected(Peer& peer) = 0;
    /// A break condition on the line: from a serial line, from telnet, or because a person asked for one.
    virtual void received_break() {}
    /// Whether another chardev may take the place of this front end's (chardev-change).
    virtual bool allows_change() const { return false; }
    /// It has: the peers of the old one are gone without a call, and those of the new one will be announced.
    virtual void changed(Chardev& now) { static_cast<void>(now); }
};

/// What a serial line is set to.
struct SerialParameters {
    int speed = 9600;  ///< bits per second
    char parity = 'N';  ///< 'N', 'O', 'E'
    int data_bits = 8, stop_bits = 1;
};

/// The wires of a real port behind a chardev that a byte stream does not carry.
class PortLines {
public:
    virtual ~PortLines() = default;
    virtual void set_parameters(const SerialParameters& parameters) { static_cast<void>(parameters); }
    virtual void set_break(bool on) { static_cast<void>(on); }
    /// Modem lines as the TIOCM_… bits; nothing where the system does not tell.
    virtual std::optional<int> modem_lines() { return std::nullopt; }
    virtual void set_modem_lines(int lines) { static_cast<void>(lines); }
    /// The registers of a parallel port; nothing and false where there is none.
    enum class ParallelRegister { data, status, control };
    virtual std::optional<unsigned char> read(ParallelRegister) { return std::nullopt; }
    virtual bool write(ParallelRegister, unsigned char) { return false; }
};

class Chardev {
public:
    virtual ~Chardev() = default;

    const std::string& label() const { return label_; }
    /// "socket", as chardev-add names it; empty: of an embedder's own.
    std::string_view kind() const { return kind_; }
    /// `kind` outlives it.
    void set_kind(std::string_view kind) { kind_ = kind; }
    /// As query-chardev tells it: "unix:/tmp/s,server=on", "disconnected:tcp:…", "stdio", "null".
    virtual std::string filename() const = 0;
    /// Gives the chardev its user; one only (`in_use`). Peers that are there already are announced at once. Null detaches:
    /// the peers are closed without a call to their users.
    virtual void attach(CharFrontend* frontend) = 0;
    /// Takes that one front end away, of several (a multiplexer has some).
    virtual void detach(CharFrontend& frontend) {
        if (this->frontend() == &frontend) attach(nullptr);
    }
    /// Null: nobody uses it.
    virtual CharFrontend* frontend() const = 0;
    /// No further front end can be attached.
    virtual bool in_use() const { return frontend() != nullptr; }
    /// It must stay (chardev-remove).
    virtual bool busy() const { return in_use(); }
    /// Whether the front end is open (query-chardev's frontend-open). Most are as soon as they are there.
    virtual bool frontend_open() const { return frontend_open_ && frontend(); }
    void set_frontend_open(bool open) { frontend_open_ = open; }
    /// Gives the front end a break condition.
    virtual void send_break() {
        if (CharFrontend* user = frontend()) user->received_break();
    }
    /// The terminal that a client opens to get to a pty ("/dev/pts/3"); empty for other kinds.
    virtual std::string terminal() const { return {}; }
    /// Null unless there is a real port behind it.
    virtual PortLines* port_lines() { return nullptr; }
    /// Takes over a connected socket as if a client had come in on its own; false: this kind of chardev takes none.
    virtual bool add_client(FileDescriptor& socket) {
        static_cast<void>(socket);
        return false;
    }
    /// Of a socket: where it listens or connects to, in the shape of QMP's SocketAddress, and whether somebody is there. Null: it is
    /// none.
    virtual QObject socket_address() const { return {}; }
    virtual bool connected() const { return false; }
    /// Whether query-yank lists it, and cutting what it is connected to, so that nobody waits for that any longer.
    virtual bool can_yank() const { return false; }
    virtual void yank() {}
    /// A terminal behind it shows and edits the line being typed (QMP), or hands every key over at once. Off at the start.
    virtual void set_echo(bool on) { static_cast<void>(on); }
    /// Sends what is left as far as the other side takes it, and adds what waits for room. The program ends.
    virtual void send_rest(std::vector<pollfd>& waiting) { static_cast<void>(waiting); }
    /// Closes everything, without a call to the users of the peers: sends what the system still takes at once, removes the
    /// socket file. Called before the loop ends.
    virtual void shut_down() = 0;
    /// Files that this one made stay when it ends.
    virtual void leave_files() {}

protected:
    explicit Chardev(std::string label) : label_(std::move(label)) {}

private:
    std::string label_;
    std::string_view kind_;
    bool frontend_open_ = true;
};

}  // namespace rhea
