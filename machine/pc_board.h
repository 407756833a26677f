#pragma once
/// The board of a pc (i440FX + PIIX3, or Q35 + ICH9): what is soldered on it, in the order in which QEMU 7.2 makes it, since that order
/// numbers /machine/unattached/device[N]. What both have in common is in pc_board.cpp, the rest in pc_i440fx.cpp and pc_q35.cpp.
#include <array>
#include <memory>

#include "machine/acpi_pci_hotplug.h"
#include "machine/devices/i8042.h"
#include "machine/devices/i8254.h"
#include "machine/devices/i8259.h"
#include "machine/devices/io_apic.h"
#include "machine/devices/mc146818rtc.h"
#include "machine/devices/acpi_hardware.h"
#include "machine/devices/isa_bus.h"
#include "machine/devices/pci_host.h"
#include "machine/devices/smbus.h"
#include "machine/devices/port92.h"
#include "machine/drive_board.h"
#include "machine/gsi.h"
#include "machine/pc_firmware.h"
#include "machine/pc_flash.h"
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

    /// When the devices of the command line are there, too: tells the firmware of the drives.
    void complete(const Machine& machine);
    /// What is no device's: the machine is reset.
    void reset(const Machine& machine);

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
    /// 0 is the master.
    const I8259& pic(unsigned number) const { return pics_->chip(number); }
    const IoApic& io_apic() const { return *io_apic_; }
    const I8254& timer() const { return *timer_; }
    /// The function that does power management; null: not there yet.
    const Device* power_management() const { return power_management_; }
    /// Function 00.0, which owns the memory of system management mode.
    const qom::Object* memory_controller() const { return pci_.at(0); }
    const FwCfg& fw_cfg() const { return *fw_cfg_; }
    DriveBoard& drives() { return drives_; }
    PcFirmware& firmware() { return firmware_; }
    PcFlash& flash() { return flash_; }

private:
    template <class T, class... Args>
    T& add(Machine& machine, Bus& bus, Args&&... args) {
        auto device = std::make_unique<T>(std::forward<Args>(args)...);
        bus.add(*device);
        return static_cast<T&>(add_onboard(machine, std::move(device)));
    }
    template <class T, class... Args>
    T& add_pci(Machine& machine, unsigned devfn, Args&&... args) {
        T& device = static_cast<T&>(add_onboard(machine, std::make_unique<T>(std::forward<Args>(args)...)));
        const auto plugged = pci_.plug(device, devfn);
        (void)plugged;      // the board's own places are free
        return device;
    }
    /// What the machine's version means by its type goes into its values first.
    static Device& add_onboard(Machine& machine, std::unique_ptr<Device> device, std::string name = {});

    // The steps that both boards take, each in its own order.
    void add_firmware_interface(Machine& machine);
    /// `host` is a device already, or a part that only needs its place on the system bus.
    PciHostBridge::MemoryEnds memory_ends(Machine& machine) const;
    I8257& add_dma(Machine& machine, IsaBus& isa);
    void add_interrupt_controllers(Machine& machine, IsaBus& isa, Device& host);
    struct Timers {
        std::uint32_t hpet_routes;      ///< lines that its comparators may drive
        bool floppy;                    ///< there is a controller even without drives
    };
    /// Clocks, timers, ports, keyboard.
    Result<void> add_basic_devices(Machine& machine, IsaBus& isa, I8257& dma, const Timers& timers);
    Result<void> add_vga(Machine& machine);
    Result<void> add_cards(Machine& machine);
    Result<void> add_ports(Machine& machine, IsaBus& isa);
    void add_eeproms(Machine& machine, Smbus& smbus, Bus& i2c);
    void connect_power_management(Machine& machine, Device& function, AcpiHardware& acpi);

    Result<void> build_i440fx(Machine& machine);
    Result<void> build_q35(Machine& machine);

    PcFirmware firmware_;
    PcFlash flash_;
    Gsi gsi_;
    std::unique_ptr<PicPair> pics_;
    Bus system_bus_{kSystemBus, "main-system-bus"};
    PciBus pci_;
    PciRootBuses root_buses_;
    bool floppy_boot_check_ = true;
    DriveBoard drives_;
    FwCfg* fw_cfg_ = nullptr;
    Mc146818Rtc* rtc_ = nullptr;
    IoApic* io_apic_ = nullptr;
    I8254* timer_ = nullptr;
    Device* power_management_ = nullptr;
    AcpiHardware* acpi_ = nullptr;
    AcpiPciHotplug pci_hotplug_;
};

}  // namespace rhea
