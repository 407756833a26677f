#include "machine/devices/pci_host.h"

#include "machine/devices/pci_bridge.h"

namespace rhea {

namespace {

constexpr std::uint32_t kEnable = 0x80000000;

}  // namespace

PciHostBridge::PciHostBridge(const qom::Type& type, AddressSpace& ports, PciBus& bus)
    : Device(type),
      data_(address_, bus),
      address_mapping_(ports,
                       {.name = "pci-conf-idx", .base = 0xcf8, .size = 4, .handler = &address_, .max_access = 4}),
      data_mapping_(ports, {.name = "pci-conf-data", .base = 0xcfc, .size = 4, .handler = &data_, .max_access = 4}) {}

// Narrower accesses do not reach the register; they read as zeros.
std::uint64_t PciHostBridge::AddressPort::io_read(std::uint64_t, unsigned size) { return size == 4 ? value : 0; }

void PciHostBridge::AddressPort::io_write(std::uint64_t, std::uint64_t written, unsigned size) {
    if (size == 4) value = static_cast<std::uint32_t>(written);
}

PciBus* PciHostBridge::DataPort::selected() const {
    return address.value & kEnable ? find_pci_bus(root, address.value >> 16 & 0xff) : nullptr;
}

// The low two bits of the address count here, unlike on the real chip: qtest's library writes any register number to 0xcf8
// and then always uses port 0xcfc.
std::uint64_t PciHostBridge::DataPort::io_read(std::uint64_t offset, unsigned size) {
    PciBus* bus = selected();
    if (!bus) return ~std::uint64_t{0};
    return bus->config_read(address.value >> 8 & 0xff, (address.value & 0xff) | static_cast<unsigned>(offset), size);
}

void PciHostBridge::DataPort::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    PciBus* bus = selected();
    if (!bus) return;
    bus->config_write(address.value >> 8 & 0xff, (address.value & 0xff) | static_cast<unsigned>(offset),
                     static_cast<std::uint32_t>(value), size);
}

// --- QOM

namespace {

constexpr qom::Property kHostBridgeProperties[] = {
    qom::property("x-config-reg-migration-enabled", qom::kBool, true),
    qom::property("bypass-iommu", qom::kBool, false),
};
constexpr std::uint64_t kIoApicAddress = 0xfec00000, kGiB = std::uint64_t{1} << 30;
constexpr std::uint64_t round_up(std::uint64_t value) { return (value + kGiB - 1) / kGiB * kGiB; }

}  // namespace

QObject pci_hole_start(const PciHostBridge& host) { return host.memory_ends().low; }
QObject pci_hole_end(const PciHostBridge&) { return kIoApicAddress; }
namespace {

/// Older boards have no hole there before the firmware puts something into it.
bool leaves_hole(const PciHostBridge& host) { return host.values().boolean("x-pci-hole64-fix"); }

}  // namespace

QObject pci_hole64_start(const PciHostBridge& host) { return leaves_hole(host) ? round_up(host.memory_ends().high) : 0; }
QObject pci_hole64_end(const PciHostBridge& host) {
    if (!leaves_hole(host)) return 0;
    return round_up(round_up(host.memory_ends().high) + static_cast<std::uint64_t>(host.values().integer("pci-hole64-size")));
}

constinit const qom::Type kPciHostBridge{.name = "pci-host-bridge", .parent = &kSystemDevice, .abstract = true, .properties = kHostBridgeProperties};

}  // namespace rhea
