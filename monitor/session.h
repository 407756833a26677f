#pragma once
/// One client of a monitor: negotiation, the queue of its requests, its events. Loop thread only.
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "chardev/chardev.h"
#include "monitor/command_table.h"
#include "monitor/fd_sets.h"
#include "monitor/wire_format.h"

namespace rhea {

class Engine;

struct SessionLimits {
    /// More unread output than this, and the client's input is not read.
    std::size_t output_soft = 256 << 10;
    /// A backlog of events beyond this closes the session (0: never).
    std::size_t output_hard = 16 << 20;
    /// With out-of-band execution: how many commands may wait behind the running one (as QEMU 7.2).
    std::size_t queue = 8;
};

class Session final : public PeerUser, private json::Sink, public std::enable_shared_from_this<Session> {
public:
    Session(Engine& engine, Peer& peer, const WireFormat& format, SessionLimits limits);
    ~Session() override;

    /// Sends the greeting.
    void start();
    bool in_command_mode() const { return command_mode_; }
    const WireFormat& format() const { return format_; }
    /// Ends the negotiation (qmp_capabilities).
    Result<void> negotiate(bool enable_oob);
    /// An event in this session's format.
    void deliver(const std::string& event_line);
    Peer* peer() { return peer_; }
    /// What getfd names, here or in another session of the same monitor.
    void set_named_fds(FdNames& names) { named_fds_ = &names; }

    // PeerUser
    bool reads_last() const override { return true; }
    void received(std::string_view bytes) override;
    void disconnected() override;
    void drained() override;
    bool input_ended() override;

private:
    class Answer;
    class LaterReply;
    struct Waiting {
        Result<QObject> request;
    };

    bool input(Result<QObject>&& request) override;      // json::Sink
    void dispatch(Result<QObject>&& request);
    void execute(QDict& request, bool oob_message);
    void answered_later();
    bool blocked() const;
    void pump();
    void feed_held();
    void update_reading();
    void close_when_answered();
    void give_memory_back();
    std::string& out() { return peer_->output(); }
    /// Whatever leaves for the client is written by `write`; returns its bytes.
    template <class Write>
    std::size_t respond(Write write);

    Engine& engine_;
    FdNames own_fds_;                   // of a session without a monitor
    FdNames* named_fds_ = &own_fds_;
    Peer* peer_;                        // null once disconnected
    const WireFormat& format_;
    SessionLimits limits_;
    std::unique_ptr<Decoder> decoder_;
    std::deque<Waiting> queue_;         // in-band requests behind the running one
    std::string held_;                  // input read from the peer that must wait
    std::size_t reply_bytes_ = 0;       // of the output that is pending
    bool command_mode_ = false;
    bool oob_ = false;
    bool running_ = false;              // an in-band command has not been answered
    bool feeding_ = false;
    bool large_ = false;                // a message or reply was large: its memory goes back to the system
    bool backlog_ = false;              // events have piled up: theirs goes back with the session (a slow reader may do it often)
    bool reading_ = true;
    bool input_ended_ = false;          // the client closed its side; what it asked for is still answered
};

}  // namespace rhea
