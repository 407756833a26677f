#include "chardev/stream_chardev.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace rhea {

namespace {

constexpr unsigned kFileMode = 0666;

}  // namespace

Result<FileDescriptor> open_chardev_file(const ChardevHost& host, const std::string& path, int flags,
                                         std::string_view verb) {
    FileDescriptor fd(host.open_file(path, flags | O_CLOEXEC, kFileMode));
    if (!fd && verb == "create" && path.starts_with("/dev/fdset/"))
        return fail(fmt::format("Could not dup FD for {} flags {:x}: {}", path, flags, std::strerror(errno)));
    if (!fd) return fail(fmt::format("Could not {} '{}': {}", verb, path, std::strerror(errno)));
    return fd;
}

Result<FileDescriptor> open_chardev_log(const ChardevHost& host, const ChardevCommon& options) {
    if (!options.logfile) return FileDescriptor();
    const bool append = options.logappend.value_or(false);
    return open_chardev_file(host, *options.logfile, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC), "create");
}

void write_chardev_log(FileDescriptor& log, std::string_view bytes) {
    if (!log || bytes.empty()) return;
    if (::write(log.get(), bytes.data(), bytes.size()) < 0) log.reset();
}

StreamChardev::StreamChardev(std::string label, LoopTurn& turn, FileDescriptor log)
    : Chardev(std::move(label)), turn_(turn), log_(std::move(log)) {}

StreamChardev::~StreamChardev() = default;

void StreamChardev::attach(CharFrontend* frontend) {
    if (!frontend) close_peers();
    frontend_ = frontend;
    if (!frontend) return;
    opened();
    // A front end may detach itself while it is told of the first peer.
    for (std::size_t i = 0; i < peers_.size() && frontend_ == frontend; ++i)
        if (!peers_[i]->ended() && !announced(*peers_[i])) announce(*peers_[i]);
}

void StreamChardev::send_rest(std::vector<pollfd>& waiting) {
    for (const auto& peer : peers_) {
        if (LayeredPeer* layers = layered(*peer)) layers->flush();
        peer->send_rest(waiting);
    }
}

void StreamChardev::shut_down() {
    close_peers();
    frontend_ = nullptr;
}

void StreamChardev::cut() {
    for (const auto& peer : peers_)
        if (!peer->ended()) ::shutdown(peer->fd(), SHUT_RDWR);
}

void StreamChardev::close_peers() {
    for (const auto& peer : peers_) {
        LayeredPeer* layers = layered(*peer);
        if (layers) {
            layers->set_user(nullptr);
            layers->close();
        } else {
            peer->set_user(nullptr);
            peer->close();
        }
    }
}

void StreamChardev::adopt(std::unique_ptr<StreamPeer> peer, PeerLayers layers) {
    peers_.push_back(std::move(peer));
    StreamPeer& stream = *peers_.back();
    if (!layers.empty()) {
        LayerOwner& owner = *this;
        layered_.push_back(std::make_unique<LayeredPeer>(stream, owner, std::move(layers)));
        LayeredPeer& top = *layered_.back();
        stream.set_user(&top);
        top.begin();
    } else if (frontend_) {
        announce(stream);
    }
}

LayeredPeer* StreamChardev::layered(const StreamPeer& peer) const {
    const Peer* lower = &peer;
    const auto at = std::find_if(layered_.begin(), layered_.end(), [&](const auto& l) { return &l->lower() == lower; });
    return at == layered_.end() ? nullptr : at->get();
}

const StreamPeer* StreamChardev::ready_peer() const {
    for (const auto& peer : peers_)
        if (!peer->ended() && is_ready(*peer)) return peer.get();
    return nullptr;
}

bool StreamChardev::is_ready(const StreamPeer& peer) const {
    const LayeredPeer* layers = layered(peer);
    return !layers || layers->ready();
}

bool StreamChardev::announced(const StreamPeer& peer) const {
    const LayeredPeer* layers = layered(peer);
    return layers ? layers->user() != nullptr : peer.user() != nullptr;
}

void StreamChardev::announce(StreamPeer& peer) {
    LayeredPeer* layers = layered(peer);
    if (layers && !layers->ready()) return;  // layers_ready will come
    PeerUser* user = layers ? frontend_->connected(*layers) : frontend_->connected(peer);
    if (!user) {
        if (layers) layers->close();
        else peer.close();
    } else if (layers) {
        layers->set_user(user);
    } else {
        peer.set_user(user);
    }
}

void StreamChardev::layers_ready(LayeredPeer& peer) {
    const auto at = std::find_if(peers_.begin(), peers_.end(), [&](const auto& p) { return layered(*p) == &peer; });
    if (frontend_ && at != peers_.end() && !(*at)->ended()) announce(**at);
}

void StreamChardev::peer_ended(StreamPeer& peer) {
    const auto at = std::find_if(peers_.begin(), peers_.end(), [&peer](const auto& p) { return p.get() == &peer; });
    const std::unique_ptr<StreamPeer> last_breath = std::move(*at);
    peers_.erase(at);
    std::unique_ptr<LayeredPeer> layers;
    if (const LayeredPeer* own = layered(peer)) {
        const auto mine = std::find_if(layered_.begin(), layered_.end(), [own](const auto& l) { return l.get() == own; });
        layers = std::move(*mine);
        layered_.erase(mine);
    }
    peer_left();
    if (PeerUser* user = last_breath->user()) user->disconnected();  // may be the end of this object
}

/// The log shows what the front end has written, and not what layers make of it.
void StreamChardev::peer_wrote(std::string_view bytes) {
    if (layered_.empty()) write_chardev_log(log_, bytes);
}

void StreamChardev::layers_wrote(std::string_view plain) { write_chardev_log(log_, plain); }

}  // namespace rhea
