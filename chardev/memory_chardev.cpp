#include "chardev/memory_chardev.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace rhea {

MemoryPeer::~MemoryPeer() {
    for (int fd : fds_) ::close(fd);
}

void MemoryPeer::push(std::string_view bytes) {
    waiting_ += bytes;
    deliver();
}

void MemoryPeer::deliver() {
    if (!user_ || !reading_ || closed_ || waiting_.empty()) return;
    const std::string bytes = std::exchange(waiting_, {});
    user_->received(bytes);
    flush();
}

std::string MemoryPeer::take_output() {
    if (!closed_) flush();
    return std::exchange(sent_, {});
}

void MemoryPeer::set_room(std::size_t bytes) {
    room_ = bytes;
    flush();
    if (!output_.empty() || !std::exchange(backlog_, false)) return;
    if (user_) user_->drained();
}

void MemoryPeer::disconnect() { owner_.drop(*this); }

void MemoryPeer::flush() {
    scheduled_ = false;
    if (closed_) return output_.clear();
    const std::size_t taken = std::min(room_, output_.size());
    sent_.append(output_, 0, taken);
    output_.erase(0, taken);
    if (room_ != SIZE_MAX) room_ -= taken;
    if (!output_.empty()) backlog_ = true;
}

void MemoryPeer::set_reading(bool on) { reading_ = on; }

void MemoryPeer::close() {
    flush();
    closed_ = true;
}

int MemoryPeer::take_fd() {
    if (fds_.empty()) return -1;
    const int fd = fds_.front();
    fds_.pop_front();
    return fd;
}

MemoryPeer& MemoryChardev::connect() {
    peers_.push_back(std::unique_ptr<MemoryPeer>(new MemoryPeer(*this)));
    MemoryPeer& peer = *peers_.back();
    if (frontend_) announce(peer);
    return peer;
}

void MemoryChardev::announce(MemoryPeer& peer) {
    peer.user_ = frontend_->connected(peer);
    if (!peer.user_) peer.close();
}

void MemoryChardev::attach(CharFrontend* frontend) {
    if (!frontend) {
        for (const auto& peer : peers_) {
            peer->close();
            peer->user_ = nullptr;
        }
        detached_.insert(detached_.end(), std::make_move_iterator(peers_.begin()), std::make_move_iterator(peers_.end()));
        peers_.clear();
    }
    frontend_ = frontend;
    for (std::size_t i = 0; frontend_ && i < peers_.size(); ++i)
        if (!peers_[i]->user_ && !peers_[i]->closed_) announce(*peers_[i]);
}

void MemoryChardev::turn() {
    detached_.clear();
    for (std::size_t i = 0; i < peers_.size(); ++i) {
        if (peers_[i]->scheduled_) peers_[i]->flush();
        peers_[i]->deliver();  // what came while nobody read
    }
    for (std::size_t i = 0; i < peers_.size();) {
        if (peers_[i]->closed_) drop(*peers_[i]);
        else ++i;
    }
}

void MemoryChardev::drop(MemoryPeer& peer) {
    const auto at = std::find_if(peers_.begin(), peers_.end(), [&peer](const auto& p) { return p.get() == &peer; });
    if (at == peers_.end()) return;
    const std::unique_ptr<MemoryPeer> last_breath = std::move(*at);
    peers_.erase(at);
    if (last_breath->user_) last_breath->user_->disconnected();
}

}  // namespace rhea
