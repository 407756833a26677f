#pragma once
/// Intel 8042 keyboard controller at ports 0x60 and 0x64: the controller itself, with its ways to reset the machine and to
/// switch the A20 gate. A keyboard and a mouse may be attached to it.
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "machine/address_space.h"
#include "machine/device.h"
#include "machine/irq.h"
#include "machine/machine_control.h"

namespace rhea {

/// A keyboard or mouse on the other end of the cable; answers with I8042::received_from_*.
class Ps2Device : public Device {
public:
    using Device::Device;
    virtual void command(std::uint8_t byte) = 0;
};

class I8042 final : public Device {
public:
    static const qom::Type kType;

    /// All outlive it. Keyboard and mouse are ISA interrupts 1 and 12.
    I8042(AddressSpace& ports, IrqLine keyboard_irq, IrqLine mouse_irq, MachineControl& control);

    void reset() override;
    /// Null detaches. They outlive it, or are detached.
    void attach_keyboard(Ps2Device* keyboard) { keyboard_ = keyboard; }
    void attach_mouse(Ps2Device* mouse) { mouse_ = mouse; }
    /// Keeps what is attached, as an object of this name.
    Ps2Device& keep(std::string name, std::unique_ptr<Ps2Device> device);
    /// A byte for the guest. What does not fit into the buffer of 256 bytes is lost, as it is on the wire. False: it was
    /// lost.
    bool received_from_keyboard(std::uint8_t byte) { return queue(byte, false); }
    bool received_from_mouse(std::uint8_t byte) { return queue(byte, true); }

    /// An answer to a command: it comes before what the device has to tell of its own accord.
    void reply_from(bool mouse, std::span<const std::uint8_t> bytes);
    /// Bytes of the device that the guest has not read.
    std::size_t pending(bool mouse) const;
    /// The guest wants codes of set 2 translated into those of set 1.
    bool translates() const { return (mode_ & 0x40) != 0; }
    std::string irq_path(bool mouse) const { return (mouse ? mouse_irq_ : keyboard_irq_).target_path(); }

private:
    struct Port final : IoHandler {
        Port(I8042& k, bool is_command) : controller(k), command(is_command) {}
        std::uint64_t io_read(std::uint64_t, unsigned) override;
        void io_write(std::uint64_t, std::uint64_t value, unsigned) override;
        I8042& controller;
        bool command;
    };
    struct Byte {
        std::uint8_t value;
        bool from_mouse;
    };

    bool queue(std::uint8_t byte, bool from_mouse);
    void reply(std::uint8_t byte, bool as_mouse = false);
    std::optional<Byte> output() const;
    std::uint8_t read_data();
    void write_data(std::uint8_t value);
    void write_command(std::uint8_t value);
    void write_output_port(std::uint8_t value);
    void update();

    MachineControl& control_;
    IrqLine keyboard_irq_, mouse_irq_;
    Port data_, command_;
    Mapping data_mapping_, command_mapping_;
    Ps2Device* keyboard_ = nullptr;
    Ps2Device* mouse_ = nullptr;

    std::optional<Byte> reply_;  // the controller's own answer; goes first, a new one replaces it
    std::deque<Byte> from_devices_;
    std::uint8_t status_, mode_, output_port_;
    std::uint8_t last_ = 0;      // what an empty buffer reads as
    std::vector<std::unique_ptr<Ps2Device>> kept_;
    std::uint8_t data_for_ = 0;  // the command that the next byte at 0x60 belongs to; 0: the keyboard
};

extern const qom::Type kPs2Device;      // "ps2-device"

}  // namespace rhea
