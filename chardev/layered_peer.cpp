#include "chardev/layered_peer.h"

#include <utility>

namespace rhea {

void LayeredPeer::begin() { process(0, {}); }

void LayeredPeer::set_user(PeerUser* user) {
    user_ = user;
    if (!user) return;
    lower_.set_reading(true);
    if (const std::string early = std::exchange(early_, {}); !early.empty()) user_->received(early);
    schedule();
}

void LayeredPeer::received(std::string_view bytes) {
    process(0, bytes);
    if (ready() && !user_ && !closed_) lower_.set_reading(false);
    if (user_) schedule();
}

/// Gives `bytes` to the layer at `level`, and what comes out of it to the next.
void LayeredPeer::process(std::size_t level, std::string_view bytes) {
    if (closed_) return;
    if (level == layers_.size()) {
        if (!std::exchange(announced_, true)) owner_.layers_ready(*this);
        if (bytes.empty()) return;
        if (user_) user_->received(bytes);
        else early_ += bytes;
        return;
    }
    PeerLayer& layer = *layers_[level];
    if (level == started_) {
        ++started_;
        std::string first;
        layer.start(first);
        send(level, std::move(first));
    }
    LayerInput in;
    if (!bytes.empty()) layer.input(bytes, in);
    send(level, std::move(in.reply));
    for (int i = 0; i < in.breaks; ++i) owner_.layers_break();
    if (layer.ready()) process(level + 1, in.plain);
    if (in.end && !std::exchange(closed_, true)) lower_.close();
}

/// Sends what the layer at `level` puts on its wire, through the layers below it.
void LayeredPeer::send(std::size_t level, std::string bytes) {
    if (bytes.empty()) return;
    while (level-- > 0) {
        std::string wire;
        layers_[level]->output(bytes, wire);
        bytes = std::move(wire);
    }
    lower_.output() += bytes;
    lower_.schedule();
}

void LayeredPeer::schedule() {
    if (output_.empty() || closed_ || !ready()) return;
    owner_.layers_wrote(output_);
    send(layers_.size(), std::exchange(output_, {}));
}

void LayeredPeer::flush() {
    schedule();
    lower_.flush();
}

void LayeredPeer::set_reading(bool on) { lower_.set_reading(on); }

void LayeredPeer::close() {
    if (closed_) return;
    schedule();
    closed_ = true;
    for (std::size_t level = started_; level-- > 0;) {
        if (!layers_[level]->ready()) continue;
        std::string farewell;
        layers_[level]->close(farewell);
        send(level, std::move(farewell));
    }
    lower_.close();
}

void LayeredPeer::disconnected() {
    closed_ = true;
    if (PeerUser* user = std::exchange(user_, nullptr)) user->disconnected();
}

}  // namespace rhea
