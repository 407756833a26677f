#include "machine/devices/q35.h"

#include <fmt/format.h>

#include "machine/devices/pci_bridge.h"

namespace rhea {

namespace {

constexpr PciIdentity kHub{.vendor = 0x8086, .device = 0x29c0, .class_code = 0x0600};

// Configuration registers.
constexpr unsigned kExtendedTseg = 0x50, kConfigBar = 0x60, kPam = 0x90, kSmbase = 0x9c, kSmram = 0x9d, kExtendedSmram = 0x9e;
constexpr std::uint32_t kConfigBarDefault = 0xb0000000;
constexpr std::uint16_t kExtendedTsegMib = 16, kExtendedTsegQuery = 0xffff;
// SMRAM.
constexpr std::uint8_t kSmramDefault = 0x02, kSmramOpen = 0x40, kSmramClosed = 0x20, kSmramLocked = 0x10, kSmramEnabled = 0x08;
constexpr std::uint8_t kExtendedSmramDefault = 0x38, kExtendedSmramWritable = 0x87;
constexpr std::uint8_t kSmbaseQuery = 0xff, kSmbaseInRam = 0x01, kSmbaseLocked = 0x02;
constexpr std::uint8_t kSegmentEnabled = 0x01, kSegmentSize = 0x06;
constexpr std::uint64_t kSmbaseAt = 0x30000, kSmramSize = 0x20000;

}  // namespace

Q35Host::Q35Host(AddressSpace& ports, AddressSpace& memory, PciBus& bus) : PciHostBridge(kType, ports, bus), memory_(memory), config_memory_(bus) {}

void Q35Host::map_config(std::optional<Window> window) {
    mapping_.reset();
    if (!window) return;
    window_ = *window;
    mapping_.emplace(memory_, AddressSpace::Region{.name = "pcie-mmcfg-mmio", .base = window_.base, .size = window_.size, .handler = &config_memory_,
                                                   .max_access = 4});
}

std::uint64_t Q35Host::ConfigMemory::io_read(std::uint64_t offset, unsigned size) {
    const PciBus* bus = find_pci_bus(root, static_cast<unsigned>(offset >> 20 & 0xff));
    return bus ? bus->config_read(offset >> 12 & 0xff, offset & 0xfff, size) : ~std::uint64_t{0};
}

void Q35Host::ConfigMemory::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (const PciBus* bus = find_pci_bus(root, static_cast<unsigned>(offset >> 20 & 0xff)))
        bus->config_write(offset >> 12 & 0xff, offset & 0xfff, static_cast<std::uint32_t>(value), size);
}

Result<void> Mch::check(const qom::Values& values) {
    constexpr std::int64_t kMost = 4095;
    const std::int64_t said = values.integer("extended-tseg-mbytes");
    if (said > kMost) return fail(fmt::format("invalid extended-tseg-mbytes value: {}", said));
    return {};
}

Mch::Mch(qom::Values values, AddressSpace& memory, const GuestMemory& ram, Q35Host& host)
    : PciDevice(std::move(values), kHub), memory_(memory), ram_(ram), host_(host), windows_(memory, ram) { Mch::reset(); }

void Mch::reset() {
    PciDevice::reset();
    set_config(kConfigBar, kConfigBarDefault, 4);
    set_config(kConfigBar + 4, 0, 4);
    set_config(kExtendedTseg, static_cast<std::uint32_t>(values().integer("extended-tseg-mbytes")), 2);
    set_config(kSmbase, 0, 1);
    set_config(kSmram, kSmramDefault, 1);
    set_config(kExtendedSmram, kExtendedSmramDefault, 1);
    set_writable(kSmbase, 0xff, 1);
    set_writable(kSmram, kSmramOpen | kSmramClosed | kSmramLocked | kSmramEnabled, 1);
    set_writable(kExtendedSmram, kExtendedSmramWritable, 1);
    smbase_hole_.reset();
    update_windows();
    update_segment();
    update_config_window();
}

void Mch::config_write(unsigned reg, std::uint32_t value, unsigned size) {
    const std::uint8_t before = config_byte(kSmbase);
    PciDevice::config_write(reg, value, size);
    const auto touches = [&](unsigned from, unsigned length) { return reg < from + length && reg + size > from; };
    // Who asks how large the extended segment may be is told.
    const auto largest = static_cast<std::uint32_t>(values().integer("extended-tseg-mbytes"));
    if (largest && touches(kExtendedTseg, 2) && config_word(kExtendedTseg) == kExtendedTsegQuery) set_config(kExtendedTseg, largest, 2);
    if (touches(kConfigBar, 8)) update_config_window();
    if (touches(kSmbase, 1)) {
        offer_smbase(before);
    }
    if (touches(kSmram, 1) && (config_byte(kSmram) & kSmramLocked)) {
        set_config(kSmram, config_byte(kSmram) & ~kSmramOpen, 1);
        set_writable(kSmram, kSmramClosed, 1);
        set_writable(kExtendedSmram, 0, 1);
    }
    if (touches(kPam, LegacyWindows::kPamRegisters) || touches(kSmram, 1)) update_windows();
    if (touches(kSmram, 2)) update_segment();
}

/// Who writes the query is told that the place of the reset vector's handler can be kept from the guest; then that can be locked.
void Mch::offer_smbase(std::uint8_t before) {
    if (!values().boolean("smbase-smram")) return;
    const std::uint8_t written = config_byte(kSmbase);
    std::uint8_t now = before;
    if (before == 0 && written == kSmbaseQuery) now = kSmbaseInRam;
    else if (before == kSmbaseInRam && (written & kSmbaseLocked)) now = kSmbaseLocked;
    set_config(kSmbase, now, 1);
    if (now != kSmbaseLocked || smbase_hole_) return;
    set_writable(kSmbase, 0, 1);
    smbase_hole_.emplace(memory_, AddressSpace::Region{.name = "smbase-blackhole", .base = kSmbaseAt, .size = kSmramSize, .handler = &nothing_, .priority = 1});
}

/// The top segment of memory is out of sight while it is enabled: nobody here is in system management mode.
void Mch::update_segment() {
    segment_hole_.reset();
    constexpr std::uint64_t kMib = 1 << 20;
    const std::uint8_t extended = config_byte(kExtendedSmram);
    if (!(config_byte(kSmram) & kSmramEnabled) || !(extended & kSegmentEnabled)) return;
    constexpr std::uint64_t kSizes[] = {1 * kMib, 2 * kMib, 8 * kMib};
    const unsigned choice = (extended & kSegmentSize) >> 1;
    const std::uint64_t size = choice < std::size(kSizes) ? kSizes[choice] : kMib * static_cast<std::uint64_t>(values().integer("extended-tseg-mbytes"));
    if (size == 0 || size > ram_.below_4g()) return;
    segment_hole_.emplace(memory_, AddressSpace::Region{.name = "tseg-blackhole", .base = ram_.below_4g() - size, .size = size, .handler = &nothing_, .priority = 1});
}

void Mch::update_windows() {
    std::array<std::uint8_t, LegacyWindows::kPamRegisters> pam{};
    for (unsigned i = 0; i < pam.size(); ++i) pam[i] = config_byte(kPam + i);
    windows_.update(pam, (config_byte(kSmram) & kSmramOpen) != 0);
}

void Mch::update_config_window() {
    constexpr std::uint64_t kMiB = 1 << 20;
    const std::uint32_t low = config_word(kConfigBar) | static_cast<std::uint32_t>(config_word(kConfigBar + 2)) << 16;
    if (!(low & 1)) return host_.map_config(std::nullopt);
    std::uint64_t size = 0;
    switch (low >> 1 & 3) {
        case 0: size = 256 * kMiB; break;
        case 1: size = 128 * kMiB; break;
        case 2: size = 64 * kMiB; break;
        default: return;      // reserved: nothing changes
    }
    const std::uint64_t whole = low | (std::uint64_t{config_word(kConfigBar + 4)} | std::uint64_t{config_word(kConfigBar + 6)} << 16) << 32;
    host_.map_config(Q35Host::Window{whole & 0xfffffffffull & ~(size - 1), size});
}

// --- QOM

namespace {

QObject config_base(const Q35Host& host) { return host.config_base().value_or(~std::uint64_t{0}); }
QObject config_size(const Q35Host& host) { return host.config_size(); }
QObject low_memory(const Q35Host& host) { return host.memory_ends().low; }
QObject high_memory(const Q35Host& host) { return host.memory_ends().above; }
QObject ram_path(const Q35Host& host) { return host.ram_path(); }
/// What the machine gave it.
template <const std::string_view& Path>
QObject leads_to(const Q35Host&) { return QObject(Path); }
constexpr qom::ValueType kRegionLink{"link<memory-region>"};

constexpr qom::Property kHostProperties[] = {
    qom::property("MCFG", qom::kUint64, std::uint64_t{kConfigBarDefault}).shown_by<config_base>(),
    qom::property("pci-hole64-size", qom::kSize, std::uint64_t{32} << 30),
    qom::property("short_root_bus", qom::kUint32, 0),
    qom::property("below-4g-mem-size", qom::kSize, 0).shown_by<low_memory>(),
    qom::property("above-4g-mem-size", qom::kSize, 0).shown_by<high_memory>(),
    qom::property("x-pci-hole64-fix", qom::kBool, true),
};
constexpr qom::Property kOwnInstance[] = {
    qom::property("mcfg_size", qom::kUint64).from<config_size>(),
    qom::property("ram-mem", kRegionLink).from<ram_path>(),
    qom::property("pci-mem", kRegionLink).from<leads_to<qom::kPciSpace>>(),
    qom::property("system-mem", kRegionLink).from<leads_to<qom::kMemorySpace>>(),
    qom::property("io-mem", kRegionLink).from<leads_to<qom::kPortSpace>>(),
};
constexpr auto kHostInstance = qom::join(kOwnInstance, kPciHoleProperties);
qom::Region config_place(const Q35Host& host) {
    constexpr std::uint64_t kLargest = 256 << 20;
    if (const auto base = host.config_base()) return {qom::kMemorySpace, *base, host.config_size()};
    return {.address = 0, .size = host.config_size() ? host.config_size() : kLargest};
}
constexpr qom::Nodes kConfigNode[] = {qom::region<config_place>("pcie-mmcfg-mmio").early()};
constexpr auto kHostNodes = joined(kPciPortNodes, kConfigNode);

constexpr qom::Property kHubProperties[] = {
    qom::property("extended-tseg-mbytes", qom::kUint16, kExtendedTsegMib),
    qom::property("smbase-smram", qom::kBool, true),
};
constexpr std::uint64_t kHighSmram = 0xfeda0000;
constexpr qom::Region kHighPlace[] = {{"smram[0]", kHighSmram, kSmramSize}}, kOpenHighPlace[] = {{qom::kMemorySpace, kHighSmram, kSmramSize, 1}},
                      kSmbaseWindow[] = {{"smram[0]", kSmbaseAt, kSmramSize}}, kSmbaseHole[] = {{qom::kMemorySpace, kSmbaseAt, kSmramSize, 1}};
/// No part of the memory is set aside while nobody executes in system management mode.
qom::Region tseg_hole(const Mch& hub) { return {qom::kMemorySpace, hub.memory_below_4g(), 0, 1}; }
qom::Region tseg_window(const Mch& hub) { return {"smram[0]", hub.memory_below_4g(), 0}; }
constexpr qom::Nodes kOwnNodes[] = {kBusMasterContainer, kBusMaster, qom::regions("smram-high", kHighPlace), qom::regions("smram-open-high", kOpenHighPlace),
                                    qom::regions("smbase-window", kSmbaseWindow), qom::regions("smbase-blackhole", kSmbaseHole),
                                    qom::region<tseg_window>("tseg-window"), qom::region<tseg_hole>("tseg-blackhole")};
constexpr auto kHubNodes = joined(kOwnNodes, kSmramNodes, kLegacyWindowNodes);
constexpr const qom::Type* kInterfaces[] = {&qom::kConventionalPci};
constexpr qom::Children kHostChildren[] = {{"mch", &Mch::kType}};

}  // namespace

constinit const qom::Type kPcieHostBridge{.name = "pcie-host-bridge", .parent = &kPciHostBridge, .abstract = true};
constinit const qom::Type Q35Host::kType{.name = "q35-pcihost",
    .parent = &kPcieHostBridge,
    .properties = kHostProperties,
    .instance_properties = kHostInstance,
    .nodes = kHostNodes,
    .children = kHostChildren,
    .pluggable = false};
constinit const qom::Type Mch::kType{.name = "mch",
    .parent = &PciDevice::kType,
    .interfaces = kInterfaces,
    .properties = kHubProperties,
    .nodes = kHubNodes,
    .pluggable = false,
    .hotpluggable = false};

}  // namespace rhea
