#include "machine/devices/i440fx.h"
#include "machine/devices/piix3.h"
#include "machine/devices/piix4_pm.h"
#include "machine/machine.h"
#include "machine/pc_board.h"
#include "machine/usb/usb_commands.h"

namespace rhea {

namespace {

constexpr unsigned devfn(unsigned slot, unsigned function) { return slot << 3 | function; }
constexpr std::uint32_t kHpetRoutes = 1u << 2;

}  // namespace

Result<void> PcBoard::build_i440fx(Machine& machine) {
    qom::Tree& tree = machine.devices();
    Lifecycle& life = machine.life();
    auto bridge = std::make_unique<I440fxHost>(machine.ports(), pci_);
    bridge->set_memory_ends(memory_ends(machine));
    Device& host = add_onboard(machine, std::move(bridge), "i440fx");
    system_bus_.add(host);
    host.add_part(pci_.bus_name(), pci_);
    (void)tree.name_bus({}, "pci");      // the first of its kind
    add_pci<I440fx>(machine, devfn(0, 0), machine.memory(), *machine.ram());
    auto& piix3 = add_pci<Piix3>(machine, devfn(1, 0), machine.ports(), gsi_, life);
    pci_.connect(&piix3);
    IsaBus& isa = piix3.isa();
    auto& dma = add_dma(machine, isa);
    add_interrupt_controllers(machine, isa, host);
    RHEA_CHECK(add_vga(machine));
    RHEA_CHECK(add_basic_devices(machine, isa, dma, {.hpet_routes = kHpetRoutes, .floppy = true}));
    RHEA_CHECK(add_cards(machine));
    drives_.add_ide(machine, gsi_, pci_);
    RHEA_CHECK(drives_.attach_disks(machine));
    const cli::MachineProperties& properties = machine.config().machine.properties;
    if (properties.usb.value_or(false)) RHEA_CHECK(add_piix_usb(machine));
    auto& pm = add_pci<Piix4Pm>(machine, devfn(1, 3), machine.ports(), machine.clocks(), gsi_.line(9), life);
    pm.values().keep(*Piix4Pm::kType.find("smm-enabled"), properties.smm.value_or(OnOffAuto::automatic) != OnOffAuto::off);
    add_eeproms(machine, pm.smbus(), pm.i2c());
    connect_power_management(machine, pm, pm.acpi());
    pci_.set_firmware_hotplug(&pci_hotplug_);
    pci_.set_hotplug_handler(&pci_hotplug_, &pm);
    return {};
}

}  // namespace rhea
