#include "machine/char_port.h"

#include <algorithm>

namespace rhea {

CharPort::CharPort(Chardev* chardev, CharPortUser& user) : chardev_(chardev), user_(user) {
    if (chardev_) chardev_->attach(this);
}

CharPort::~CharPort() {
    if (chardev_) chardev_->detach(*this);
}

bool CharPort::write(std::span<const std::uint8_t> bytes) {
    if (!peer_) return true;
    if (peer_->pending() > kMaxBacklog) peer_->flush();
    if (peer_->pending() > kMaxBacklog) {
        blocked_ = true;
        return false;
    }
    peer_->output().append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    peer_->schedule();
    return true;
}

void CharPort::accept_input() {
    if (delivering_) return;  // the device takes bytes while it is being given some
    delivering_ = true;
    std::size_t taken = 0;
    while (taken < waiting_.size()) {
        const auto size = std::min(user_.can_receive(), waiting_.size() - taken);
        if (size == 0) break;
        // The device may end the connection, and waiting_ with it.
        const std::string part = waiting_.substr(taken, size);
        taken += size;
        user_.receive(std::span(reinterpret_cast<const std::uint8_t*>(part.data()), part.size()));
    }
    waiting_.erase(0, std::min(taken, waiting_.size()));
    delivering_ = false;
    const bool reading = waiting_.empty();
    if (peer_ && reading != reading_) {
        reading_ = reading;
        peer_->set_reading(reading);
    }
}

PeerUser* CharPort::connected(Peer& peer) {
    if (peer_) return nullptr;
    peer_ = &peer;
    reading_ = true;
    blocked_ = false;
    user_.opened(true);
    return this;
}

void CharPort::changed(Chardev& now) {
    chardev_ = &now;
    waiting_.clear();
    if (peer_) disconnected();
}

void CharPort::received(std::string_view bytes) {
    waiting_ += bytes;
    accept_input();
}

void CharPort::disconnected() {
    peer_ = nullptr;
    user_.opened(false);
    if (blocked_) {
        blocked_ = false;
        user_.can_write();
    }
}

void CharPort::drained() {
    if (!blocked_) return;
    blocked_ = false;
    user_.can_write();
}

}  // namespace rhea
