#pragma once
/// Intel PIIX4, function 3: ACPI power management (Intel 82371AB; ACPI 1.0, chapter 4). PM1 event and control registers, the
/// power management timer, general purpose events with the hotplug registers that raise them, the APM ports, the SMBus, and the
/// system control interrupt.
#include <optional>

#include "machine/clock.h"
#include "machine/devices/acpi_cpu_hotplug.h"
#include "machine/devices/acpi_gpe.h"
#include "machine/devices/acpi_memory_hotplug.h"
#include "machine/devices/acpi_pci_hotplug.h"
#include "machine/devices/smbus.h"
#include "machine/irq.h"
#include "machine/machine_control.h"
#include "machine/pci.h"

namespace rhea {

class Piix4Pm final : public PciDevice {
public:
    static const qom::Type kType;

    /// All outlive it. `sci` is ISA interrupt 9.
    Piix4Pm(AddressSpace& ports, Clocks& clocks, IrqLine sci, MachineControl& control);

    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;
    void reset() override;
    void list_extras(const std::function<void(Extra)>& visit) const override;

    /// system_powerdown: the guest is told, and does what it likes.
    void press_power_button();
    /// After the reset that ends S3: what woke it up stands in the status register.
    void woken(WakeupCause cause);

    AcpiGpe& gpe() { return gpe_; }
    AcpiPciHotplugPorts& pci_hotplug() { return pci_hotplug_; }
    AcpiCpuHotplug& cpu_hotplug() { return cpu_hotplug_; }
    /// Null until there are slots for memory.
    AcpiMemoryHotplug* memory_hotplug() { return memory_hotplug_ ? &*memory_hotplug_ : nullptr; }
    AcpiMemoryHotplug& add_memory_hotplug(std::size_t slots) {
        return memory_hotplug_.emplace(ports_, slots, [this] { gpe_.raise(AcpiGpe::kMemoryHotplug); });
    }
    Smbus& smbus() { return smbus_; }
    Bus& i2c() { return i2c_; }
    std::string sci_path() const { return sci_.target_path(); }

private:
    struct Registers final : IoHandler {
        explicit Registers(Piix4Pm& p) : pm(p) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        Piix4Pm& pm;
    };
    struct ApmPorts final : IoHandler {
        explicit ApmPorts(Piix4Pm& p) : pm(p) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        Piix4Pm& pm;
        std::uint8_t command = 0, status = 0;
    };

    std::uint16_t status();
    void clear_status(std::uint16_t bits);
    void write_control(std::uint16_t value);
    std::int64_t ticks() const;
    void plan_overflow();
    void update_sci();
    void update_mapping();

    AddressSpace& ports_;
    Clocks& clocks_;
    IrqLine sci_;
    MachineControl& control_;
    Registers registers_;
    std::optional<Mapping> mapping_;
    ApmPorts apm_;
    Mapping apm_mapping_;
    Timer overflow_timer_;

    AcpiGpe gpe_;
    AcpiPciHotplugPorts pci_hotplug_;
    AcpiCpuHotplug cpu_hotplug_;
    std::optional<AcpiMemoryHotplug> memory_hotplug_;
    Smbus smbus_;
    Bus i2c_{kI2cBus, "i2c"};

    std::uint16_t status_ = 0, enabled_ = 0, control_register_ = 0;
    std::int64_t overflow_at_ = 0;  // in ticks of the timer: when its top bit changes next
};

}  // namespace rhea
