#include "chardev/mux_chardev.h"

#include <fmt/format.h>

#include <algorithm>

namespace rhea {

namespace {

constexpr char kEscape = 1;  // Ctrl-A

constexpr std::string_view kHelp =
    "\n\r"
    "C-a h    print this help\n\r"
    "C-a x    exit emulator\n\r"
    "C-a s    save disk data back to file (if -snapshot)\n\r"
    "C-a t    toggle console timestamps\n\r"
    "C-a b    send break (magic sysrq)\n\r"
    "C-a c    switch between console and monitor\n\r"
    "C-a C-a  sends C-a\n\r";

}  // namespace

/// A front end and its view of the stream.
class MuxChardev::Slot final : public Peer {
public:
    Slot(MuxChardev& mux, CharFrontend& frontend) : mux_(mux), frontend_(&frontend) {}

    void schedule() override {
        if (output_.empty() || !mux_.lower_) return;
        mux_.write(output_);
        output_.clear();
    }
    void flush() override {
        schedule();
        if (mux_.lower_) mux_.lower_->flush();
    }
    std::size_t pending() const override { return output_.size() + (mux_.lower_ ? mux_.lower_->pending() : 0); }
    void set_reading(bool on) override {
        reading_ = on;
        mux_.update_reading();
    }
    void close() override {
        schedule();
        if (mux_.lower_) mux_.lower_->close();
    }
    int take_fd() override { return mux_.lower_ ? mux_.lower_->take_fd() : -1; }
    bool focused() const override { return mux_.focused() == this; }

    void announce() {
        announced_ = reading_ = true;
        user_ = frontend_->connected(*this);
    }

    MuxChardev& mux_;
    CharFrontend* frontend_;
    PeerUser* user_ = nullptr;
    bool reading_ = true;
    bool announced_ = false;
};

MuxChardev::MuxChardev(std::string label, const ChardevContext& context, Chardev& base)
    : Chardev(std::move(label)), TurnTask(context.turn), host_(context.host), base_(base) {
    CharFrontend& frontend = *this;
    base_.set_frontend_open(false);
    base_.attach(&frontend);
}

MuxChardev::~MuxChardev() = default;

void MuxChardev::shut_down() {
    for (const auto& slot : slots_) slot->schedule();
    attach(nullptr);
    CharFrontend& frontend = *this;
    base_.detach(frontend);
    lower_ = nullptr;
}

CharFrontend* MuxChardev::frontend() const { return focused() ? focused()->frontend_ : nullptr; }

void MuxChardev::attach(CharFrontend* frontend) {
    if (!frontend) {
        for (auto& slot : std::exchange(slots_, {})) turn().bury(std::move(slot));  // one may be on the call stack
        focus_ = 0;
        return;
    }
    base_.set_frontend_open(true);
    slots_.push_back(std::make_unique<Slot>(*this, *frontend));
    set_focus(slots_.size() - 1);
    queue();
}

void MuxChardev::detach(CharFrontend& frontend) {
    const auto at = std::find_if(slots_.begin(), slots_.end(), [&](const auto& s) { return s->frontend_ == &frontend; });
    if (at == slots_.end()) return;
    const auto index = static_cast<std::size_t>(at - slots_.begin());
    const bool had_focus = index == focus_;
    (*at)->schedule();
    turn().bury(std::move(*at));
    slots_.erase(at);
    if (index < focus_ || focus_ >= slots_.size()) focus_ = focus_ > 0 ? focus_ - 1 : 0;
    if (had_focus && focused() && focused()->user_) focused()->user_->focus_changed(true);
    update_reading();
}

void MuxChardev::set_focus(std::size_t slot) {
    if (Slot* old = focused(); old && old->user_ && slot != focus_) {
        focus_ = slot;
        old->user_->focus_changed(false);
    }
    focus_ = slot;
    if (focused()->user_) focused()->user_->focus_changed(true);
    update_reading();
}

void MuxChardev::update_reading() {
    if (lower_) lower_->set_reading(!focused() || focused()->reading_);
}

PeerUser* MuxChardev::connected(Peer& peer) {
    if (lower_) return nullptr;  // a base with several clients: its input cannot be told apart
    lower_ = &peer;
    escaped_ = false;
    queue();
    return this;
}

void MuxChardev::turn_end() {
    for (std::size_t i = 0; lower_ && i < slots_.size(); ++i)
        if (!slots_[i]->announced_) slots_[i]->announce();
}

void MuxChardev::received(std::string_view bytes) {
    while (!bytes.empty() && lower_) {
        if (std::exchange(escaped_, false)) {
            const char key = bytes.front();
            if (key == kEscape) deliver(bytes.substr(0, 1));
            else command(key);
            bytes.remove_prefix(1);
            continue;
        }
        const auto plain = bytes.substr(0, bytes.find(kEscape));
        if (!plain.empty()) deliver(plain);
        bytes.remove_prefix(plain.size());
        if (bytes.empty()) break;
        escaped_ = true;
        bytes.remove_prefix(1);
    }
}

void MuxChardev::deliver(std::string_view bytes) {
    if (Slot* slot = focused(); slot && slot->user_) slot->user_->received(bytes);
}

void MuxChardev::command(char key) {
    switch (key) {
        case '?':
        case 'h': write(kHelp); break;
        case 'x':
            write("QEMU: Terminated\n\r");
            if (host_.quit) host_.quit();
            break;
        case 's':
            if (host_.commit_disks) host_.commit_disks();
            break;
        case 'b': send_break(); break;
        case 'c':
            if (!slots_.empty()) set_focus((focus_ + 1) % slots_.size());
            break;
        case 't':
            timestamps_ = !timestamps_;
            first_stamp_ = 0;
            line_start_ = false;
            break;
        default: break;
    }
}

/// Output of all front ends goes the same way, and with a time at the start of each line if somebody wants that.
void MuxChardev::write(std::string_view bytes) {
    if (!lower_) return;
    std::string& out = lower_->output();
    if (!timestamps_) {
        out += bytes;
    } else {
        for (const char c : bytes) {
            if (std::exchange(line_start_, c == '\n')) {
                const std::uint64_t now = uv_now(turn().loop());
                if (first_stamp_ == 0) first_stamp_ = now;
                const std::uint64_t ms = now - first_stamp_, s = ms / 1000;
                out += fmt::format("[{:02}:{:02}:{:02}.{:03}] ", s / 3600, s / 60 % 60, s % 60, ms % 1000);
            }
            out += c;
        }
    }
    lower_->schedule();
}

bool MuxChardev::input_ended() {
    bool answers_to_come = false;
    for (const auto& slot : slots_)
        if (slot->user_ && slot->user_->input_ended()) answers_to_come = true;
    return answers_to_come;
}

void MuxChardev::disconnected() {
    lower_ = nullptr;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        slots_[i]->announced_ = false;
        if (PeerUser* user = std::exchange(slots_[i]->user_, nullptr)) user->disconnected();
    }
}

void MuxChardev::drained() {
    for (std::size_t i = 0; i < slots_.size(); ++i)
        if (slots_[i]->user_) slots_[i]->user_->drained();
}

}  // namespace rhea
