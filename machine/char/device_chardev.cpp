#include "machine/char/device_chardev.h"

#include <utility>

namespace rhea {

void DeviceChardev::attach(CharFrontend* frontend) {
    if (frontend_ && !frontend) left();
    frontend_ = frontend;
    user_ = nullptr;
    reading_ = true;
    waiting_.clear();
    output_.clear();
    Peer& peer = *this;
    if (frontend) user_ = frontend->connected(peer);
}

void DeviceChardev::flush() {
    const std::string bytes = std::exchange(output_, {});
    if (bytes.empty()) return;
    write_chardev_log(log_, bytes);
    received(bytes);
}

void DeviceChardev::send(std::string_view bytes) {
    if (!user_ || waiting_.size() + bytes.size() > kMaxWaiting) return;
    waiting_ += bytes;
    deliver();
}

void DeviceChardev::set_reading(bool on) {
    reading_ = on;
    if (on) deliver();
}

void DeviceChardev::deliver() {
    if (delivering_) return;      // the user's answer to what it gets comes after it
    delivering_ = true;
    while (user_ && reading_ && !waiting_.empty()) user_->received(std::exchange(waiting_, {}));
    delivering_ = false;
}

}  // namespace rhea
