#pragma once
/// A PS/2 keyboard behind the i8042 (IBM PS/2 hardware interface technical reference, keyboard and auxiliary device controller):
/// scan code sets 1 to 3, and set 2 translated as the controller says.
#include "machine/devices/i8042.h"
#include "machine/input/input.h"

namespace rhea {

class Ps2Keyboard final : public Ps2Device, public InputDevice {
public:
    static const qom::Type kType;

    /// All outlive it. A key wakes a machine that sleeps.
    Ps2Keyboard(I8042& controller, Input& input, MachineControl& control);
    ~Ps2Keyboard() override;

    void reset() override;
    void command(std::uint8_t byte) override;

    std::string_view input_name() const override { return "QEMU PS/2 Keyboard"; }
    unsigned input_kinds() const override { return kind_bit(InputEventKind::key); }
    void input(const InputEvent& event) override;

private:
    enum Modifier : std::uint8_t {
        kShiftLeft = 1, kShiftRight = 2, kControlLeft = 4, kControlRight = 8, kAltLeft = 16, kAltRight = 32
    };
    static Modifier modifier(QKeyCode key);
    void send(std::span<const std::uint8_t> bytes);
    void send_key(std::uint16_t code, bool down);
    void print_screen(bool down);
    void pause();
    /// Codes of set 1 go out: the guest asked for it, or the controller translates set 2.
    bool first_set() const;

    I8042& controller_;
    Input& input_;
    MachineControl& control_;
    bool enabled_ = true;
    std::uint8_t set_ = 2, modifiers_ = 0;
    std::uint8_t parameter_of_ = 0;  // the command whose parameter comes next
};

}  // namespace rhea
