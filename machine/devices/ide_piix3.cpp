#include "machine/devices/ide_piix3.h"

#include <fmt/format.h>

#include "machine/devices/atapi.h"
#include "machine/devices/piix3.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/tree.h"

namespace rhea {

namespace {

/// How many buses have names that begin so.
unsigned count_buses(qom::Tree& tree, std::string_view prefix) {
    unsigned count = 0;
    tree.for_each_device([&](Device& device) {
        device.for_each_child([&](const qom::Object& child) { count += dynamic_cast<const Bus*>(&child) && child.name().starts_with(prefix); });
    });
    return count;
}

constexpr unsigned kBusMasterBar = 4, kBusMasterPorts = 16, kPortsPerChannel = 8;
constexpr PciIdentity kIdentity{.vendor = 0x8086, .device = 0x7010, .class_code = 0x0101, .prog_if = 0x80, .status = 0x0280};

}  // namespace

Piix3Ide::Piix3Ide(AddressSpace& ports, IrqLine primary, IrqLine secondary, const BusNames& names)
    : PciDevice(kType, kIdentity),
      controller_(ports, primary, secondary, memory_),
      buses_{{{names[0], controller_, 0}, {names[1], controller_, 1}}} {
    for (IdeBus& bus : buses_) add_part(bus.bus_name(), bus);
    add_bar(kBusMasterBar, {.kind = PciBar::Kind::io, .size = kBusMasterPorts, .handler = &bus_master_ports_});
}

Result<std::unique_ptr<IdeDrive>> IdeBus::make_drive(qom::Values values, BlockBackend* backend) {
    const bool cdrom = &values.type() == &IdeCdrom::kType;
    IdeOptions options = RHEA_TRY(parse_ide_options(values.to_qdict(), cdrom, InputMode::json));
    auto drive = RHEA_TRY(controller_.plug(channel_, cdrom, options, backend));
    drive->values() = std::move(values);
    add(*drive);
    return drive;
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
    Piix3* bridge = nullptr;
    for (const Bus::Entry& entry : creation.bus->entries())
        if (auto* found = dynamic_cast<Piix3*>(entry.device)) bridge = found;
    if (!bridge) return fail("No ISA bus to take interrupts from");      // not on a pc
    const unsigned first = count_buses(creation.platform.tree, "ide.");
    Piix3Ide::BusNames names;
    for (unsigned i = 0; i < names.size(); ++i)
        names[i] = creation.id.empty() ? fmt::format("ide.{}", first + i) : fmt::format("{}.{}", creation.id, i);
    return std::make_unique<Piix3Ide>(creation.platform.ports, bridge->isa().irq(IdeController::kPrimaryIrq),
                                      bridge->isa().irq(IdeController::kSecondaryIrq), names);
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
