#include "machine/vnc/keyboard.h"

#include <utility>

#include "machine/vnc/trace_points.h"

namespace rhea {

namespace {

constexpr auto kKeys = static_cast<std::size_t>(QKeyCode::lang2) + 1;
static_assert(kKeys <= 256);

constexpr std::uint32_t kSymbolMask = 0xffff;  // what lies above says that it is Unicode

bool is_letter(std::uint32_t symbol) { return (symbol >= 'a' && symbol <= 'z') || (symbol >= 'A' && symbol <= 'Z'); }
/// As send-key numbers it.
unsigned number_of(QKeyCode key) {
    const unsigned code = scan_codes(key).set1;
    return code > 0xff ? (code & 0x7f) | 0x80 : code;
}
/// What the keypad makes with Num Lock on: digits and a point.
bool needs_num_lock(std::uint32_t symbol) { return (symbol >= 0xffb0 && symbol <= 0xffb9) || symbol == 0xffac || symbol == 0xffae; }
/// The block of four rows, without what stands around the digits and is the same either way.
bool is_keypad(QKeyCode key) {
    const auto code = scan_codes(key).set1;
    return code >= 0x47 && code <= 0x53;
}

}  // namespace

void VncKeyboard::press(QKeyCode key, bool down) {
    if (!down && !held(key)) return;
    held_[static_cast<std::size_t>(key)] = down;
    if (down && key == QKeyCode::caps_lock) caps_ = !caps_;
    if (down && key == QKeyCode::num_lock) num_ = !num_;
    input_.play_key(key, down, settings_.delay_ms);
}

void VncKeyboard::tap(QKeyCode key) {
    press(key, true);
    press(key, false);
}

void VncKeyboard::sync_locks(std::uint32_t symbol, QKeyCode key) {
    if (is_keypad(key) && needs_num_lock(symbol) != num_) {
        trace_vnc<"vnc_key_sync_numlock">("{}", int{!num_});
        tap(QKeyCode::num_lock);
    }
    if (!is_letter(symbol)) return;
    const bool upper = symbol <= 'Z', shift = held(QKeyCode::shift) || held(QKeyCode::shift_r);
    if (upper == (shift != caps_)) return;
    trace_vnc<"vnc_key_sync_capslock">("{}", int{!caps_});
    tap(QKeyCode::caps_lock);
}

unsigned VncKeyboard::modifiers() const {
    unsigned bits = 0;
    if (held(QKeyCode::shift) || held(QKeyCode::shift_r)) bits |= Keymap::kShift;
    if (held(QKeyCode::alt_r)) bits |= Keymap::kAltGr;
    if (held(QKeyCode::ctrl) || held(QKeyCode::ctrl_r)) bits |= Keymap::kControl;
    return bits;
}

bool VncKeyboard::is_console_key(QKeyCode key) const {
    return settings_.keep_console_keys && key >= QKeyCode::k1 && key <= QKeyCode::k9 && (held(QKeyCode::ctrl) || held(QKeyCode::ctrl_r)) &&
           (held(QKeyCode::alt) || held(QKeyCode::alt_r));
}

void VncKeyboard::key(std::uint32_t symbol, std::optional<std::uint32_t> code, bool down) {
    if (settings_.by_symbol) code.reset();
    const QKeyCode key = code ? key_from_number(*code)
                                                         : keymap_.find(symbol & kSymbolMask, down, modifiers(), [this](QKeyCode k) { return held(k); });
    if (key == QKeyCode::unmapped) return;
    if (code) trace_vnc<"vnc_key_event_ext">("down {}, sym 0x{:x}, keycode 0x{:x} [{}]", int{down}, symbol, *code, enum_name(key));
    else trace_vnc<"vnc_key_event_map">("down {}, sym 0x{:x} -> keycode 0x{:x} [{}]", int{down}, symbol, number_of(key), enum_name(key));
    if (down && is_console_key(key)) return;
    if (down && settings_.sync_locks) sync_locks(symbol, key);
    press(key, down);
}

void VncKeyboard::release() {
    for (std::size_t key = 0; key < kKeys; ++key) press(static_cast<QKeyCode>(key), false);
}

void VncKeyboard::set_leds(unsigned leds) {
    if (std::exchange(leds_, leds) == leds) return;
    num_ = leds & 2;
    caps_ = leds & 4;
    trace_vnc<"vnc_key_guest_leds">("caps {}, num {}, scroll {}", int{caps_}, int{num_}, leds & 1);
}

}  // namespace rhea
