#pragma once
/// Intel 82093AA I/O APIC: 24 interrupt pins, each turned into a message to the CPUs' local APICs.
#include <array>
#include <cstdint>
#include <functional>

#include "machine/address_space.h"
#include "machine/device.h"
#include "machine/irq.h"

namespace rhea {

/// One interrupt message.
struct ApicMessage {
    std::uint8_t vector;
    std::uint8_t delivery_mode;  ///< 0 fixed, 1 lowest priority, 2 SMI, 4 NMI, 5 INIT, 7 external
    bool logical;
    std::uint8_t destination;
    bool level_triggered;
};

class IoApic final : public Device, public IrqReceiver {
public:
    static const qom::Type kType;

    static constexpr unsigned kPins = 24;
    static constexpr std::uint64_t kAddress = 0xfec00000;

    /// `deliver` may be empty: nobody takes messages.
    IoApic(AddressSpace& memory, std::function<void(const ApicMessage&)> deliver);

    /// For people.
    struct State {
        const std::array<std::uint64_t, kPins>& table;
        std::uint32_t requests;
        std::uint8_t selected, id, version;
    };
    State state() const { return {table_, requests_, selected_, id_, static_cast<std::uint8_t>(values().integer("version"))}; }
    /// How often each of the board's lines rose since the start.
    const std::array<std::uint64_t, kPins>& counts() const { return counts_; }

    void reset() override;
    /// `line` is the board's: its interrupt 0 is wired to pin 2.
    void set_irq(unsigned line, bool level) override;
    /// A local APIC ended a level triggered interrupt.
    void end_of_interrupt(std::uint8_t vector);

private:
    struct Registers final : IoHandler {
        explicit Registers(IoApic& a) : apic(a) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        IoApic& apic;
    };

    using Device::read;      // of the object, not hidden by that of the registers
    std::uint32_t read() const;
    void write(std::uint32_t value);
    void service(unsigned pin);

    std::function<void(const ApicMessage&)> deliver_;
    Registers registers_;
    Mapping mapping_;
    std::array<std::uint64_t, kPins> table_{}, counts_{};
    std::uint32_t levels_ = 0, requests_ = 0;  // a bit for each pin
    std::uint8_t selected_ = 0, id_ = 0;
};

extern const qom::Type kIoApicCommon;      // "ioapic-common", its parent

}  // namespace rhea
