#pragma once
/// One client of a human monitor: its line editor, and the line that is being carried out. While that goes on, and while the
/// client leaves its output unread, its input waits. Loop thread only.
#include <memory>
#include <string>

#include "chardev/chardev.h"
#include "monitor/fd_sets.h"
#include "monitor/hmp/interpreter.h"

namespace rhea {

class HmpSession final : public PeerUser, public std::enable_shared_from_this<HmpSession> {
public:
    /// More unread output than this, and the client's input is not read.
    static constexpr std::size_t kOutputSoft = 256 << 10;

    /// All references outlive the session.
    HmpSession(Engine& engine, Peer& peer, LineHistory& history, FdNames& fd_names);

    /// Greets and prompts.
    void start();
    Peer* peer() const { return peer_; }

    // PeerUser
    bool reads_last() const override { return true; }
    void received(std::string_view bytes) override;
    void disconnected() override;
    void drained() override;
    bool input_ended() override;
    void focus_changed(bool focused) override;

private:
    /// Where output goes; on a multiplexed chardev it waits until somebody looks.
    std::string& out() { return focused_ ? peer_->output() : unseen_; }
    bool blocked();
    void run(const std::string& line);
    void finished(std::string&& output, bool last);
    void feed_held();
    void update_reading();

    Engine& engine_;
    Peer* peer_;                  // null once disconnected
    HmpState state_;
    LineEditor editor_;
    std::string held_;            // input read from the peer that must wait
    std::string unseen_;
    bool focused_ = true;
    bool running_ = false;        // a line has not been finished
    bool feeding_ = false;
    bool reading_ = true;
    bool ending_ = false;         // the client closed its side; what it asked for is still done
};

/// A human monitor on a chardev: a session for each client, one history for all of them.
class HmpMonitor final : public CharFrontend {
public:
    /// Takes the chardev over; both live until the chardev is shut down.
    HmpMonitor(Engine& engine, Chardev& chardev) : engine_(engine), chardev_(chardev) {}
    Chardev& chardev() { return chardev_; }
    PeerUser* connected(Peer& peer) override;

private:
    Engine& engine_;
    Chardev& chardev_;
    LineHistory history_;
    FdNames fd_names_;
    std::vector<std::shared_ptr<HmpSession>> sessions_;
};

}  // namespace rhea
