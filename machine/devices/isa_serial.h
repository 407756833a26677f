#pragma once
/// "isa-serial": a 16550A at COM1 to COM4, with the "serial" inside it as an object of its own.
#include <cstdint>

#include "machine/device.h"
#include "machine/devices/uart16550.h"

namespace rhea {

/// Where a serial or parallel port is, for its properties.
struct IsaPortPlace {
    unsigned index;
    std::uint16_t base;
    unsigned irq;
    const Chardev* chardev;      ///< null: none
};
void show_port(Device& port, const IsaPortPlace& place);

/// The UART as an object. Its properties are those of the port.
class SerialObject final : public Device {
public:
    static const qom::Type kType;

    explicit SerialObject(const Device& port) : Device(kType), port_(port) { set_realized(); }
    QObject read(const qom::Property& property) const override;

private:
    const Device& port_;
};

class IsaSerial final : public Device {
public:
    static const qom::Type kType;

    static constexpr unsigned kPorts = 4;
    static constexpr std::uint16_t kBases[kPorts] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};
    static constexpr unsigned kIrqs[kPorts] = {4, 3, 4, 3};

    /// All outlive it; `chardev` may be null.
    IsaSerial(AddressSpace& ports, Clocks& clocks, std::uint16_t base, IrqLine irq, Chardev* chardev)
        : Device(kType),
          uart_(clocks, irq, chardev),
          mapping_(ports, {.name = "serial", .base = base, .size = Uart16550::kRegisters, .handler = &uart_, .max_access = 1}) {
        add_part("serial", object_);
    }

    void reset() override { uart_.reset(); }
    Uart16550& uart() { return uart_; }

private:
    Uart16550 uart_;
    Mapping mapping_;
    SerialObject object_{*this};
};

}  // namespace rhea
