#pragma once
/// The keyboard of a VNC server's clients: from symbols to keys of the guest's keyboard, which are held together by all clients. Caps Lock and
/// Num Lock are pressed where a symbol needs them to be otherwise.
#include <bitset>
#include <cstdint>
#include <optional>

#include "machine/input/input.h"
#include "machine/vnc/keymap.h"

namespace rhea {

class VncKeyboard {
public:
    struct Settings {
        std::int64_t delay_ms = 10;   ///< between two keys
        bool sync_locks = true;
        bool by_symbol = false;       ///< what clients tell of codes does not count (-k)
        bool keep_console_keys = true;  ///< Ctrl-Alt-1 to 9 choose among screens, and are not the guest's
    };
    VncKeyboard(Input& input, Keymap keymap, Settings settings) : input_(input), keymap_(std::move(keymap)), settings_(settings) {}

    /// `code`: of the key, as send-key numbers them (QEMU's extended key event).
    void key(std::uint32_t symbol, std::optional<std::uint32_t> code, bool down);
    /// Lets go of everything that is held.
    void release();
    /// What the guest's keyboard shows: bits 1 Scroll Lock, 2 Num Lock, 4 Caps Lock.
    void set_leds(unsigned leds);

private:
    bool held(QKeyCode key) const { return held_[static_cast<std::size_t>(key)]; }
    void press(QKeyCode key, bool down);
    void tap(QKeyCode key);
    void sync_locks(std::uint32_t symbol, QKeyCode key);
    unsigned modifiers() const;
    bool is_console_key(QKeyCode key) const;

    Input& input_;
    Keymap keymap_;
    Settings settings_;
    std::bitset<256> held_;  // by QKeyCode
    bool caps_ = false, num_ = false;
    unsigned leds_ = 0;  // as the guest set them
};

}  // namespace rhea
