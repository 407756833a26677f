#pragma once
/// PCI bridges (PCI-to-PCI Bridge Architecture Specification 1.1): a bus behind a function. Configuration accesses go through by bus
/// number; memory and ports of the functions behind are reached wherever they are, the windows are kept for the guest only, and their
/// interrupt pins lead nowhere.
#include <memory>

#include "machine/acpi_pci_hotplug.h"
#include "machine/pci.h"

namespace rhea {

class PciBridge : public PciDevice {
public:
    /// `name`: of the bus. `hotplug`: of the bus that it sits on; null: none.
    PciBridge(qom::Values values, const PciIdentity& identity, std::string name, PciBus& on, DeviceRemoval& removal, AcpiPciHotplug* hotplug);

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

private:
    PciBus bus_;
    std::unique_ptr<AcpiPciHotplug> hotplug_;
};

/// The bus that bears this number behind `root`, which is number 0; null: none.
PciBus* find_pci_bus(PciBus& root, unsigned number);

extern const qom::Type kBasePciBridge, kPciBridge, kPciBridgeSeat, kI82801b11Bridge;

}  // namespace rhea
