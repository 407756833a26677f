#include "machine/devices/ahci.h"
#include "machine/devices/ich9_lpc.h"
#include "machine/devices/ich9_smbus.h"
#include "machine/devices/q35.h"
#include "machine/machine.h"
#include "machine/pc_board.h"
#include "machine/qdev.h"
#include "machine/usb/usb_commands.h"

namespace rhea {

namespace {

constexpr unsigned kChipsetSlot = 31;
constexpr unsigned devfn(unsigned slot, unsigned function) { return slot << 3 | function; }
constexpr std::uint32_t kHpetRoutes = 0xff0104;

}  // namespace

Result<void> PcBoard::build_q35(Machine& machine) {
    qom::Tree& tree = machine.devices();
    Lifecycle& life = machine.life();
    qom::Values host_values(Q35Host::kType), hub_values(Mch::kType), lpc_values(Ich9Lpc::kType);
    RHEA_CHECK(apply_globals(machine, host_values));
    RHEA_CHECK(apply_globals(machine, hub_values));
    RHEA_CHECK(Mch::check(hub_values));
    RHEA_CHECK(apply_globals(machine, lpc_values));

    auto made = std::make_unique<Q35Host>(machine.ports(), machine.memory(), pci_);
    Q35Host& host = *made;
    host.values().merge(host_values);
    host.set_memory_ends(memory_ends(machine));
    const std::string ram = machine.config().machine.properties.memory_backend.value_or(std::string(machine.type().default_ram_id));
    host.set_ram_path("/objects/" + ram + "/" + qom::numbered(ram, 0));
    tree.add_onboard(std::move(made), "q35");
    system_bus_.add(host);
    host.add_part(pci_.bus_name(), pci_);
    auto hub = std::make_unique<Mch>(std::move(hub_values), machine.memory(), *machine.ram(), host);
    RHEA_CHECK(pci_.plug(*hub, 0));
    hub->set_realized();
    host.add_child("mch", std::move(hub));

    auto& lpc = add_pci<Ich9Lpc>(machine, devfn(kChipsetSlot, 0), std::move(lpc_values), machine.ports(), machine.memory(), machine.clocks(), gsi_, life);
    pci_.connect(&lpc);
    IsaBus& isa = lpc.isa();
    connect_power_management(machine, lpc, lpc.acpi());
    // Buses behind the ports are the firmware's business, unless the ports are to do it by themselves.
    if (lpc.bridge_hotplug()) pci_.set_firmware_hotplug(&pci_hotplug_);
    auto& dma = add_dma(machine, isa);
    add_interrupt_controllers(machine, isa, host);
    RHEA_CHECK(add_basic_devices(machine, isa, dma, {.hpet_routes = kHpetRoutes, .floppy = false}));
    const cli::MachineProperties& properties = machine.config().machine.properties;
    if (properties.sata.value_or(true)) {
        RHEA_CHECK(drives_.add_sata(machine, pci_, devfn(kChipsetSlot, 2)));
        RHEA_CHECK(drives_.attach_disks(machine));
    }
    if (properties.usb.value_or(false)) RHEA_CHECK(add_ich9_usb(machine));
    if (properties.smbus.value_or(true)) {
        auto& smbus = add_pci<Ich9Smbus>(machine, devfn(kChipsetSlot, 3));
        add_eeproms(machine, smbus.smbus(), smbus.i2c());
    }
    RHEA_CHECK(add_vga(machine));
    return add_cards(machine);
}

}  // namespace rhea
