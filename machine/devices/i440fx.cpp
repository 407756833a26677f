#include "machine/devices/i440fx.h"

#include <algorithm>

namespace rhea {

namespace {

constexpr unsigned kRamSize = 0x57, kPam = 0x59, kSmram = 0x72;
constexpr std::uint8_t kSmramOpen = 0x40, kSmramDefault = 0x02;
constexpr std::uint64_t kRamUnit = 8u << 20;

constexpr PciIdentity kHostBridge{.vendor = 0x8086, .device = 0x1237, .class_code = 0x0600, .revision = 2};

}  // namespace

I440fx::I440fx(AddressSpace& memory, const GuestMemory& ram) : PciDevice(kType, kHostBridge), windows_(memory, ram) {
    set_config(kRamSize, static_cast<std::uint32_t>(std::min<std::uint64_t>(ram.size() / kRamUnit, 0xff)), 1);
    set_config(kSmram, kSmramDefault, 1);
}

void I440fx::config_write(unsigned reg, std::uint32_t value, unsigned size) {
    PciDevice::config_write(reg, value, size);
    if (reg >= kSmram + 1 || reg + size <= kPam) return;
    std::array<std::uint8_t, LegacyWindows::kPamRegisters> pam{};
    for (unsigned i = 0; i < pam.size(); ++i) pam[i] = config_byte(kPam + i);
    windows_.update(pam, (config_byte(kSmram) & kSmramOpen) != 0);
}

// --- QOM

namespace {

constexpr qom::Property kOwnProperties[] = {
    qom::property("pci-hole64-size", qom::kSize, std::int64_t{2147483648}),
    qom::property("short_root_bus", qom::kUint32, 0),
    qom::property("x-pci-hole64-fix", qom::kBool, true),
};
constexpr auto kHostProperties = qom::join(kOwnProperties, kPciHoleProperties);
constexpr auto kHostNodes = joined(kPciPortNodes, kLegacyWindowNodes);
constexpr qom::Nodes kOwnNodes[] = {kBusMasterContainer, kBusMaster};
constexpr auto kBridgeNodes = joined(kOwnNodes, kSmramNodes);
constexpr const qom::Type* kBridgeInterfaces[] = {&qom::kConventionalPci};

}  // namespace

constinit const qom::Type I440fxHost::kType{.name = "i440FX-pcihost",
    .parent = &kPciHostBridge,
    .properties = kHostProperties,
    .nodes = kHostNodes,
    .pluggable = false};
constinit const qom::Type I440fx::kType{.name = "i440FX",
    .parent = &PciDevice::kType,
    .interfaces = kBridgeInterfaces,
    .nodes = kBridgeNodes,
    .pluggable = false,
    .hotpluggable = false};

}  // namespace rhea
