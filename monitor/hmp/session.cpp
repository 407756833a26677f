#include "monitor/hmp/session.h"

#include "monitor/engine.h"

namespace rhea {

HmpSession::HmpSession(Engine& engine, Peer& peer, LineHistory& history, FdNames& fd_names)
    : engine_(engine),
      peer_(&peer),
      state_{.history = &history, .peer = &peer, .fd_names = &fd_names},
      editor_(history, [this](std::string_view text) { return engine_.hmp().complete(text, state_); }) {}

void HmpSession::start() {
    const Version& v = engine_.version();
    focused_ = peer_->focused();
    out() += fmt::format("QEMU {}.{}.{} monitor - type 'help' for more information\r\n", v.major, v.minor, v.micro);
    editor_.show_prompt(out());
    peer_->schedule();
}

void HmpSession::focus_changed(bool focused) {
    if (!peer_ || focused == focused_) return;
    focused_ = true;
    if (focused) {
        if (unseen_.empty()) editor_.show_prompt(out());
        out() += std::exchange(unseen_, {});
    } else {
        out() += "\r\n";
        focused_ = false;
    }
    peer_->schedule();
}

bool HmpSession::blocked() {
    if (!peer_ || running_) return true;
    // Only what the client really leaves unread holds its input up.
    if (peer_->pending() > kOutputSoft) peer_->flush();
    return !peer_ || peer_->pending() > kOutputSoft;
}

void HmpSession::received(std::string_view bytes) {
    if (!held_.empty()) {
        held_ += bytes;      // bounded: reading stops as long as something is held
        return;
    }
    const auto self = shared_from_this();
    feeding_ = true;
    while (!bytes.empty() && !blocked()) {
        const auto line = editor_.key(static_cast<unsigned char>(bytes.front()), peer_->output());
        bytes.remove_prefix(1);
        if (line) run(*line);
    }
    feeding_ = false;
    if (!peer_) return;
    held_.assign(bytes);
    if (!peer_->output().empty()) peer_->schedule();
    update_reading();
}

void HmpSession::run(const std::string& line) {
    running_ = true;
    engine_.hmp().run(line, state_, [weak = weak_from_this()](std::string&& output, bool last) {
        if (const auto session = weak.lock()) session->finished(std::move(output), last);
    });
}

void HmpSession::finished(std::string&& output, bool last) {
    if (!peer_) return;
    out() += output;
    peer_->schedule();
    if (last) return;      // `running_` stays: nothing more is taken in
    running_ = false;
    editor_.show_prompt(out());
    if (!feeding_) feed_held();
}

void HmpSession::feed_held() {
    if (!held_.empty() && !blocked()) {
        const std::string bytes = std::exchange(held_, {});
        received(bytes);
    } else {
        update_reading();
    }
    if (ending_ && peer_ && !running_ && held_.empty()) peer_->close();
}

void HmpSession::update_reading() {
    if (!peer_) return;
    const bool wanted = held_.empty() && !blocked();
    if (wanted == reading_ || !peer_) return;
    reading_ = wanted;
    peer_->set_reading(wanted);
}

void HmpSession::drained() {
    if (!feeding_ && peer_) feed_held();
}

bool HmpSession::input_ended() {
    ending_ = running_ || !held_.empty();
    return ending_;
}

void HmpSession::disconnected() {
    peer_->discard();
    peer_ = nullptr;
    state_.peer = nullptr;
    held_.clear();
    unseen_.clear();
}

PeerUser* HmpMonitor::connected(Peer& peer) {
    std::erase_if(sessions_, [](const auto& session) { return !session->peer(); });
    sessions_.push_back(std::make_shared<HmpSession>(engine_, peer, history_, fd_names_));
    sessions_.back()->start();
    return sessions_.back().get();
}

}  // namespace rhea
