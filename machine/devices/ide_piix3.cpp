#include "machine/devices/ide_piix3.h"

#include "machine/devices/isa_bus.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/tree.h"

namespace rhea {

namespace {

constexpr unsigned kBusMasterBar = 4, kBusMasterPorts = 16, kPortsPerChannel = 8;
constexpr PciIdentity kIdentity{.vendor = 0x8086, .device = 0x7010, .class_code = 0x0101, .prog_if = 0x80, .status = 0x0280};

}  // namespace

Piix3Ide::Piix3Ide(AddressSpace& ports, IrqLine primary, IrqLine secondary, const IdeNumbering& numbers, const std::string& id)
    : PciDevice(kType, kIdentity),
      controller_(ports, primary, secondary, memory_),
      buses_{{{numbers.bus_name(id, 0), controller_.channel(0), 0, numbers.first_serial},
              {numbers.bus_name(id, 1), controller_.channel(1), 1, numbers.first_serial + IdeChannel::kUnits}}} {
    for (IdeBus& bus : buses_) add_part(bus.bus_name(), bus);
    add_bar(kBusMasterBar, {.kind = PciBar::Kind::io, .size = kBusMasterPorts, .handler = &bus_master_ports_});
}

void Piix3Ide::reset() {
    PciDevice::reset();
    controller_.reset();
}

std::uint64_t Piix3Ide::BusMasterPorts::io_read(std::uint64_t offset, unsigned size) {
    const auto at = static_cast<unsigned>(offset);
    return device.controller_.channel(at / kPortsPerChannel).bus_master().read(at % kPortsPerChannel, size);
}

void Piix3Ide::BusMasterPorts::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    const auto at = static_cast<unsigned>(offset);
    device.controller_.channel(at / kPortsPerChannel).bus_master().write(at % kPortsPerChannel, static_cast<std::uint32_t>(value), size);
}

// --- QOM

namespace {

constexpr const qom::Type* kCommonInterfaces[] = {&qom::kConventionalPci};
constexpr std::string_view kPorts = "piix-bmdma-container[0]";
constexpr qom::Region kCommandPlaces[] = {{kPorts, 0, 4}, {kPorts, 8, 4}}, kAddressPlaces[] = {{kPorts, 4, 4}, {kPorts, 12, 4}};
constexpr qom::Nodes kNodes[] = {kBusMasterContainer, kBusMaster, bar_node<kBusMasterBar>("piix-bmdma-container"),
                                 qom::regions("piix-bmdma", kCommandPlaces), qom::regions("bmdma", kAddressPlaces)};

/// Of a second controller: it is in legacy mode as the first, at the same ports.
Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    IsaBridge* bridge = nullptr;
    for (const Bus::Entry& entry : creation.bus->entries())
        if (auto* found = dynamic_cast<IsaBridge*>(entry.device)) bridge = found;
    if (!bridge) return fail("No ISA bus to take interrupts from");      // not on a pc
    return std::make_unique<Piix3Ide>(creation.platform.ports, bridge->isa().irq(IdeController::kPrimaryIrq),
                                      bridge->isa().irq(IdeController::kSecondaryIrq), next_ide_numbers(creation.platform.tree), creation.id);
}

}  // namespace

constinit const qom::Type kPciIde{.name = "pci-ide", .parent = &PciDevice::kType, .abstract = true, .interfaces = kCommonInterfaces};
constinit const qom::Type Piix3Ide::kType{.name = "piix3-ide",
    .parent = &kPciIde,
    .nodes = kNodes,
    .category = "Storage",
    .hotpluggable = false,
    .create = create};

}  // namespace rhea
