#pragma once
/// A PS/2 mouse behind the i8042 (the same reference; Microsoft's IntelliMouse extensions): three bytes a movement, four after
/// a guest has asked for the wheel or for five buttons.
#include <array>

#include "machine/devices/i8042.h"
#include "machine/input/input.h"

namespace rhea {

class Ps2Mouse final : public Ps2Device, public InputDevice {
public:
    static const qom::Type kType;

    /// All outlive it. A button wakes a machine that sleeps.
    Ps2Mouse(I8042& controller, Input& input, MachineControl& control);
    ~Ps2Mouse() override;

    void reset() override;
    void command(std::uint8_t byte) override;

    std::string_view input_name() const override { return "QEMU PS/2 Mouse"; }
    unsigned input_kinds() const override { return kind_bit(InputEventKind::btn) | kind_bit(InputEventKind::rel); }
    void input(const InputEvent& event) override;
    void input_done() override;

private:
    enum class Type : std::uint8_t { plain = 0, wheel = 3, five_buttons = 4 };

    void defaults();
    void set_parameter(std::uint8_t command, std::uint8_t value);
    /// False: the guest has to read first.
    bool send_packet();
    std::array<std::uint8_t, 4> take_packet();
    std::size_t packet_size() const { return type_ == Type::plain ? 3 : 4; }

    I8042& controller_;
    Input& input_;
    MachineControl& control_;
    std::uint8_t status_ = 0, resolution_, rate_;
    Type type_ = Type::plain;
    bool wrap_ = false;
    unsigned knock_ = 0;             // how far the guest is with the rates that ask for an extension
    std::uint8_t parameter_of_ = 0;  // the command whose parameter comes next
    std::uint8_t buttons_ = 0;
    std::int64_t dx_ = 0, dy_ = 0, dz_ = 0, dw_ = 0;
};

}  // namespace rhea
