#pragma once
/// "msmouse": a Microsoft serial mouse with three buttons (the protocol of that mouse; its identification follows the Plug and Play
/// External COM Device Specification 1.0). It lives on the power of the modem lines DTR and RTS.
#include <cstdint>

#include "machine/char/device_chardev.h"
#include "machine/input/input.h"

namespace rhea {

class OwnChardevs;

class SerialMouse final : public DeviceChardev, private PortLines, private InputDevice {
public:
    SerialMouse(const ChardevOptions& options, FileDescriptor log, OwnChardevs& owner);
    ~SerialMouse() override;

    PortLines* port_lines() override { return this; }

private:
    void left() override { set_modem_lines(0); }
    std::optional<int> modem_lines() override { return lines_; }
    void set_modem_lines(int lines) override;

    std::string_view input_name() const override { return "QEMU Microsoft Mouse"; }
    unsigned input_kinds() const override { return kind_bit(InputEventKind::btn) | kind_bit(InputEventKind::rel); }
    void input(const InputEvent& event) override;
    void input_done() override;
    bool powered() const { return lines_ != 0; }

    OwnChardevs& owner_;
    int lines_ = 0;      // TIOCM_DTR and TIOCM_RTS
    std::int64_t dx_ = 0, dy_ = 0;
    bool left_button_ = false, right_button_ = false, middle_button_ = false, middle_changed_ = false;
    bool moved_ = false;      // there was an event since the last packet
};

}  // namespace rhea
