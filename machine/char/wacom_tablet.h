#pragma once
/// "wctablet": a Wacom PenPartner tablet on a serial line of 9600 bits per second (Wacom's serial protocol IV, as far as drivers use
/// it): lines of commands that end with CR, packets of seven bytes with the place of the pen.
#include <cstdint>
#include <string>

#include "machine/char/device_chardev.h"
#include "machine/input/input.h"

namespace rhea {

class OwnChardevs;

class WacomTablet final : public DeviceChardev, private PortLines, private InputDevice {
public:
    WacomTablet(const ChardevOptions& options, FileDescriptor log, OwnChardevs& owner);
    ~WacomTablet() override;

    PortLines* port_lines() override { return this; }

private:
    void received(std::string_view bytes) override;
    void left() override;
    void set_parameters(const SerialParameters& parameters) override;

    std::string_view input_name() const override { return "QEMU Wacom Pen Tablet"; }
    unsigned input_kinds() const override { return kind_bit(InputEventKind::btn) | kind_bit(InputEventKind::abs); }
    void input(const InputEvent& event) override;
    void input_done() override;

    void command(std::string_view line);
    void answer(std::string_view bytes);
    void report();

    OwnChardevs& owner_;
    int speed_ = 0;              // of the line; 0: nobody has set it
    std::string line_;
    std::int64_t x_ = 0, y_ = 0;
    bool pressed_ = false, reporting_ = false, changed_ = false;
};

}  // namespace rhea
