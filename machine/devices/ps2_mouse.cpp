#include "machine/devices/ps2_mouse.h"

#include "machine/devices/trace_points.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace rhea {

namespace {

enum Command : std::uint8_t {
    kScale1 = 0xe6, kScale2 = 0xe7, kSetResolution = 0xe8, kTellStatus = 0xe9, kStream = 0xea, kPoll = 0xeb, kUnwrap = 0xec,
    kWrap = 0xee, kRemote = 0xf0, kIdentify = 0xf2, kSetRate = 0xf3, kEnable = 0xf4, kDisable = 0xf5, kDefaults = 0xf6, kReset = 0xff,
};
constexpr std::uint8_t kAcknowledge = 0xfa, kSelfTestPassed = 0xaa;
// Status.
constexpr std::uint8_t kScaled = 0x10, kEnabled = 0x20, kRemoteMode = 0x40;
constexpr std::size_t kQueue = 16;  // bytes of movements that the guest has not read
constexpr std::int64_t kMostMotion = 1'000'000;  // remembered; nobody reads as much

std::uint8_t button_bit(InputButton button) {
    switch (button) {
        case InputButton::left: return 0x01;
        case InputButton::right: return 0x02;
        case InputButton::middle: return 0x04;
        case InputButton::side: return 0x08;
        case InputButton::extra: return 0x10;
        default: return 0;
    }
}

}  // namespace

Ps2Mouse::Ps2Mouse(I8042& controller, Input& input, MachineControl& control)
    : Ps2Device(kType), controller_(controller), input_(input), control_(control) {
    reset();
    controller_.attach_mouse(this);
    input_.add(*this);
}

Ps2Mouse::~Ps2Mouse() {
    input_.remove(*this);
    controller_.attach_mouse(nullptr);
}

void Ps2Mouse::defaults() {
    status_ = 0;
    resolution_ = 2;
    rate_ = 100;
}

void Ps2Mouse::reset() {
    defaults();
    type_ = Type::plain;
    wrap_ = false;
    knock_ = 0;
    parameter_of_ = 0;
    buttons_ = 0;
    dx_ = dy_ = dz_ = dw_ = 0;
}

void Ps2Mouse::input(const InputEvent& event) {
    if (!(status_ & kEnabled)) return;
    const auto add = [](std::int64_t& to, std::int64_t by) {
        to = std::clamp(to + std::clamp(by, -kMostMotion, kMostMotion), -kMostMotion, kMostMotion);
    };
    if (const auto* move = std::get_if<Data<InputMoveEvent>>(&event.u)) {
        if (event.type != InputEventKind::rel) return;
        if (move->data.axis == InputAxis::x) add(dx_, move->data.value);
        else add(dy_, -std::clamp(move->data.value, -kMostMotion, kMostMotion));
    } else if (const auto* press = std::get_if<Data<InputBtnEvent>>(&event.u)) {
        const auto bit = button_bit(press->data.button);
        buttons_ = static_cast<std::uint8_t>(press->data.down ? buttons_ | bit : buttons_ & ~bit);
        if (!press->data.down) return;
        switch (press->data.button) {
            case InputButton::wheel_up: return add(dz_, -1);
            case InputButton::wheel_down: return add(dz_, 1);
            case InputButton::wheel_left: return add(dw_, 1);
            case InputButton::wheel_right: return add(dw_, -1);
            default: return;
        }
    }
}

void Ps2Mouse::input_done() {
    if (!(status_ & kEnabled)) return;
    if (buttons_) control_.request_wakeup(WakeupCause::other);
    if (status_ & kRemoteMode) return;
    while (send_packet())
        if (dx_ == 0 && dy_ == 0 && dz_ == 0 && dw_ == 0) break;
}

std::array<std::uint8_t, 4> Ps2Mouse::take_packet() {
    const auto part = [](std::int64_t& of, std::int64_t most) {
        const auto now = std::clamp(of, -most, most);
        of -= now;
        return now;
    };
    const auto x = part(dx_, 127), y = part(dy_, 127);
    std::uint8_t fourth = 0;
    if (type_ == Type::wheel) {
        fourth = static_cast<std::uint8_t>(part(dz_, 127));
        dw_ = 0;
    } else if (type_ == Type::five_buttons) {
        if (dw_ != 0) fourth = static_cast<std::uint8_t>(0x40 | (part(dw_, 31) & 0x3f));
        else fourth = static_cast<std::uint8_t>((part(dz_, 7) & 0x0f) | (buttons_ & 0x18) << 1);
    } else {
        dz_ = dw_ = 0;
    }
    const auto first = static_cast<std::uint8_t>(0x08 | (x < 0 ? 0x10 : 0) | (y < 0 ? 0x20 : 0) | (buttons_ & 0x07));
    return {first, static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y), fourth};
}

bool Ps2Mouse::send_packet() {
    if (controller_.pending(true) + packet_size() > kQueue) return false;
    const auto packet = take_packet();
    for (std::size_t i = 0; i < packet_size(); ++i) controller_.received_from_mouse(packet[i]);
    return true;
}

void Ps2Mouse::set_parameter(std::uint8_t command, std::uint8_t value) {
    if (command == kSetResolution) resolution_ = value;
    if (command != kSetRate) return;
    rate_ = value;
    // 200, 100, 80 asks for the wheel; 200, 200, 80 for five buttons.
    if (knock_ == 0) knock_ = value == 200 ? 1 : 0;
    else if (knock_ == 1) knock_ = value == 100 ? 2 : value == 200 ? 3 : 0;
    else {
        if (value == 80) type_ = knock_ == 2 ? Type::wheel : Type::five_buttons;
        knock_ = 0;
    }
}

void Ps2Mouse::command(std::uint8_t byte) {
    trace_device<"ps2_write_mouse">("{} val {}", fmt::ptr(this), byte);
    const auto reply = [this](std::initializer_list<std::uint8_t> bytes) {
        controller_.reply_from(true, std::span(bytes.begin(), bytes.size()));
    };
    const auto set = [&](std::uint8_t bits, bool on) {
        status_ = static_cast<std::uint8_t>(on ? status_ | bits : status_ & ~bits);
        reply({kAcknowledge});
    };
    if (const auto command = std::exchange(parameter_of_, std::uint8_t{0})) {
        set_parameter(command, byte);
        return reply({kAcknowledge});
    }
    if (wrap_ && byte != kUnwrap && byte != kReset) return reply({byte});
    switch (byte) {
        case kScale1: return set(kScaled, false);
        case kScale2: return set(kScaled, true);
        case kStream: return set(kRemoteMode, false);
        case kRemote: return set(kRemoteMode, true);
        case kEnable: return set(kEnabled, true);
        case kDisable: return set(kEnabled, false);
        case kSetResolution:
        case kSetRate: parameter_of_ = byte; return reply({kAcknowledge});
        case kTellStatus: return reply({kAcknowledge, status_, resolution_, rate_});
        case kPoll: {
            const auto packet = take_packet();
            if (packet_size() == 3) return reply({kAcknowledge, packet[0], packet[1], packet[2]});
            return reply({kAcknowledge, packet[0], packet[1], packet[2], packet[3]});
        }
        case kWrap:
        case kUnwrap: wrap_ = byte == kWrap; return reply({kAcknowledge});
        case kIdentify: return reply({kAcknowledge, static_cast<std::uint8_t>(type_)});
        case kDefaults: defaults(); return reply({kAcknowledge});
        case kReset:
            reset();
            return reply({kAcknowledge, kSelfTestPassed, static_cast<std::uint8_t>(type_)});
        default: return;
    }
}

// --- QOM

namespace {

std::string controller_pin(const qom::Object& device, unsigned) {
    return device.parent() ? device.parent()->qom_path() + "/ps2-mouse-input-irq[0]" : std::string();
}
constexpr qom::Pins kPins[] = {{"", false, 1, true, controller_pin}};

}  // namespace

constinit const qom::Type Ps2Mouse::kType{.name = "ps2-mouse", .parent = &kPs2Device, .pins = kPins, .category = "Input", .pluggable = false};

}  // namespace rhea
