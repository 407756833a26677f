#pragma once
/// What the chardevs on file descriptors have in common: a front end, peers that are announced to it, a log of the output.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chardev/chardev.h"
#include "chardev/layered_peer.h"
#include "chardev/loop_turn.h"
#include "chardev/options.h"
#include "chardev/registry.h"
#include "chardev/stream_peer.h"

namespace rhea {

/// What a chardev is made with.
struct ChardevContext {
    const ChardevHost& host;
    LoopTurn& turn;
    const NamedFds& named_fds;
};

/// A copy of a chardev's output in a file (`logfile=`). Trouble with the file is no trouble of the chardev.
Result<FileDescriptor> open_chardev_log(const ChardevHost& host, const ChardevCommon& options);
/// Gives up the log at the first error.
void write_chardev_log(FileDescriptor& log, std::string_view bytes);
/// Opens a file through the host: "Could not open '…': …".
Result<FileDescriptor> open_chardev_file(const ChardevHost& host, const std::string& path, int flags,
                                         std::string_view verb = "open");

class StreamChardev : public Chardev, private StreamOwner, private LayerOwner {
public:
    ~StreamChardev() override;
    void attach(CharFrontend* frontend) final;
    CharFrontend* frontend() const final { return frontend_; }
    void send_rest(std::vector<pollfd>& waiting) override;
    void shut_down() override;

protected:
    StreamChardev(std::string label, LoopTurn& turn, FileDescriptor log);
    LoopTurn& turn() const { return turn_; }
    StreamOwner& owner() { return *this; }
    /// Takes over a new peer, and announces it when there is a front end.
    /// With layers that is when their handshakes are done.
    void adopt(std::unique_ptr<StreamPeer> peer, PeerLayers layers = {});
    /// Whether bytes of the front end's may flow.
    bool is_ready(const StreamPeer& peer) const;
    const std::vector<std::unique_ptr<StreamPeer>>& peers() const { return peers_; }
    /// The first one through which bytes may flow; null: none.
    const StreamPeer* ready_peer() const;
    /// Ends the connections of all peers that are sockets, whatever they wait for.
    void cut();
    /// A front end has come: time to make the peer that lasts.
    virtual void opened() {}
    /// A peer has gone; there is room for the next.
    virtual void peer_left() {}

private:
    void peer_ended(StreamPeer& peer) override;
    void peer_wrote(std::string_view bytes) override;
    void layers_ready(LayeredPeer& peer) override;
    void layers_wrote(std::string_view plain) override;
    void layers_break() override { send_break(); }
    LayeredPeer* layered(const StreamPeer& peer) const;
    bool announced(const StreamPeer& peer) const;
    void announce(StreamPeer& peer);
    void close_peers();

    LoopTurn& turn_;
    FileDescriptor log_;
    CharFrontend* frontend_ = nullptr;
    std::vector<std::unique_ptr<StreamPeer>> peers_;
    std::vector<std::unique_ptr<LayeredPeer>> layered_;  // on some or all of peers_
};

}  // namespace rhea
