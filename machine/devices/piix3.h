#pragma once
/// Intel PIIX3, function 0: the PCI to ISA bridge. It routes the four PCI interrupt lines to ISA interrupts and holds the
/// reset control register at 0xcf9. (Its IDE function 1 and the PIIX4's power management as function 3 are devices of their
/// own.)
#include <array>

#include "machine/gsi.h"
#include "machine/machine_control.h"
#include "machine/pci.h"

namespace rhea {

class Piix3 final : public PciDevice, public PciIrqRouter {
public:
    /// All outlive it. The caller connects it to the bus as the router.
    Piix3(AddressSpace& ports, Gsi& gsi, MachineControl& control);

    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;
    void reset() override;
    void set_pirq(unsigned pirq, bool level) override;

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

    std::array<IrqLine, Gsi::kIsaLines> isa_;
    std::array<bool, kPirqs> levels_{};
    ResetControl reset_control_;
    Mapping mapping_;
};

}  // namespace rhea
