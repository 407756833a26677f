#pragma once
/// Intel PIIX3, function 0: the PCI to ISA bridge. It routes the four PCI interrupt lines to ISA interrupts and holds the
/// reset control register at 0xcf9. (Its IDE function 1 and the PIIX4's power management as function 3 are devices of their
/// own.)
#include <array>

#include "machine/gsi.h"
#include "machine/machine_control.h"
#include "machine/pci.h"

namespace rhea {

/// "isa.0", whose devices drive the lines that it hands out.
class IsaBus final : public Bus {
public:
    explicit IsaBus(Gsi& gsi) : Bus(kIsaBus, "isa.0"), gsi_(gsi) {}
    /// `number` below Gsi::kIsaLines.
    IrqLine irq(unsigned number) { return gsi_.line(number); }

private:
    Gsi& gsi_;
};

class Piix3 final : public PciDevice, public PciIrqRouter {
public:
    static const qom::Type kType;

    /// All outlive it. The caller connects it to the bus as the router.
    Piix3(AddressSpace& ports, Gsi& gsi, MachineControl& control);

    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;
    ~Piix3() override;
    void reset() override;
    void set_pirq(unsigned pirq, bool level) override;
    IsaBus& isa() { return isa_bus_; }

private:
    static constexpr unsigned kPirqs = 4;
    struct ResetControl final : IoHandler {
        explicit ResetControl(MachineControl& c) : control(c) {}
        std::uint64_t io_read(std::uint64_t, unsigned) override { return value; }
        void io_write(std::uint64_t, std::uint64_t written, unsigned) override;
        MachineControl& control;
        std::uint8_t value = 0;
    };

    void route();

    IsaBus isa_bus_;
    std::array<IrqLine, Gsi::kIsaLines> isa_;
    std::array<bool, kPirqs> levels_{};
    ResetControl reset_control_;
    Mapping mapping_;
};

extern const qom::Type kPiix3Common;      // "pci-piix3", its parent

}  // namespace rhea
