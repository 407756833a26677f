#pragma once
/// What a chipset's power management is made of, wherever its registers lie: the fixed hardware, general purpose events, and the
/// registers of hotplug that raise them. The chipset's function owns one and maps it.
#include <optional>

#include "machine/devices/acpi_cpu_hotplug.h"
#include "machine/devices/acpi_gpe.h"
#include "machine/devices/acpi_memory_hotplug.h"
#include "machine/devices/acpi_pci_hotplug.h"
#include "machine/devices/acpi_pm1.h"

namespace rhea {

class AcpiHardware {
public:
    struct Layout {
        std::uint64_t pci_hotplug, cpu_hotplug;        ///< ports; 0: the guest has no registers for it
        AcpiPm1::ApmCommands apm;
        unsigned gpe_size;                             ///< bytes: status, then enable
    };

    AcpiHardware(AddressSpace& ports, Clocks& clocks, IrqLine sci, MachineControl& control, const Layout& layout)
        : ports_(ports),
          gpe_(layout.gpe_size, [this] { pm1_.update_sci(); }),
          pm1_(ports, clocks, sci, control, layout.apm, [this] { return gpe_.pending(); }),
          cpu_hotplug_(ports, layout.cpu_hotplug, [this] { gpe_.raise(AcpiGpe::kCpuHotplug); }) {
        if (layout.pci_hotplug) pci_hotplug_.emplace(ports, layout.pci_hotplug);
    }

    AcpiPm1& pm1() { return pm1_; }
    AcpiGpe& gpe() { return gpe_; }
    /// Null: there are none.
    AcpiPciHotplugPorts* pci_hotplug() { return pci_hotplug_ ? &*pci_hotplug_ : nullptr; }
    AcpiCpuHotplug& cpu_hotplug() { return cpu_hotplug_; }
    /// Null until there are slots for memory.
    AcpiMemoryHotplug* memory_hotplug() { return memory_hotplug_ ? &*memory_hotplug_ : nullptr; }
    const AcpiMemoryHotplug* memory_hotplug() const { return memory_hotplug_ ? &*memory_hotplug_ : nullptr; }
    AcpiMemoryHotplug& add_memory_hotplug(std::size_t slots) {
        return memory_hotplug_.emplace(ports_, slots, [this] { gpe_.raise(AcpiGpe::kMemoryHotplug); });
    }

    void reset() {
        if (pci_hotplug_) pci_hotplug_->reset();
        gpe_.reset();
        pm1_.reset();
    }

private:
    AddressSpace& ports_;
    AcpiGpe gpe_;
    AcpiPm1 pm1_;
    std::optional<AcpiPciHotplugPorts> pci_hotplug_;
    AcpiCpuHotplug cpu_hotplug_;
    std::optional<AcpiMemoryHotplug> memory_hotplug_;
};

}  // namespace rhea
