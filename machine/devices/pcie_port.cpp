#include "machine/devices/pcie_port.h"

#include <algorithm>

#include "machine/platform.h"
#include "machine/qom/tree.h"

namespace rhea {

namespace {

// Registers of a bridge.
constexpr unsigned kIo = 0x1c, kSecondaryStatus = 0x1e, kMemory = 0x20, kPrefetchable = 0x24, kCapabilityList = 0x34, kControl = 0x3e;
constexpr std::uint16_t kControlBits = 0x005f;

// Registers of the capability.
constexpr std::uint8_t kExpressId = 0x10, kExpressSize = 0x3c, kSubsystemId = 0x0d, kMsixId = 0x11;
constexpr unsigned kFlags = 0x02, kDeviceCapabilities = 0x04, kDeviceControl = 0x08, kLinkCapabilities = 0x0c, kLinkStatus = 0x12, kSlotCapabilities = 0x14,
                   kSlotControl = 0x18, kSlotStatus = 0x1a, kRootControl = 0x1c, kDeviceCapabilities2 = 0x24, kDeviceControl2 = 0x28,
                   kLinkCapabilities2 = 0x2c, kLinkControl2 = 0x30;
constexpr std::uint16_t kVersion = 0x0002, kSlotImplemented = 0x0100;
constexpr std::uint32_t kForwardsAri = 0x20, kCapabilities2 = 0x00300000;
constexpr std::uint16_t kEndToEndPrefix = 0x8000;

constexpr std::uint16_t kSpeedMask = 0x000f, kWidthMask = 0x03f0, kLeastLink = 0x0011, kLinkActive = 0x2000;
constexpr std::uint32_t kReportsActive = 1u << 20;

// Slot capabilities, control and status.
constexpr std::uint32_t kButtonThere = 0x01, kPowerThere = 0x02, kAttentionLed = 0x08, kPowerLed = 0x10, kSurprise = 0x20, kHotplugCapable = 0x40,
                        kInterlock = 0x20000;
constexpr unsigned kSlotNumberShift = 19;
constexpr std::uint16_t kButton = 0x01, kPresenceChanged = 0x08, kCommandDone = 0x10, kPresent = 0x40, kLocked = 0x80;
constexpr std::uint16_t kEvents = kButton | kPresenceChanged | kCommandDone | 0x06;
constexpr std::uint16_t kInterruptOn = 0x20, kAttentionOff = 0xc0, kPowerLedMask = 0x300, kPowerLedOn = 0x100, kPowerLedBlinks = 0x200, kPowerLedOff = 0x300,
                        kPowerOff = 0x400, kToggleLock = 0x800;
constexpr std::uint16_t kSlotControlBits = 0x07f9;

// Access control, in the extended space.
constexpr unsigned kAccess = 0x148;

}  // namespace

unsigned find_express(const PciDevice& device) {
    unsigned at = device.config_byte(kCapabilityList);
    for (unsigned steps = 0; at >= 0x40 && steps < 48; ++steps, at = device.config_byte(at + 1))
        if (device.config_byte(at) == kExpressId) return at;
    return 0;
}

PciePort::PciePort(qom::Values values, const PciePortModel& model, std::string name, PciBus& on, DeviceRemoval& removal, AcpiPciHotplug* hotplug)
    : PciBridge(std::move(values), model.identity, std::move(name), on, removal, hotplug, kPcieBus), model_(model) {
    extend_config();
    set_config(kSecondaryStatus, 0, 2);
    set_writable(kControl, kControlBits, 2);
    // The list goes from the last one down.
    const auto add_subsystem = [this] {
        add_capability(kSubsystemId, model_.subsystem, 8);
        set_config(model_.subsystem + 4u, model_.subsystem_vendor, 2);
    };
    if (model.subsystem < model.message) add_subsystem();
    if (model.msix) {
        msix_.emplace(1, [this](std::uint64_t address, std::uint32_t data) { dma_write(address, &data, sizeof data); });
        add_capability(kMsixId, model.message, 12);
        set_writable(model.message + 2u, MsixTable::kEnable | MsixTable::kMaskAll, 2);
        set_config(model.message + 8u, static_cast<std::uint32_t>(msix_->pending_at()), 4);
        add_bar(0, {.kind = PciBar::Kind::memory32, .size = msix_->bar_size(), .handler = &*msix_});
    } else {
        add_msi(model.message, {.wide = model.msi_wide, .maskable = model.msi_vectors > 1, .vectors = model.msi_vectors});
    }

    if (model.subsystem > model.message) add_subsystem();
    add_capability(kExpressId, model.express, kExpressSize);
    const auto port = static_cast<std::uint32_t>(this->values().integer("port"));
    set_config(express(kFlags), static_cast<unsigned>(model.kind) << 4 | kVersion | (model.has_slot() ? kSlotImplemented : 0u), 2);
    set_config(express(kDeviceCapabilities), model.capabilities, 4);
    const bool root = model.kind == PciePortModel::Kind::root;
    if (root) set_writable(express(kDeviceControl), 0x0f, 2);
    set_config(express(kLinkCapabilities), model.link | port << 24, 4);
    set_config(express(kLinkStatus), kLeastLink, 2);
    if (root) set_writable(express(kRootControl), 0x07, 2);
    set_config(express(kDeviceCapabilities2), kCapabilities2 | (model.has_slot() ? kForwardsAri : 0), 4);
    set_writable(express(kDeviceControl2), kEndToEndPrefix | (model.has_slot() ? kForwardsAri : 0), 2);
    set_config(express(kLinkCapabilities2), model.link2 >> 4 & 0xff, 4);
    set_config(express(kLinkControl2), model.link2 & 0x0f, 2);

    if (model.reserve) add_reserve();

    const bool access = model.access_control && !this->values().boolean("disable-acs");
    add_error_reporting(access ? kAccess : 0, true);
    if (root) set_writable(kErrorReporting + 0x2c, 0x07, 4);
    if (access) {
        set_config(kAccess, 0x0001000d, 4);
        set_config(kAccess + 4, 0x005f, 2);
        set_writable(kAccess, 0, 4);
        set_writable(kAccess + 4, 0x005f0000, 4);
    }
    PciePort::reset();
}

void PciePort::reset() {
    PciBridge::reset();
    set_config(kSecondaryStatus, 0, 2);
    if (msix_) msix_->reset();
    if (model_.kind != PciePortModel::Kind::root) return;
    // Windows that let nothing through: their ends lie before their beginnings.
    set_config(kIo, 0x00f0, 2);
    set_config(kMemory, 0x0000fff0, 4);
    set_config(kPrefetchable, 0x0001fff1, 4);
}

/// What the firmware is to keep free behind it, if somebody says so: QEMU's published "resource reservation capability".
void PciePort::add_reserve() {
    constexpr std::uint8_t kVendorId = 0x09, kSize = 0x20, kReserves = 0x01;
    constexpr unsigned kAfterExpress = kExpressSize;
    const auto wanted = [this](std::string_view name) {
        std::uint64_t bytes = 0;
        const QObject said = values().get(name);
        if (said.number()) (void)said.number()->get_uint(bytes);
        return bytes;
    };
    const std::uint64_t none = ~std::uint64_t{0};
    const std::uint64_t bus = wanted("bus-reserve"), io = wanted("io-reserve"), memory = wanted("mem-reserve"), low = wanted("pref32-reserve"), high = wanted("pref64-reserve");
    if (bus == 0xffffffff && io == none && memory == none && low == none && high == none) return;
    const unsigned at = express(kAfterExpress);
    add_capability(kVendorId, at, kSize);
    set_config(at + 2, kSize, 1);
    set_config(at + 3, kReserves, 1);
    set_config(at + 4, static_cast<std::uint32_t>(bus), 4);
    set_config(at + 8, static_cast<std::uint32_t>(io), 4);
    set_config(at + 12, static_cast<std::uint32_t>(io >> 32), 4);
    set_config(at + 16, static_cast<std::uint32_t>(memory), 4);
    set_config(at + 20, static_cast<std::uint32_t>(low), 4);
    set_config(at + 24, static_cast<std::uint32_t>(high), 4);
    set_config(at + 28, static_cast<std::uint32_t>(high >> 32), 4);
}

void PciePort::update_link() {
    const std::uint16_t capable = config_word(express(kLinkCapabilities));
    PciDevice* other = secondary().at(0);
    const unsigned at = other ? find_express(*other) : 0u;
    // Of two partners the lesser decides.
    std::uint16_t link = capable;
    if (at) {
        const auto theirs = static_cast<std::uint16_t>(other->config_read(at + kLinkStatus, 2));
        link = static_cast<std::uint16_t>(std::min(theirs & kWidthMask, capable & kWidthMask) | std::min(theirs & kSpeedMask, capable & kSpeedMask));
    }
    link &= kWidthMask | kSpeedMask;
    if (!(link & kWidthMask)) link |= kLeastLink & kWidthMask;
    if (!(link & kSpeedMask)) link |= kLeastLink & kSpeedMask;
    set_config(express(kLinkStatus), link | (link_active_ ? kLinkActive : 0u), 2);
}

std::uint32_t PciePort::config_read(unsigned reg, unsigned size) {
    if (model_.has_slot() && reg < express(kLinkStatus) + 2 && reg + size > express(kLinkStatus)) update_link();
    return PciBridge::config_read(reg, size);
}

void PciePort::interrupt(bool level) {
    if (msix_) msix_->set_control(config_word(model_.message + 2u));
    if (msix_ && msix_->enabled()) {
        if (level) msix_->notify(0);
    } else if (!msix_ && msi_enabled(model_.message)) {
        if (level) send_msi(model_.message, 0);
    } else {
        set_intx(level);
    }
}

PcieSlot::PcieSlot(qom::Values values, const PciePortModel& model, std::string name, PciBus& on, DeviceRemoval& removal, AcpiPciHotplug* hotplug)
    : PciePort(std::move(values), model, std::move(name), on, removal, hotplug),
      removal_(removal),
      native_(!hotplug && this->values().boolean("hotplug")) {
    const bool power = this->values().boolean("power_controller_present");
    const bool registers = this->values().boolean("hotplug") && this->values().boolean("x-native-hotplug");
    const auto number = static_cast<std::uint32_t>(this->values().integer("slot"));
    set_config(express(kSlotCapabilities),
               number << kSlotNumberShift | kInterlock | kButtonThere | kAttentionLed | kPowerLed | (power ? kPowerThere : 0) |
                   (registers ? kSurprise | kHotplugCapable : 0),
               4);
    set_writable(express(kSlotControl), power ? kSlotControlBits : kSlotControlBits & ~kPowerOff, 2);
    if (native_) secondary().set_hotplug_handler(this, this);
    PcieSlot::reset();
}

void PcieSlot::reset() {
    PciePort::reset();
    set_status(status() & kPresent);
    settled_ = false;
}

void PcieSlot::settle(const Device* coming) {
    if (std::exchange(settled_, true)) return;
    const bool filled = secondary().at(0) && secondary().at(0) != coming;
    const bool power = (config_byte(express(kSlotCapabilities)) & kPowerThere) != 0;
    std::uint16_t value = control() & static_cast<std::uint16_t>(~kSlotControlBits);
    value |= kAttentionOff;
    if (power) value |= filled ? kPowerLedOn : kPowerLedOff | kPowerOff;
    set_control(value);
    if (native_) set_present(filled);
}

void PcieSlot::set_present(bool present) {
    set_status(static_cast<std::uint16_t>(present ? status() | kPresent : status() & ~kPresent));
    const bool reports = (config_byte(express(kLinkCapabilities) + 2) & kReportsActive >> 16) != 0;
    link_active_ = present && reports && values().boolean("x-pcie-lnksta-dllla");
}

void PcieSlot::raise(std::uint16_t event) {
    set_status(status() | event);
    notify();
}

void PcieSlot::notify() {
    interrupt((control() & kInterruptOn) && (control() & status() & kEvents));
}

std::uint32_t PcieSlot::config_read(unsigned reg, unsigned size) {
    settle();
    return PciePort::config_read(reg, size);
}

void PcieSlot::config_write(unsigned reg, std::uint32_t value, unsigned size) {
    settle();
    const std::uint16_t old_control = control(), old_status = status();
    PciBridge::config_write(reg, value, size);
    const auto part = [&](unsigned at) {      // what is written to the register of 16 bits there
        std::uint16_t written = 0;
        for (unsigned i = 0; i < size; ++i)
            if (reg + i == at || reg + i == at + 1) written |= static_cast<std::uint16_t>((value >> (8 * i) & 0xff) << (8 * (reg + i - at)));
        return written;
    };
    const auto touches = [&](unsigned at) { return reg < at + 2 && reg + size > at; };
    if (touches(express(kSlotStatus))) {
        // Who clears events that have not happened would lose some: that clears nothing.
        const auto cleared = static_cast<std::uint16_t>(part(express(kSlotStatus)) & kEvents);
        if (!(cleared & ~old_status)) set_status(static_cast<std::uint16_t>(old_status & ~cleared));
        notify();
    }
    if (!touches(express(kSlotControl))) return;
    if (part(express(kSlotControl)) & kToggleLock) set_status(status() ^ kLocked);
    const auto is_off = [](std::uint16_t control) { return (control & kPowerOff) && (control & kPowerLedMask) == kPowerLedOff; };
    // Power and its light go out: what is in the slot may leave.
    if (native_ && (status() & kPresent) && is_off(control()) && !is_off(old_control)) eject();
    raise(kCommandDone);
}

void PcieSlot::slot_filled(const Device& device) {
    settle(&device);
    set_control(control() & static_cast<std::uint16_t>(~kPowerOff));
}

void PcieSlot::plugged(Device& device) {
    settle(&device);
    if (!secondary().at(0)) return;      // not before its first function is there
    set_present(true);
    raise(kPresenceChanged | kButton);
}

Result<void> PcieSlot::request_unplug(Device& device) {
    settle();
    if (status() & kLocked) return fail("slot is electromechanically locked: Device or resource busy");
    if ((control() & kPowerLedMask) == kPowerLedBlinks) return fail("Hot-unplug failed: guest is busy (power indicator blinking)");
    device.set_unplug_pending(true);
    const auto& function = static_cast<const PciDevice&>(device);
    if (function.devfn() != 0 && !secondary().at(0)) {
        removal_.remove(device);      // the guest has never seen it
    } else if ((control() & kPowerOff) && (control() & kPowerLedMask) == kPowerLedOff) {
        eject();
        set_status(static_cast<std::uint16_t>(status() & ~kButton));
    } else {
        raise(kButton);
    }
    return {};
}

void PcieSlot::eject() {
    for (const Bus::Entry& entry : secondary().entries()) removal_.remove(*entry.device);
    set_present(false);
    raise(kPresenceChanged);
}

// --- QOM

namespace {

constexpr PciePortModel kRootPortModel{.identity = {.vendor = 0x1b36, .device = 0x000c, .class_code = 0x0604, .interrupt_pin = 1, .subsystem_vendor = 0, .subsystem = 0},
                                       .kind = PciePortModel::Kind::root,
                                       .express = 0x54,
                                       .subsystem = 0x40,
                                       .message = 0x48,
                                       .msix = true,
                                       .subsystem_vendor = 0x1b36,
                                       .capabilities = 0x00008000,
                                       .link = 0x00300604,
                                       .link2 = 0x1e4,
                                       .access_control = true,
                                       .reserve = true};
constexpr PciePortModel kIoh3420Model{
    .identity = {.vendor = 0x8086, .device = 0x3420, .class_code = 0x0604, .revision = 2, .interrupt_pin = 1, .subsystem_vendor = 0, .subsystem = 0},
    .kind = PciePortModel::Kind::root,
    .express = 0x90,
    .subsystem = 0x40,
    .message = 0x60,
    .msi_vectors = 2,
    .subsystem_vendor = 0x8086,
    .capabilities = 0x00008000,
    .link = 0x00000411};
constexpr PciePortModel kUpstreamModel{.identity = {.vendor = 0x104c, .device = 0x8232, .class_code = 0x0604, .revision = 2, .subsystem_vendor = 0, .subsystem = 0},
                                       .kind = PciePortModel::Kind::upstream,
                                       .express = 0x90,
                                       .subsystem = 0x80,
                                       .message = 0x70,
                                       .msi_wide = true,
                                       .capabilities = 0x10008000,
                                       .link = 0x00000411};
constexpr PciePortModel kDownstreamModel{.identity = {.vendor = 0x104c, .device = 0x8233, .class_code = 0x0604, .revision = 1, .subsystem_vendor = 0, .subsystem = 0},
                                         .kind = PciePortModel::Kind::downstream,
                                         .express = 0x90,
                                         .subsystem = 0x80,
                                         .message = 0x70,
                                         .msi_wide = true,
                                         .capabilities = 0x10008000,
                                         .link = 0x00000400};

/// A number of chassis and slot stands for one slot only.
Result<void> check_slot(const qom::Creation& creation) {
    bool taken = false;
    const auto same = [&](const Device& other, std::string_view name) { return other.values().integer(name) == creation.values.integer(name); };
    creation.platform.tree.for_each_device([&](const Device& other) { taken |= other.type().is_a(kPcieSlot) && same(other, "chassis") && same(other, "slot"); });
    if (taken) return fail("Can't add chassis slot, error -16");
    return {};
}

/// A slot that only the firmware handles is given ports, as bridges have them.
Result<void> complete_reserve(qom::Values& values) {
    constexpr std::int64_t kPortsOfBridge = 4096;
    if (values.given("pref32-reserve") && values.given("pref64-reserve")) return fail("PCI resource reserve cap: PREF32 and PREF64 conflict");
    if (values.boolean("hotplug") && !values.boolean("x-native-hotplug") && !values.given("io-reserve"))
        values.keep(*values.type().find("io-reserve"), kPortsOfBridge);
    return {};
}

template <const PciePortModel& Model>
Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    if constexpr (Model.reserve) RHEA_CHECK(complete_reserve(creation.values));
    auto& on = static_cast<PciBus&>(*creation.bus);
    if constexpr (Model.has_slot()) {
        RHEA_CHECK(check_slot(creation));
        AcpiPciHotplug* firmware = creation.values.boolean("hotplug") ? firmware_hotplug_of(creation) : nullptr;
        return std::make_unique<PcieSlot>(creation.values, Model, bridge_bus_name(creation, "pcie"), on, creation.platform.removal, firmware);
    } else {
        return std::make_unique<PciePort>(creation.values, Model, bridge_bus_name(creation, "pcie"), on, creation.platform.removal, firmware_hotplug_of(creation));
    }
}

enum class LinkSpeed : std::uint8_t { s2_5, s5, s8, s16 };
enum class LinkWidth : std::uint8_t { x1, x2, x4, x8, x12, x16, x32 };

}  // namespace

template <>
inline constexpr auto description<LinkSpeed> = enumeration<LinkSpeed>("PCIELinkSpeed", "2_5", "5", "8", "16");
template <>
inline constexpr auto description<LinkWidth> = enumeration<LinkWidth>("PCIELinkWidth", "1", "2", "4", "8", "12", "16", "32");

namespace {

constexpr qom::ValueType kSpeed{"PCIELinkSpeed", &type_ref<LinkSpeed>, false, "2_5/5/8/16"}, kWidth{"PCIELinkWidth", &type_ref<LinkWidth>, false, "1/2/4/8/12/16/32"};
constexpr std::uint64_t kUnset = ~std::uint64_t{0};
constexpr qom::Property kPortProperties[] = {
    qom::property("port", qom::kUint8, 0),
    qom::property("aer_log_max", qom::kUint16, 8),
};
constexpr qom::Property kSlotProperties[] = {
    qom::property("chassis", qom::kUint8, 0),
    qom::property("slot", qom::kUint16, 0),
    qom::property("hotplug", qom::kBool, true),
    qom::property("x-native-hotplug", qom::kBool, true),
};
constexpr qom::Property kRootBaseProperties[] = {
    qom::property("power_controller_present", qom::kBit, true),
    qom::property("disable-acs", qom::kBool, false),
};
constexpr qom::Property kDownstreamProperties[] = {qom::property("power_controller_present", qom::kBit, true)};
constexpr qom::Property kRootProperties[] = {
    qom::property("x-migrate-msix", qom::kBool, true),
    qom::property("bus-reserve", qom::kUint32, std::int64_t{0xffffffff}),
    qom::property("io-reserve", qom::kSize, kUnset),
    qom::property("mem-reserve", qom::kSize, kUnset),
    qom::property("pref32-reserve", qom::kSize, kUnset),
    qom::property("pref64-reserve", qom::kSize, kUnset),
    qom::property("x-speed", kSpeed, "16"),
    qom::property("x-width", kWidth, "32"),
};
constexpr const qom::Type* kPortInterfaces[] = {&qom::kExpressPci};
constexpr const qom::Type* kSlotInterfaces[] = {&qom::kHotplugHandler};
constexpr qom::Region kTable[] = {{"pcie-root-port-msix[0]", 0, 16}}, kPending[] = {{"pcie-root-port-msix[0]", 2048, 8}};
constexpr qom::Nodes kRootNodes[] = {bar_node<0>("pcie-root-port-msix"), qom::regions("msix-table", kTable), qom::regions("msix-pba", kPending)};

}  // namespace

constinit const qom::Type kPciePort{
    .name = "pcie-port", .parent = &kBasePciBridge, .abstract = true, .interfaces = kPortInterfaces, .properties = kPortProperties};
constinit const qom::Type kPcieSlot{
    .name = "pcie-slot", .parent = &kPciePort, .abstract = true, .interfaces = kSlotInterfaces, .properties = kSlotProperties};
constinit const qom::Type kPcieRootPortBase{.name = "pcie-root-port-base", .parent = &kPcieSlot, .abstract = true, .properties = kRootBaseProperties};
constinit const qom::Type kPcieRootPort{.name = "pcie-root-port",
                                        .parent = &kPcieRootPortBase,
                                        .properties = kRootProperties,
                                        .nodes = kRootNodes,
                                        .category = "Controller/Bridge/Hub",
                                        .summary = "PCI Express Root Port",
                                        .create = create<kRootPortModel>};
constinit const qom::Type kIoh3420{.name = "ioh3420",
                                   .parent = &kPcieRootPortBase,
                                   .category = "Controller/Bridge/Hub",
                                   .summary = "Intel IOH device id 3420 PCIE Root Port",
                                   .create = create<kIoh3420Model>};
constinit const qom::Type kX3130Upstream{.name = "x3130-upstream",
                                         .parent = &kPciePort,
                                         .category = "Controller/Bridge/Hub",
                                         .summary = "TI X3130 Upstream Port of PCI Express Switch",
                                         .create = create<kUpstreamModel>};
constinit const qom::Type kXio3130Downstream{.name = "xio3130-downstream",
                                             .parent = &kPcieSlot,
                                             .properties = kDownstreamProperties,
                                             .category = "Controller/Bridge/Hub",
                                             .summary = "TI X3130 Downstream Port of PCI Express Switch",
                                             .create = create<kDownstreamModel>};

}  // namespace rhea
