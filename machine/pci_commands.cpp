#include "machine/pci_commands.h"

#include <algorithm>
#include <utility>

#include "machine/devices/pci_bridge.h"

namespace rhea {

namespace {

constexpr std::pair<std::uint16_t, std::string_view> kClassNames[] = {
    {0x0100, "SCSI controller"},
    {0x0101, "IDE controller"},
    {0x0104, "RAID controller"},
    {0x0106, "SATA controller"},
    {0x0200, "Ethernet controller"},
    {0x0300, "VGA controller"},
    {0x0380, "Display controller"},
    {0x0401, "Audio controller"},
    {0x0403, "Audio controller"},
    {0x0500, "RAM controller"},
    {0x0600, "Host bridge"},
    {0x0601, "ISA bridge"},
    {0x0604, "PCI bridge"},
    {0x0680, "Bridge"},
    {0x0700, "Serial port"},
    {0x0900, "Keyboard"},
    {0x0902, "Mouse"},
    {0x0c03, "USB controller"},
    {0x0c05, "SMBus"},
};

PciMemoryRegion region_info(unsigned index, const PciBar& bar) {
    const bool io = bar.kind == PciBar::Kind::io;
    PciMemoryRegion info{
        index, io ? "io" : "memory", static_cast<std::int64_t>(bar.address), static_cast<std::int64_t>(bar.size), {}, {}};
    if (!io) {
        info.prefetch = bar.prefetch;
        info.mem_type_64 = bar.kind == PciBar::Kind::memory64;
    }
    return info;
}

PciMemoryRange range_info(const PciBridge::Range& range) { return {static_cast<std::int64_t>(range.base), static_cast<std::int64_t>(range.limit)}; }

std::vector<PciDeviceInfo> devices_info(const PciBus& bus, std::int64_t number);

PciBridgeInfo bridge_info(const PciBridge& bridge) {
    PciBridgeInfo info{};
    info.bus = {bridge.primary_number(),
                bridge.secondary_number(),
                bridge.subordinate_number(),
                range_info(bridge.io_range()),
                range_info(bridge.memory_range()),
                range_info(bridge.prefetchable_range())};
    // Until the guest has numbered it, nobody gets to what is behind.
    if (info.bus.secondary != 0) info.devices = devices_info(bridge.secondary(), info.bus.secondary);
    return info;
}

PciDeviceInfo device_info(const PciDevice& device, std::int64_t bus) {
    PciDeviceInfo info{};
    info.bus = bus;
    info.slot = device.slot();
    info.function = device.function();
    info.class_info.class_code = device.config_word(0x0a);
    if (const auto name = pci_class_name(device.config_word(0x0a)); !name.empty()) info.class_info.desc = name;
    info.id = {device.config_word(0x02), device.config_word(0x00), {}, {}};
    if (const auto* bridge = dynamic_cast<const PciBridge*>(&device)) {
        info.pci_bridge = bridge_info(*bridge);
    } else {
        info.id.subsystem = device.config_word(0x2e);
        info.id.subsystem_vendor = device.config_word(0x2c);
    }
    info.irq_pin = device.config_byte(0x3d);
    if (info.irq_pin != 0) info.irq = device.config_byte(0x3c);
    info.qdev_id = device.id();
    for (unsigned i = 0; i < PciDevice::kBars; ++i)
        if (device.bar(i).kind != PciBar::Kind::none) info.regions.push_back(region_info(i, device.bar(i)));
    return info;
}

std::vector<PciDeviceInfo> devices_info(const PciBus& bus, std::int64_t number) {
    std::vector<PciDeviceInfo> all;
    for (unsigned devfn = 0; devfn < PciBus::kFunctions; ++devfn)
        if (const auto* device = bus.at(devfn)) all.push_back(device_info(*device, number));
    return all;
}

constexpr Command kPciCommands[] = {
    command<query_pci>("query-pci", "Tells what is on the PCI buses."),
};

}  // namespace

std::string_view pci_class_name(std::uint16_t class_code) {
    const auto* found = std::find_if(std::begin(kClassNames), std::end(kClassNames),
                                     [&](const auto& row) { return row.first == class_code; });
    return found == std::end(kClassNames) ? std::string_view{} : found->second;
}

Result<std::vector<PciInfo>> query_pci(PciRootBuses& buses, const Empty&) {
    std::vector<PciInfo> all;
    for (const auto* bus : buses) {
        PciInfo info{};
        info.devices = devices_info(*bus, 0);
        all.push_back(std::move(info));
    }
    return all;
}

void add_pci_commands(CommandTable& table, PciRootBuses& buses) { table.add(kPciCommands, buses); }

}  // namespace rhea
