#include "machine/devices/ps2_keyboard.h"

#include "machine/devices/trace_points.h"

#include <initializer_list>
#include <utility>

namespace rhea {

namespace {

enum Command : std::uint8_t {
    kSetLights = 0xed, kEcho = 0xee, kScanCodeSet = 0xf0, kIdentify = 0xf2, kSetRate = 0xf3, kEnable = 0xf4,
    kDefaultsAndDisable = 0xf5, kDefaults = 0xf6, kKeyMakeBreak = 0xfc, kReset = 0xff,
};
constexpr std::uint8_t kAcknowledge = 0xfa, kResend = 0xfe, kSelfTestPassed = 0xaa;
constexpr std::size_t kQueue = 16;  // bytes of keys that the guest has not read

}  // namespace

Ps2Keyboard::Ps2Keyboard(I8042& controller, Input& input, MachineControl& control)
    : Ps2Device(kType), controller_(controller), input_(input), control_(control) {
    controller_.attach_keyboard(this);
    input_.add(*this);
}

Ps2Keyboard::~Ps2Keyboard() {
    input_.remove(*this);
    controller_.attach_keyboard(nullptr);
}

void Ps2Keyboard::reset() {
    enabled_ = true;
    set_ = 2;
    modifiers_ = 0;
    parameter_of_ = 0;
    input_.set_leds(0);
}

bool Ps2Keyboard::first_set() const { return set_ == 1 || (set_ == 2 && controller_.translates()); }

Ps2Keyboard::Modifier Ps2Keyboard::modifier(QKeyCode key) {
    switch (key) {
        case QKeyCode::shift: return kShiftLeft;
        case QKeyCode::shift_r: return kShiftRight;
        case QKeyCode::ctrl: return kControlLeft;
        case QKeyCode::ctrl_r: return kControlRight;
        case QKeyCode::alt: return kAltLeft;
        case QKeyCode::alt_r: return kAltRight;
        default: return Modifier{};
    }
}

/// All of it or nothing: half a code would be another key.
void Ps2Keyboard::send(std::span<const std::uint8_t> bytes) {
    if (controller_.pending(false) + bytes.size() > kQueue) return;
    for (const auto byte : bytes) controller_.received_from_keyboard(byte);
}

void Ps2Keyboard::send_key(std::uint16_t code, bool down) {
    std::uint8_t bytes[3];
    std::size_t size = 0;
    auto low = static_cast<std::uint8_t>(code);
    if (code == 0) return;
    if (code > 0xff) bytes[size++] = static_cast<std::uint8_t>(code >> 8);
    if (!down && first_set()) low |= 0x80;
    else if (!down) bytes[size++] = 0xf0;
    bytes[size++] = low;
    send(std::span(bytes, size));
}

/// Shifted by nothing it comes with a shift of its own, with Alt it is another key, SysRq.
void Ps2Keyboard::print_screen(bool down) {
    const bool one = first_set();
    const auto put = [this](std::initializer_list<std::uint8_t> bytes) { send(std::span(bytes.begin(), bytes.size())); };
    if (modifiers_ & kAltLeft) {
        if (one) down ? put({0xb8, 0x38, 0x54}) : put({0xd4, 0xb8, 0x38});
        else down ? put({0xf0, 0x11, 0x11, 0x84}) : put({0xf0, 0x84, 0xf0, 0x11, 0x11});
    } else if (modifiers_ & kAltRight) {
        if (one) down ? put({0xe0, 0xb8, 0xe0, 0x38, 0x54}) : put({0xd4, 0xe0, 0xb8, 0xe0, 0x38});
        else down ? put({0xe0, 0xf0, 0x11, 0xe0, 0x11, 0x84}) : put({0xf0, 0x84, 0xe0, 0xf0, 0x11, 0xe0, 0x11});
    } else if (modifiers_ & (kShiftLeft | kShiftRight | kControlLeft | kControlRight)) {
        send_key(one ? 0xe037 : 0xe07c, down);
    } else if (one) {
        down ? put({0xe0, 0x2a, 0xe0, 0x37}) : put({0xe0, 0xb7, 0xe0, 0xaa});
    } else {
        down ? put({0xe0, 0x12, 0xe0, 0x7c}) : put({0xe0, 0xf0, 0x7c, 0xe0, 0xf0, 0x12});
    }
}

/// Pause is pressed and released in one; with Ctrl it is Break.
void Ps2Keyboard::pause() {
    const auto put = [this](std::initializer_list<std::uint8_t> bytes) { send(std::span(bytes.begin(), bytes.size())); };
    if (modifiers_ & (kControlLeft | kControlRight)) {
        if (first_set()) put({0xe0, 0x46, 0xe0, 0xc6});
        else put({0xe0, 0x7e, 0xe0, 0xf0, 0x7e});
    } else if (first_set()) {
        put({0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5});
    } else {
        put({0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77});
    }
}

void Ps2Keyboard::input(const InputEvent& event) {
    const auto* data = std::get_if<Data<InputKeyEvent>>(&event.u);
    if (!data) return;
    const auto key = key_code(data->data.key);
    const bool down = data->data.down;
    control_.request_wakeup(WakeupCause::other);
    const auto bit = modifier(key);
    modifiers_ = static_cast<std::uint8_t>(down ? modifiers_ | bit : modifiers_ & ~bit);
    const auto codes = scan_codes(key);
    if (set_ == 3) return send_key(codes.set3, down);
    if (key == QKeyCode::print || key == QKeyCode::sysrq) return print_screen(down);
    if (key == QKeyCode::pause) return down ? pause() : void();
    if (set_ == 1) return send_key(codes.set1, down);
    // What the second set has no code for there is nothing to translate of.
    if (codes.set2 != 0) send_key(first_set() ? codes.set1 : codes.set2, down);
}

void Ps2Keyboard::command(std::uint8_t byte) {
    trace_device<"ps2_write_keyboard">("{} val {}", fmt::ptr(this), byte);
    const auto reply = [this](std::initializer_list<std::uint8_t> bytes) {
        controller_.reply_from(false, std::span(bytes.begin(), bytes.size()));
    };
    if (const auto command = std::exchange(parameter_of_, std::uint8_t{0})) {
        if (command == kScanCodeSet && byte == 0) {
            // Translated, the number of the set is a scan code like any other.
            constexpr std::uint8_t kTranslated[] = {0x43, 0x41, 0x3f};
            return reply({kAcknowledge, controller_.translates() ? kTranslated[set_ - 1] : set_});
        }
        if (command == kScanCodeSet && byte > 3) return reply({kResend});
        if (command == kScanCodeSet) set_ = byte;
        if (command == kSetLights) input_.set_leds(byte & 7);
        return reply({kAcknowledge});
    }
    switch (byte) {
        case kSetLights:
        case kScanCodeSet:
        case kSetRate:
        case kKeyMakeBreak: parameter_of_ = byte; return reply({kAcknowledge});
        case kEcho: return reply({kEcho});
        case kIdentify:
            return reply({kAcknowledge, 0xab, controller_.translates() ? std::uint8_t{0x41} : std::uint8_t{0x83}});
        case kEnable: enabled_ = true; return reply({kAcknowledge});
        case kDefaultsAndDisable:
        case kDefaults:
            reset();
            enabled_ = byte == kDefaults;
            return reply({kAcknowledge});
        case kReset: reset(); return reply({kAcknowledge, kSelfTestPassed});
        case 0x00: return reply({kAcknowledge});
        default: return reply({kResend});
    }
}

// --- QOM

namespace {

std::string controller_pin(const qom::Object& device, unsigned) {
    return device.parent() ? device.parent()->qom_path() + "/ps2-kbd-input-irq[0]" : std::string();
}
constexpr qom::Pins kPins[] = {{"", false, 1, true, controller_pin}};

}  // namespace

constinit const qom::Type Ps2Keyboard::kType{.name = "ps2-kbd", .parent = &kPs2Device, .pins = kPins, .category = "Input", .pluggable = false};

}  // namespace rhea
