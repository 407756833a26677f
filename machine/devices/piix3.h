#pragma once
/// Intel PIIX3, function 0: the PCI to ISA bridge. It routes the four PCI interrupt lines to ISA interrupts and holds the
/// reset control register at 0xcf9. (Its IDE function 1 and the PIIX4's power management as function 3 are devices of their
/// own.)
#include <array>

#include "machine/devices/isa_bus.h"
#include "machine/pci.h"

namespace rhea {

class Piix3 final : public PciDevice, public PciIrqRouter, public IsaBridge {
public:
    static const qom::Type kType;

    /// All outlive it. The caller connects it to the bus as the router.
    Piix3(AddressSpace& ports, Gsi& gsi, MachineControl& control);

    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;
    ~Piix3() override;
    void reset() override;
    /// INTA# of one slot goes to the line that is INTB# of the slot before it; slot 1 begins with line 0.
    unsigned pirq_of(unsigned slot, unsigned pin) const override { return (pin + slot + 3) & 3; }
    void set_pirq(unsigned pirq, bool level) override;
    IsaBus& isa() override { return isa_bus_; }

private:
    static constexpr unsigned kPirqs = 4;
    void route();

    IsaBus isa_bus_;
    std::array<IrqLine, Gsi::kIsaLines> isa_;
    std::array<bool, kPirqs> levels_{};
    ResetControl reset_control_;
};

extern const qom::Type kPiix3Common;      // "pci-piix3", its parent

}  // namespace rhea
