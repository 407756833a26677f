#pragma once
/// The board of the pc (i440FX + PIIX3): what is soldered on it, in the order in which QEMU 7.2 makes it, since that order numbers
/// /machine/unattached/device[N].
#include <array>
#include <memory>

#include "machine/acpi_pci_hotplug.h"
#include "machine/devices/i440fx.h"
#include "machine/devices/i8042.h"
#include "machine/devices/i8254.h"
#include "machine/devices/i8259.h"
#include "machine/devices/io_apic.h"
#include "machine/devices/mc146818rtc.h"
#include "machine/devices/piix3.h"
#include "machine/devices/piix4_pm.h"
#include "machine/devices/port92.h"
#include "machine/drive_board.h"
#include "machine/gsi.h"
#include "machine/pc_firmware.h"
#include "machine/pci.h"
#include "machine/pci_commands.h"

namespace rhea {

class Machine;

class PcBoard {
public:
    /// `machine` outlives it.
    explicit PcBoard(Machine& machine);
    /// Puts the parts into the machine's device tree. Errors are those of drives.
    Result<void> build(Machine& machine);
    ~PcBoard();
    PcBoard(const PcBoard&) = delete;
    PcBoard& operator=(const PcBoard&) = delete;

    /// The firmware finds so many CPUs when it starts next.
    void set_cpu_count(unsigned count);
    /// What the firmware boots from, in turn: "cdn".
    Result<void> set_boot_order(std::string_view order);

    Bus& system_bus() { return system_bus_; }
    PciBus& pci() { return pci_; }
    AcpiPciHotplug& pci_hotplug() { return pci_hotplug_; }
    PciRootBuses& root_buses() { return root_buses_; }
    Gsi& gsi() { return gsi_; }
    Mc146818Rtc& rtc() { return *rtc_; }
    Piix4Pm& pm() { return *pm_; }
    /// 0 is the master.
    const I8259& pic(unsigned number) const { return pics_->chip(number); }
    const IoApic& io_apic() const { return *io_apic_; }
    const I8254& timer() const { return *timer_; }
    const Piix4Pm* power_management() const { return pm_; }
    DriveBoard& drives() { return drives_; }
    PcFirmware& firmware() { return firmware_; }

private:
    template <class T, class... Args>
    T& add(Machine& machine, Bus& bus, Args&&... args);
    template <class T, class... Args>
    T& add_pci(Machine& machine, unsigned devfn, Args&&... args);

    void add_interrupt_controllers(Machine& machine, IsaBus& isa, Device& host);
    Result<void> add_vga(Machine& machine);
    Result<void> add_ports(Machine& machine, IsaBus& isa);

    PcFirmware firmware_;
    Gsi gsi_;
    std::unique_ptr<PicPair> pics_;
    Bus system_bus_{kSystemBus, "main-system-bus"};
    PciBus pci_;
    PciRootBuses root_buses_;
    bool floppy_boot_check_ = true;
    DriveBoard drives_;
    Mc146818Rtc* rtc_ = nullptr;
    IoApic* io_apic_ = nullptr;
    I8254* timer_ = nullptr;
    Piix4Pm* pm_ = nullptr;
    AcpiPciHotplug pci_hotplug_;
};

}  // namespace rhea
