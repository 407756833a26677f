#include "machine/char/serial_mouse.h"

#include <sys/ioctl.h>

#include "machine/char/own_chardevs.h"

namespace rhea {

namespace {

constexpr std::size_t kQueue = 256;      // bytes that wait for the guest; packets that do not fit are lost

/// "M3", and then what it is, in characters of six bits.
constexpr std::string_view kIdentification("M3\x08\x01$1-5\x10\x10\x10\x11<<-/53%<<1%-5\x00-ICROSOFT\x00-OUSE\x19!\t", 44);

}  // namespace

SerialMouse::SerialMouse(const ChardevOptions& options, FileDescriptor log, OwnChardevs& owner)
    : DeviceChardev(options, std::move(log), "msmouse"), owner_(owner) {
    owner_.plug(*this);
}

SerialMouse::~SerialMouse() { owner_.unplug(*this); }

void SerialMouse::set_modem_lines(int lines) {
    const bool before = powered();
    lines_ = lines & (TIOCM_DTR | TIOCM_RTS);
    if (!powered()) {
        forget_waiting();
        dx_ = dy_ = 0;
        left_button_ = right_button_ = middle_button_ = middle_changed_ = moved_ = false;
    } else if (!before) {
        send(kIdentification);
    }
}

void SerialMouse::input(const InputEvent& event) {
    if (!powered()) return;
    moved_ = true;
    if (event.type == InputEventKind::rel) {
        const auto& move = std::get<Data<InputMoveEvent>>(event.u).data;
        (move.axis == InputAxis::x ? dx_ : dy_) += move.value;
        return;
    }
    const auto& press = std::get<Data<InputBtnEvent>>(event.u).data;
    if (press.button == InputButton::left) left_button_ = press.down;
    if (press.button == InputButton::right) right_button_ = press.down;
    if (press.button == InputButton::middle && middle_button_ != press.down) {
        middle_button_ = press.down;
        middle_changed_ = true;
    }
}

void SerialMouse::input_done() {
    if (!std::exchange(moved_, false)) return;
    const auto dx = static_cast<unsigned>(std::exchange(dx_, 0)), dy = static_cast<unsigned>(std::exchange(dy_, 0));
    std::string packet;
    packet += static_cast<char>(0x40 | (left_button_ ? 0x20 : 0) | (right_button_ ? 0x10 : 0) | (dy & 0xc0) >> 4 | (dx & 0xc0) >> 6);
    packet += static_cast<char>(dx & 0x3f);
    packet += static_cast<char>(dy & 0x3f);
    if (std::exchange(middle_changed_, false)) packet += static_cast<char>(middle_button_ ? 0x20 : 0);
    if (waiting() + packet.size() <= kQueue) send(packet);
}

}  // namespace rhea
