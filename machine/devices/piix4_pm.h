#pragma once
/// Intel PIIX4, function 3: ACPI power management (Intel 82371AB; ACPI 1.0, chapter 4). PM1 event and control registers, the
/// power management timer, general purpose events with the hotplug registers that raise them, the APM ports, the SMBus, and the
/// system control interrupt.
#include <optional>

#include "machine/devices/acpi_hardware.h"
#include "machine/devices/smbus.h"
#include "machine/pci.h"

namespace rhea {

class Piix4Pm final : public PciDevice {
public:
    static const qom::Type kType;
    static constexpr std::uint64_t kGpeBase = 0xafe0, kPciHotplugBase = 0xae00, kCpuHotplugBase = 0xaf00, kSmbusBase = 0xb100;

    /// All outlive it. `sci` is ISA interrupt 9.
    Piix4Pm(AddressSpace& ports, Clocks& clocks, IrqLine sci, MachineControl& control);

    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;
    void reset() override;
    void list_extras(const std::function<void(Extra)>& visit) const override;

    AcpiHardware& acpi() { return acpi_; }
    const AcpiHardware& acpi() const { return acpi_; }
    Smbus& smbus() { return smbus_; }
    Bus& i2c() { return i2c_; }
    std::string sci_path() const { return const_cast<AcpiHardware&>(acpi_).pm1().sci_path(); }

private:
    void update_mapping();

    AddressSpace& ports_;
    AcpiHardware acpi_;
    Mapping gpe_mapping_;
    std::optional<Mapping> mapping_;
    Smbus smbus_{true};
    Mapping smbus_mapping_;
    Bus i2c_{kI2cBus, "i2c"};
};

}  // namespace rhea
