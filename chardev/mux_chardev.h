#pragma once
/// One chardev shared by several front ends: all write to it, one of them has the input. Whoever types moves it on with
/// Ctrl-A c; Ctrl-A h tells what else there is.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chardev/chardev.h"
#include "chardev/stream_chardev.h"

namespace rhea {

class MuxChardev final : public Chardev, private CharFrontend, private PeerUser, private TurnTask {
public:
    static constexpr std::size_t kMaxFrontends = 4;

    /// Attaches to `base`, which is free, outlives it and is not otherwise used.
    MuxChardev(std::string label, const ChardevContext& context, Chardev& base);
    ~MuxChardev() override;

    std::string filename() const override { return "mux"; }
    /// One more; the newest has the input. It hears of the stream at the end of the turn, when it is known who has the focus
    /// in the end. Null takes all away.
    void attach(CharFrontend* frontend) override;
    void detach(CharFrontend& frontend) override;
    CharFrontend* frontend() const override;
    bool in_use() const override { return slots_.size() >= kMaxFrontends; }
    bool busy() const override { return true; }
    void set_echo(bool on) override { base_.set_echo(on); }
    void shut_down() override;

private:
    class Slot;

    PeerUser* connected(Peer& peer) override;
    void received_break() override { send_break(); }

    void received(std::string_view bytes) override;
    bool input_ended() override;
    void disconnected() override;
    void drained() override;

    void turn_end() override;
    void command(char key);
    void set_focus(std::size_t slot);
    void deliver(std::string_view bytes);
    void write(std::string_view bytes);
    void update_reading();
    Slot* focused() const { return focus_ < slots_.size() ? slots_[focus_].get() : nullptr; }

    const ChardevHost& host_;
    Chardev& base_;
    Peer* lower_ = nullptr;  // the stream of the base, while there is one
    std::vector<std::unique_ptr<Slot>> slots_;
    std::size_t focus_ = 0;
    bool escaped_ = false;  // after Ctrl-A
    bool timestamps_ = false, line_start_ = false;
    std::uint64_t first_stamp_ = 0;  // ms
};

}  // namespace rhea
