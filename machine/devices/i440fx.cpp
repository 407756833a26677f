#include "machine/devices/i440fx.h"

#include "machine/devices/pci_bridge.h"

#include <algorithm>

#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr std::uint32_t kEnable = 0x80000000;
constexpr unsigned kRamSize = 0x57, kPam = 0x59, kPamEnd = 0x60, kSmram = 0x72;
constexpr std::uint8_t kSmramOpen = 0x40, kSmramDefault = 0x02;
constexpr std::uint64_t kRamUnit = 8u << 20;
constexpr std::uint64_t kShadowBase = 0xc0000, kShadowStep = 0x4000;

constexpr PciIdentity kHostBridge{.vendor = 0x8086, .device = 0x1237, .class_code = 0x0600, .revision = 2};

}  // namespace

PciConfigPorts::PciConfigPorts(AddressSpace& ports, PciBus& bus)
    : Device(kType),
      data_(address_, bus),
      address_mapping_(ports,
                       {.name = "pci-conf-idx", .base = 0xcf8, .size = 4, .handler = &address_, .max_access = 4}),
      data_mapping_(ports, {.name = "pci-conf-data", .base = 0xcfc, .size = 4, .handler = &data_, .max_access = 4}) {}

// Narrower accesses do not reach the register; they read as zeros.
std::uint64_t PciConfigPorts::AddressPort::io_read(std::uint64_t, unsigned size) { return size == 4 ? value : 0; }

void PciConfigPorts::AddressPort::io_write(std::uint64_t, std::uint64_t written, unsigned size) {
    if (size == 4) value = static_cast<std::uint32_t>(written);
}

PciBus* PciConfigPorts::DataPort::selected() const {
    return address.value & kEnable ? find_pci_bus(root, address.value >> 16 & 0xff) : nullptr;
}

// The low two bits of the address count here, unlike on the real chip: qtest's library writes any register number to 0xcf8
// and then always uses port 0xcfc.
std::uint64_t PciConfigPorts::DataPort::io_read(std::uint64_t offset, unsigned size) {
    PciBus* bus = selected();
    if (!bus) return ~std::uint64_t{0};
    return bus->config_read(address.value >> 8 & 0xff, (address.value & 0xff) | static_cast<unsigned>(offset), size);
}

void PciConfigPorts::DataPort::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    PciBus* bus = selected();
    if (!bus) return;
    bus->config_write(address.value >> 8 & 0xff, (address.value & 0xff) | static_cast<unsigned>(offset),
                     static_cast<std::uint32_t>(value), size);
}

I440fx::I440fx(AddressSpace& memory, const GuestMemory& ram)
    : PciDevice(kType, kHostBridge), memory_(memory), ram_(ram), smram_{"smram-region", 0xa0000, 0x20000} {
    for (unsigned i = 0; i + 1 < kWindows; ++i)
        shadow_[i].base = kShadowBase + i * kShadowStep, shadow_[i].size = kShadowStep;
    shadow_.back().base = 0xf0000, shadow_.back().size = 0x10000;
    set_config(kRamSize, static_cast<std::uint32_t>(std::min<std::uint64_t>(ram.size() / kRamUnit, 0xff)), 1);
    set_config(kSmram, kSmramDefault, 1);
}

void I440fx::config_write(unsigned reg, std::uint32_t value, unsigned size) {
    PciDevice::config_write(reg, value, size);
    if (reg < kSmram + 1 && reg + size > kPam) update_windows();
}

/// 0x59: its high nibble is the last window; then two windows in each register, the low nibble first.
void I440fx::update_windows() {
    const auto attributes = [this](unsigned window) {
        if (window == kWindows - 1) return config_byte(kPam) >> 4;
        return config_byte(kPam + 1 + window / 2) >> (window % 2 * 4);
    };
    static_assert(kPam + 1 + (kWindows - 2) / 2 < kPamEnd);
    for (unsigned i = 0; i < kWindows; ++i) {
        // Write only (2) shows RAM for reading too; the reference is the same.
        constexpr Shown kShown[] = {Shown::bus, Shown::ram_read_only, Shown::ram, Shown::ram};
        show(shadow_[i], kShown[attributes(i) & 3]);
    }
    show(smram_, config_byte(kSmram) & kSmramOpen ? Shown::ram : Shown::bus);
}

void I440fx::show(Window& window, Shown what) {
    if (window.shown == what) return;
    window.shown = what;
    window.region.reset();
    // A machine with less than 1 MiB has nothing to show there.
    if (what == Shown::bus || window.base + window.size > ram_.below_4g()) return;
    window.region.emplace(memory_, AddressSpace::Region{.name = window.name,
                                                        .base = window.base,
                                                        .size = window.size,
                                                        .memory = ram_.at(window.base),
                                                        .read_only = what == Shown::ram_read_only,
                                                        .priority = GuestMemory::kShadowPriority,
                                                        .alias_of = "pc.ram",
                                                        .alias_offset = window.base});
}

// --- QOM

namespace {

constexpr qom::Property kHostBridgeProperties[] = {
    qom::property("x-config-reg-migration-enabled", qom::kBool, true),
    qom::property("bypass-iommu", qom::kBool, false),
};
constexpr std::uint64_t kIoApicAddress = 0xfec00000, kGiB = std::uint64_t{1} << 30;
constexpr std::uint64_t round_up(std::uint64_t value) { return (value + kGiB - 1) / kGiB * kGiB; }
QObject hole_start(const PciConfigPorts& host) { return host.memory_ends().low; }
QObject hole_end(const PciConfigPorts&) { return kIoApicAddress; }
QObject high_hole_start(const PciConfigPorts& host) { return round_up(host.memory_ends().high); }
QObject high_hole_end(const PciConfigPorts& host) {
    return round_up(round_up(host.memory_ends().high) + static_cast<std::uint64_t>(host.values().integer("pci-hole64-size")));
}
constexpr qom::Property kHostProperties[] = {
    qom::property("pci-hole64-size", qom::kSize, std::int64_t{2147483648}),
    qom::property("short_root_bus", qom::kUint32, 0),
    qom::property("x-pci-hole64-fix", qom::kBool, true),
    qom::property("pci-hole-end", qom::kUint32).from<hole_end>(),
    qom::property("pci-hole64-start", qom::kUint64).from<high_hole_start>(),
    qom::property("pci-hole64-end", qom::kUint64).from<high_hole_end>(),
    qom::property("pci-hole-start", qom::kUint32).from<hole_start>(),
};

constexpr qom::Region kAddressPlace[] = {{qom::kPortSpace, 0xcf8, 4}}, kDataPlace[] = {{qom::kPortSpace, 0xcfc, 4}};
/// The windows between 0xc0000 and 0xfffff; the first is the uppermost, and there are `Each` nodes for one.
template <unsigned Each>
qom::Region window_place(const qom::Object&, unsigned number) {
    const unsigned window = number / Each;
    if (window == 0) return {qom::kMemorySpace, 0xf0000, 0x10000, 1};
    return {qom::kMemorySpace, kShadowBase + (window - 1) * kShadowStep, kShadowStep, 1};
}
constexpr qom::Nodes kHostNodes[] = {
    qom::regions("pci-conf-idx", kAddressPlace).early(),
    qom::regions("pci-conf-data", kDataPlace).early(),
    {.name = "pam-ram", .type = &qom::kMemoryRegion, .count = 13, .region = window_place<1>},
    {.name = "pam-rom", .type = &qom::kMemoryRegion, .count = 13, .region = window_place<1>},
    {.name = "pam-pci", .type = &qom::kMemoryRegion, .count = 26, .region = window_place<2>},
};

}  // namespace

constinit const qom::Type kPciHostBridge{.name = "pci-host-bridge", .parent = &kSystemDevice, .abstract = true, .properties = kHostBridgeProperties};
constinit const qom::Type PciConfigPorts::kType{.name = "i440FX-pcihost",
    .parent = &kPciHostBridge,
    .properties = kHostProperties,
    .nodes = kHostNodes,
    .pluggable = false};

// --- QOM

namespace {

constexpr std::uint64_t k4GiB = std::uint64_t{1} << 32;
constexpr qom::Region kSmramWindowPlace[] = {{qom::kMemorySpace, 0xa0000, 0x20000, 1}}, kSmramPlace[] = {{{}, 0, k4GiB}},
                      kSmramLowPlace[] = {{"smram[0]", 0xa0000, 0x20000}};
constexpr qom::Nodes kBridgeNodes[] = {kBusMasterContainer, kBusMaster, qom::regions("smram-region", kSmramWindowPlace),
                                       qom::regions("smram", kSmramPlace), qom::regions("smram-low", kSmramLowPlace)};
constexpr const qom::Type* kBridgeInterfaces[] = {&qom::kConventionalPci};

}  // namespace

constinit const qom::Type I440fx::kType{.name = "i440FX",
    .parent = &PciDevice::kType,
    .interfaces = kBridgeInterfaces,
    .nodes = kBridgeNodes,
    .pluggable = false,
    .hotpluggable = false};

}  // namespace rhea
