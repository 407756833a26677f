#pragma once
/// Intel ICH9 (316972), function 1f.0: the bridge to the ISA bus. It routes PCI interrupt lines (to the PICs by its own registers, to the
/// I/O APIC as lines 16 to 23), holds ACPI power management (PMBASE), the chipset's configuration registers in memory (RCBA), and the
/// reset control register.
#include <array>
#include <optional>
#include <vector>

#include "machine/devices/acpi_hardware.h"
#include "machine/devices/isa_bus.h"
#include "machine/devices/tco_watchdog.h"
#include "machine/pci.h"

namespace rhea {

class Ich9Lpc final : public PciDevice, public PciIrqRouter, public IsaBridge {
public:
    static const qom::Type kType;
    static constexpr std::uint64_t kPciHotplugBase = 0xcc0, kCpuHotplugBase = 0xcd8;
    static constexpr std::string_view kBridgeHotplug = "acpi-pci-hotplug-with-bridge-support";

    /// All outlive it. The caller connects it to the bus as the router.
    Ich9Lpc(qom::Values values, AddressSpace& ports, AddressSpace& memory, Clocks& clocks, Gsi& gsi, MachineControl& control);
    ~Ich9Lpc() override;

    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;
    void reset() override;
    void list_extras(const std::function<void(Extra)>& visit) const override;
    unsigned pirq_of(unsigned slot, unsigned pin) const override;
    void set_pirq(unsigned pirq, bool level) override;

    IsaBus& isa() override { return isa_bus_; }
    AcpiHardware& acpi() { return acpi_; }
    const AcpiHardware& acpi() const { return acpi_; }
    Gsi& gsi() const { return gsi_; }
    /// The firmware handles hotplug behind bridges; otherwise its registers are not there.
    bool bridge_hotplug() const;
    std::uint16_t power_base() const;
    bool power_mapped() const { return power_mapping_.has_value(); }
    std::optional<std::uint32_t> root_complex_base() const;
    unsigned sci_line() const;

private:
    static constexpr unsigned kPirqs = 8, kRootComplexSize = 0x4000;

    /// PMBASE: 128 ports.
    struct PowerPorts final : IoHandler {
        explicit PowerPorts(Ich9Lpc& of) : lpc(of) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        Ich9Lpc& lpc;
    };
    struct RootComplex final : IoHandler {
        explicit RootComplex(Ich9Lpc& of) : lpc(of) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        Ich9Lpc& lpc;
    };

    std::uint8_t root_complex_byte(unsigned at) const;
    void route();
    void update_power();
    void update_root_complex();

    AddressSpace& ports_;
    AddressSpace& memory_;
    Gsi& gsi_;
    IsaBus isa_bus_;
    std::array<IrqLine, Gsi::kLines> lines_;
    std::array<bool, kPirqs> levels_{};
    ResetControl reset_control_;
    AcpiHardware acpi_;
    TcoWatchdog tco_;
    std::uint32_t smi_enable_ = 0;
    PowerPorts power_ports_{*this};
    std::optional<Mapping> power_mapping_;
    std::vector<std::uint8_t> root_complex_;      // comes with the first write
    RootComplex root_complex_memory_{*this};
    std::optional<Mapping> root_complex_mapping_;
};

}  // namespace rhea
