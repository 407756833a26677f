#pragma once
/// PCI bridges (PCI-to-PCI Bridge Architecture Specification 1.1): a bus behind a function. Configuration accesses go through by bus
/// number; memory and ports of the functions behind are reached wherever they are, the windows are kept for the guest only. Interrupt pins
/// behind go round by slot, and on by the pins of the bridge's own slot.
#include <memory>

#include "machine/acpi_pci_hotplug.h"
#include "machine/pci.h"

namespace rhea {

class PciBridge : public PciDevice, public PciIrqRouter {
public:
    /// `name`: of the bus. `hotplug`: of the bus that it sits on, as the firmware knows it; null: it knows of none.
    PciBridge(qom::Values values, const PciIdentity& identity, std::string name, PciBus& on, DeviceRemoval& removal, AcpiPciHotplug* hotplug,
              const qom::Type& bus_type = PciBus::kType);
    ~PciBridge() override;

    unsigned pirq_of(unsigned slot, unsigned pin) const override { return (slot + pin) & 3; }
    void set_pirq(unsigned pirq, bool level) override;
    /// The firmware is told of a new device behind it.
    virtual void slot_filled(const Device& device) { (void)device; }
    /// Behind it is a link, which leads to one device.
    virtual bool single_slot() const { return false; }

    const PciBus& secondary() const { return bus_; }
    PciBus& secondary() { return bus_; }
    std::uint8_t primary_number() const { return config_byte(0x18); }
    std::uint8_t secondary_number() const { return config_byte(0x19); }
    std::uint8_t subordinate_number() const { return config_byte(0x1a); }
    struct Range { std::uint64_t base, limit; };
    Range io_range() const;
    Range memory_range() const;
    Range prefetchable_range() const;

    void reset() override;
    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;

private:
    unsigned levels_ = 0;      // of the lines behind it
    PciBus bus_;
    std::unique_ptr<AcpiPciHotplug> hotplug_;
};

/// The bus that bears this number behind `root`, which is number 0; null: none.
PciBus* find_pci_bus(PciBus& root, unsigned number);

/// A bridge's bus bears the bridge's own name, unlike those of other controllers; one without a name is counted by its `kind`.
std::string bridge_bus_name(const qom::Creation& creation, std::string_view kind = "pci");
/// Of the bus that a bridge comes to. One that comes later has no place in the guest's tables.
AcpiPciHotplug* firmware_hotplug_of(const qom::Creation& creation);

extern const qom::Type kBasePciBridge, kPciBridge, kPciBridgeSeat, kI82801b11Bridge, kPciePciBridge;

}  // namespace rhea
