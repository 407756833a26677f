#include "machine/devices/pci_bridge.h"

#include <algorithm>

#include "machine/platform.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/tree.h"

namespace rhea {

namespace {

constexpr unsigned kHeaderType = 0x0e, kNumbers = 0x18, kLatency = 0x1b, kIo = 0x1c, kSecondaryStatus = 0x1e, kMemory = 0x20,
                   kPrefetchable = 0x24, kPrefetchableUpper = 0x28, kIoUpper = 0x30, kCapabilities = 0x34, kControl = 0x3e;
constexpr std::uint32_t kControlBits = 0x0bff;
constexpr std::uint16_t kResetBehind = 0x40;

}  // namespace

PciBridge::PciBridge(qom::Values values, const PciIdentity& identity, std::string name, PciBus& on, DeviceRemoval& removal,
                     AcpiPciHotplug* hotplug, const qom::Type& bus_type)
    : PciDevice(std::move(values), identity), bus_(std::move(name), on.ports(), on.memory(), bus_type) {
    bus_.connect(this);
    set_config(kHeaderType, 1, 1);
    // The header of a bridge has other registers where a device has its third base address and its subsystem.
    set_writable(kNumbers, 0x00ffffff, 4);
    set_writable(kLatency, 0xff, 1);
    set_config(kSecondaryStatus, 0x00a0, 2);
    set_writable(kIo, 0xf0f0, 2);
    set_writable(kMemory, 0xfff0fff0, 4);
    set_config(kPrefetchable, 0x00010001, 4);
    set_writable(kPrefetchable, 0xfff0fff0, 4);
    set_writable(kPrefetchableUpper, 0xffffffff, 4);
    set_writable(kPrefetchableUpper + 4, 0xffffffff, 4);
    set_writable(kIoUpper, 0, 4);
    set_writable(kControl, kControlBits, 2);
    add_part(bus_.bus_name(), bus_);
    bus_.set_spaces({"pci_bridge_io[0]", "pci_bridge_pci[0]", this});
    if (!hotplug) return;
    hotplug_ = std::make_unique<AcpiPciHotplug>(bus_, removal, *hotplug);
    bus_.set_firmware_hotplug(hotplug_.get());
    bus_.set_hotplug_handler(hotplug_.get(), hotplug_->object());
}

PciBridge::~PciBridge() {
    bus_.connect(nullptr);
    for (unsigned pirq = 0; pirq < 4; ++pirq)
        if (levels_ & 1u << pirq) set_pirq(pirq, false);
}

void PciBridge::set_pirq(unsigned pirq, bool level) {
    levels_ = level ? levels_ | 1u << pirq : levels_ & ~(1u << pirq);
    if (PciBus* on = bus()) on->drive(slot(), pirq, level);
}

void PciBridge::reset() {
    PciDevice::reset();
    set_config(kNumbers, 0, 4);
    set_config(kIo, 0, 2);
    set_config(kMemory, 0, 4);
    set_config(kPrefetchable, 0x00010001, 4);
    set_config(kPrefetchableUpper, 0, 4);
    set_config(kPrefetchableUpper + 4, 0, 4);
    set_config(kControl, 0, 2);
}

void PciBridge::config_write(unsigned reg, std::uint32_t value, unsigned size) {
    const bool was = (config_word(kControl) & kResetBehind) != 0;
    PciDevice::config_write(reg, value, size);
    if (was || !(config_word(kControl) & kResetBehind)) return;
    for (const Bus::Entry& entry : bus_.entries()) entry.device->reset();
}

PciBridge::Range PciBridge::io_range() const {
    constexpr std::uint64_t kGranule = 0xfff;
    return {std::uint64_t{config_byte(kIo)} >> 4 << 12, (std::uint64_t{config_byte(kIo + 1)} >> 4 << 12) | kGranule};
}

PciBridge::Range PciBridge::memory_range() const {
    constexpr std::uint64_t kGranule = 0xfffff;
    return {std::uint64_t{config_word(kMemory)} >> 4 << 20, (std::uint64_t{config_word(kMemory + 2)} >> 4 << 20) | kGranule};
}

PciBridge::Range PciBridge::prefetchable_range() const {
    constexpr std::uint64_t kGranule = 0xfffff;
    const auto upper = [this](unsigned reg) { return (std::uint64_t{config_word(reg)} | std::uint64_t{config_word(reg + 2)} << 16) << 32; };
    return {(std::uint64_t{config_word(kPrefetchable)} >> 4 << 20) | upper(kPrefetchableUpper),
            (std::uint64_t{config_word(kPrefetchable + 2)} >> 4 << 20) | kGranule | upper(kPrefetchableUpper + 4)};
}

PciBus* find_pci_bus(PciBus& root, unsigned number) {
    if (number == 0) return &root;
    for (const Bus::Entry& entry : root.entries()) {
        auto* bridge = dynamic_cast<PciBridge*>(entry.device);
        if (!bridge || bridge->secondary_number() == 0) continue;
        if (bridge->secondary_number() == number) return &bridge->secondary();
        if (bridge->secondary_number() < number && number <= bridge->subordinate_number())
            if (PciBus* below = find_pci_bus(bridge->secondary(), number)) return below;
    }
    return nullptr;
}

std::string bridge_bus_name(const qom::Creation& creation, std::string_view kind) {
    return creation.id.empty() ? creation.platform.tree.name_bus({}, kind) : creation.id;
}

AcpiPciHotplug* firmware_hotplug_of(const qom::Creation& creation) {
    return creation.hotplugged ? nullptr : static_cast<PciBus&>(*creation.bus).firmware_hotplug();
}

// --- QOM

namespace {

class StandardBridge final : public PciBridge, private IoHandler {
public:
    StandardBridge(qom::Values values, std::uint16_t device, std::string name, PciBus& on, DeviceRemoval& removal, AcpiPciHotplug* hotplug)
        : PciBridge(std::move(values),
                    {.vendor = 0x1b36, .device = device, .class_code = 0x0604, .status = 0x00a0, .interrupt_pin = 1, .subsystem_vendor = 0, .subsystem = 0},
                    std::move(name), on, removal, hotplug) {
        const bool standard_hotplug = this->values().boolean("shpc");
        if (standard_hotplug) {
            add_bar(0, {.kind = PciBar::Kind::memory64, .size = 0x100, .handler = this});
            add_capability(0x0c, 0x40, 8);
            set_writable(0x42, 0xff, 1);
        }
        add_capability(0x04, 0x48, 4);      // slot numbering
        set_config(0x4a, 0x20, 1);
        set_config(0x4b, static_cast<std::uint32_t>(this->values().integer("chassis_nr")), 1);
        set_writable(0x4b, 0xff, 1);
        if (this->values().text("msi") == "off") return;
        add_capability(0x05, 0x4c, 16);
        set_config(0x4e, 0x0180, 2);
        set_writable(0x4e, 0x01, 1);
        set_writable(0x50, 0xfffffffc, 4);
        set_writable(0x54, 0xffffffff, 4);
        set_writable(0x58, 0xffff, 2);
        set_writable(0x5c, 0x01, 1);
    }

private:
    std::uint64_t io_read(std::uint64_t, unsigned) override { return 0; }
    void io_write(std::uint64_t, std::uint64_t, unsigned) override {}
};

class DmiBridge final : public PciBridge {
public:
    DmiBridge(qom::Values values, std::string name, PciBus& on, DeviceRemoval& removal, AcpiPciHotplug* hotplug)
        : PciBridge(std::move(values),
                    {.vendor = 0x8086, .device = 0x244e, .class_code = 0x0604, .prog_if = 1, .revision = 0x92, .status = 0x00a0, .subsystem_vendor = 0, .subsystem = 0},
                    std::move(name), on, removal, hotplug) {
        add_capability(0x0d, 0x50, 8);      // subsystem
    }
};

PciBus& parent_of(const qom::Creation& creation) { return static_cast<PciBus&>(*creation.bus); }

template <std::uint16_t Device>
Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    if (creation.values.integer("chassis_nr") == 0)
        return fail("Bridge chassis not specified. Each bridge is required to be assigned a unique chassis id > 0.");
    return std::make_unique<StandardBridge>(creation.values, Device, bridge_bus_name(creation), parent_of(creation), creation.platform.removal,
                                            firmware_hotplug_of(creation));
}

Result<std::unique_ptr<qom::Object>> create_dmi(qom::Creation& creation) {
    return std::make_unique<DmiBridge>(creation.values, bridge_bus_name(creation), parent_of(creation), creation.platform.removal, firmware_hotplug_of(creation));
}

class ExpressToPciBridge final : public PciBridge, private IoHandler {
public:
    ExpressToPciBridge(qom::Values values, std::string name, PciBus& on, DeviceRemoval& removal, AcpiPciHotplug* hotplug)
        : PciBridge(std::move(values),
                    {.vendor = 0x1b36, .device = 0x000e, .class_code = 0x0604, .status = 0x00a0, .interrupt_pin = 1, .subsystem_vendor = 0, .subsystem = 0},
                    std::move(name), on, removal, hotplug) {
        constexpr unsigned kHotplug = 0x40, kExpress = 0x48, kPower = 0x84, kMessages = 0x8c;
        extend_config();
        add_bar(0, {.kind = PciBar::Kind::memory64, .size = 0x100, .handler = this});
        add_capability(0x0c, kHotplug, 8);
        set_writable(kHotplug + 2, 0xff, 1);
        add_express(kExpress, {.error_control = true});
        set_config(kExpress + 2, 0x0072, 2);      // a bridge to PCI
        set_config(kExpress + 0x24, 0x00300020, 4);
        set_writable(kExpress + 0x28, 0x8020, 2);
        add_capability(0x01, kPower, 8);
        set_config(kPower + 2, 0x0003, 2);
        if (this->values().text("msi") != "off") add_msi(kMessages, {.wide = true, .maskable = true});
        add_error_reporting(0, false);
    }

private:
    std::uint64_t io_read(std::uint64_t, unsigned) override { return 0; }
    void io_write(std::uint64_t, std::uint64_t, unsigned) override {}
};

Result<std::unique_ptr<qom::Object>> create_express_to_pci(qom::Creation& creation) {
    return std::make_unique<ExpressToPciBridge>(creation.values, bridge_bus_name(creation), parent_of(creation), creation.platform.removal,
                                                firmware_hotplug_of(creation));
}

/// A window into the bus behind: what the registers say, or nothing.
qom::Region window(const PciBridge& bridge, std::string_view PciBus::Spaces::*space, PciBridge::Range range, bool open) {
    const PciBus* on = bridge.bus();
    const bool proper = range.limit >= range.base;
    qom::Region region{.address = proper ? range.base : 0, .size = open && proper ? range.limit - range.base + 1 : 0, .priority = 1};
    if (!on) return region;
    region.container = on->spaces().*space;
    region.owner = on->spaces().owner;
    return region;
}
bool enabled(const PciBridge& bridge, std::uint16_t what) { return (bridge.config_word(0x04) & what) != 0; }
qom::Region io_window(const PciBridge& bridge) {
    return window(bridge, &PciBus::Spaces::ports, bridge.io_range(), enabled(bridge, 1));
}
qom::Region memory_window(const PciBridge& bridge) {
    return window(bridge, &PciBus::Spaces::memory, bridge.memory_range(), enabled(bridge, 2));
}
qom::Region prefetchable_window(const PciBridge& bridge) {
    return window(bridge, &PciBus::Spaces::memory, bridge.prefetchable_range(), enabled(bridge, 2));
}
qom::Region io_place(const qom::Object& bridge, unsigned number) {
    if (number == 0) return {{}, 0, std::uint64_t{1} << 32};
    return io_window(static_cast<const PciBridge&>(bridge));
}
constexpr qom::Region kWholePlace[] = {{{}, 0, qom::Region::kWhole}}, kVgaMemoryPlace[] = {{{}, 0, 0x20000}}, kVgaLowPlace[] = {{{}, 0, 12}},
                      kVgaHighPlace[] = {{{}, 0, 0x20}}, kHotplugPlace[] = {{"shpc-bar[0]", 0, 0xa0}};
constexpr qom::Nodes kBridgeNodes[] = {kBusMasterContainer, qom::regions("pci_bridge_pci", kWholePlace),
                                       {.name = "pci_bridge_io", .type = &qom::kMemoryRegion, .count = 2, .region = io_place},
                                       qom::region<prefetchable_window>("pci_bridge_pref_mem"), qom::region<memory_window>("pci_bridge_mem"),
                                       qom::regions("pci_bridge_vga_io_lo", kVgaLowPlace), qom::regions("pci_bridge_vga_io_hi", kVgaHighPlace),
                                       qom::regions("pci_bridge_vga_mem", kVgaMemoryPlace), kBusMaster};
constexpr qom::Nodes kStandardNodes[] = {bar_node<0>("shpc-bar"), qom::regions("shpc-mmio", kHotplugPlace)};

constexpr std::uint64_t kUnset = ~std::uint64_t{0};
constexpr qom::Property kProperties[] = {
    qom::property("chassis_nr", qom::kUint8, 0),
    qom::property("msi", qom::kOnOffAuto, "auto"),
    qom::property("shpc", qom::kBit, true),
    qom::property("bus-reserve", qom::kUint32, std::int64_t{0xffffffff}),
    qom::property("io-reserve", qom::kSize, kUnset),
    qom::property("mem-reserve", qom::kSize, kUnset),
    qom::property("pref32-reserve", qom::kSize, kUnset),
    qom::property("pref64-reserve", qom::kSize, kUnset),
};
constexpr qom::Property kMessageProperties[] = {qom::property("msi", qom::kOnOffAuto, "auto")};
constexpr const qom::Type* kExpress[] = {&qom::kHotplugHandler, &qom::kExpressPci};
constexpr const qom::Type* kConventional[] = {&qom::kConventionalPci};
constexpr const qom::Type* kWithHotplug[] = {&qom::kHotplugHandler, &qom::kConventionalPci};

}  // namespace

constinit const qom::Type kBasePciBridge{.name = "base-pci-bridge", .parent = &PciDevice::kType, .abstract = true, .nodes = kBridgeNodes};
constinit const qom::Type kPciBridge{.name = "pci-bridge",
                                     .parent = &kBasePciBridge,
                                     .interfaces = kWithHotplug,
                                     .properties = kProperties,
                                     .nodes = kStandardNodes,
                                     .category = "Controller/Bridge/Hub",
                                     .summary = "Standard PCI Bridge",
                                     .create = create<0x0001>};
constinit const qom::Type kPciBridgeSeat{.name = "pci-bridge-seat",
                                         .parent = &kPciBridge,
                                         .category = "Controller/Bridge/Hub",
                                         .summary = "Standard PCI Bridge (multiseat)",
                                         .create = create<0x000a>};
constinit const qom::Type kPciePciBridge{.name = "pcie-pci-bridge",
                                         .parent = &kBasePciBridge,
                                         .interfaces = kExpress,
                                         .properties = kMessageProperties,
                                         .nodes = kStandardNodes,
                                         .category = "Controller/Bridge/Hub",
                                         .create = create_express_to_pci};
constinit const qom::Type kI82801b11Bridge{.name = "i82801b11-bridge",
                                           .parent = &kBasePciBridge,
                                           .interfaces = kConventional,
                                           .category = "Controller/Bridge/Hub",
                                           .create = create_dmi};

}  // namespace rhea
