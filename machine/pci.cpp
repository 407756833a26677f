#include "machine/pci.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "machine/acpi_pci_hotplug.h"
#include "machine/devices/pci_bridge.h"
#include "machine/devices/trace_points.h"
#include "machine/pci_commands.h"

namespace rhea {

namespace {

// Configuration space header.
constexpr unsigned kVendor = 0x00, kDevice = 0x02, kCommand = 0x04, kStatus = 0x06, kRevision = 0x08, kProgIf = 0x09,
                   kClass = 0x0a, kCacheLine = 0x0c, kHeaderType = 0x0e, kFirstBar = 0x10, kSubsystemVendor = 0x2c,
                   kSubsystem = 0x2e, kRom = 0x30, kCapabilities = 0x34, kInterruptLine = 0x3c, kInterruptPin = 0x3d,
                   kFirstOwn = 0x40;
constexpr std::uint16_t kCommandIo = 0x01, kCommandMemory = 0x02, kCommandIntxOff = 0x400;
constexpr std::uint16_t kCommandBits = 0x0507;  // I/O, memory, master, SERR#, INTx disable
constexpr std::uint8_t kStatusIntx = 0x08, kStatusCapabilities = 0x10;

constexpr std::uint8_t kMsiCapability = 0x05;
constexpr std::uint16_t kMsiEnable = 0x0001, kMsiVectorsShift = 1, kMsiChosenShift = 4, kMsiWide = 0x0080, kMsiMaskable = 0x0100;

// Where regions overlap: RAM hides memory BARs, I/O BARs hide the ISA ports.
constexpr int kMemoryBarPriority = -1, kIoBarPriority = 1;

constexpr unsigned bar_register(unsigned index) { return index == PciDevice::kRomBar ? kRom : kFirstBar + 4 * index; }

constexpr std::uint32_t bar_type_bits(const PciBar& bar) {
    if (bar.kind == PciBar::Kind::io) return 1;
    return (bar.kind == PciBar::Kind::memory64 ? 4u : 0u) | (bar.prefetch ? 8u : 0u);
}

bool overlaps(unsigned reg, unsigned size, unsigned from, unsigned to) { return reg < to && reg + size > from; }

}  // namespace

PciDevice::PciDevice(qom::Values values, const PciIdentity& identity) : Device(std::move(values)) {
    set_config(kVendor, identity.vendor, 2);
    set_config(kDevice, identity.device, 2);
    set_config(kStatus, identity.status, 2);
    set_config(kRevision, identity.revision, 1);
    set_config(kProgIf, identity.prog_if, 1);
    set_config(kClass, identity.class_code, 2);
    set_config(kSubsystemVendor, identity.subsystem_vendor, 2);
    set_config(kSubsystem, identity.subsystem, 2);
    set_config(kInterruptPin, identity.interrupt_pin, 1);
    set_writable(kCommand, kCommandBits, 2);
    set_writable(kCacheLine, 0xff, 1);
    set_writable(kInterruptLine, 0xff, 1);
    std::fill(writable_.begin() + kFirstOwn, writable_.end(), std::uint8_t{0xff});
}

PciDevice::~PciDevice() {
    if (bus_) bus_->unplug(*this);
}

std::uint16_t PciDevice::config_word(unsigned reg) const {
    return static_cast<std::uint16_t>(config_[reg] | config_[reg + 1] << 8);
}

void PciDevice::set_multifunction() { config_[kHeaderType] |= 0x80; }

void PciDevice::set_config(unsigned reg, std::uint32_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) config_[reg + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

void PciDevice::set_writable(unsigned reg, std::uint32_t mask, unsigned size) {
    for (unsigned i = 0; i < size; ++i) writable_[reg + i] = static_cast<std::uint8_t>(mask >> (8 * i));
}

void PciDevice::extend_config() {
    config_.resize(kExtendedSize);
    writable_.resize(kExtendedSize, 0xff);
}

void PciDevice::add_express(unsigned offset, const Express& express) {
    constexpr std::uint8_t kExpressId = 0x10, kSize = 0x3c;
    add_capability(kExpressId, offset, kSize);
    set_config(offset + 0x02, express.integrated ? 0x0092 : 0x0002, 2);
    set_config(offset + 0x04, express.resettable ? 0x10008000 : 0x00008000, 4);
    set_writable(offset + 0x08, (express.resettable ? 0x8000u : 0u) | (express.error_control ? 0x0fu : 0u), 2);
    set_config(offset + 0x0c, 0x00000411, 4);
    if (express.link_control) set_writable(offset + 0x10, 0x00c0, 2);
    set_config(offset + 0x12, 0x0011, 2);
    set_config(offset + 0x24, 0x00300000, 4);
    set_writable(offset + 0x28, 0x8000, 2);
}

void PciDevice::add_error_reporting(unsigned next, bool several) {
    for (unsigned reg = kErrorReporting; reg < kErrorReporting + kErrorReportingSize; reg += 4) set_writable(reg, 0, 4);
    set_config(kErrorReporting, 0x00020001 | next << 20, 4);
    set_config(kErrorReporting + 0x0c, 0x00462030, 4);      // which errors are fatal
    set_writable(kErrorReporting + 0x0c, 0x03fff030, 4);
    set_config(kErrorReporting + 0x14, 0x0000e000, 4);      // correctable ones that are masked
    set_writable(kErrorReporting + 0x14, 0x0000f1c1, 4);
    set_config(kErrorReporting + 0x18, several ? 0x2a0 : 0x0a0, 4);
    set_writable(kErrorReporting + 0x18, several ? 0x540 : 0x140, 4);
}

std::uint32_t PciDevice::config_read(unsigned reg, unsigned size) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= static_cast<std::uint32_t>(config_[reg + i]) << (8 * i);
    return value;
}

void PciDevice::config_write(unsigned reg, std::uint32_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) {
        const auto mask = writable_[reg + i];
        config_[reg + i] = static_cast<std::uint8_t>((config_[reg + i] & ~mask) | ((value >> (8 * i)) & mask));
    }
    if (msi_at_ && overlaps(reg, size, msi_at_ + 2, msi_at_ + 3)) {
        // No more vectors than there are.
        std::uint8_t& control = config_[msi_at_ + 2u];
        const int most = control >> kMsiVectorsShift & 7, chosen = control >> kMsiChosenShift & 7;
        if (chosen > most) control = static_cast<std::uint8_t>((control & ~(7 << kMsiChosenShift)) | most << kMsiChosenShift);
    }
    const bool command = overlaps(reg, size, kCommand, kCommand + 2);
    if (command || overlaps(reg, size, kFirstBar, kFirstBar + 24) || overlaps(reg, size, kRom, kRom + 4)) update_bars();
    if (command) update_intx();
}

void PciDevice::reset() {
    set_intx(false);
    set_config(kCommand, 0, 2);
    set_config(kCacheLine, 0, 1);
    set_config(kInterruptLine, 0, 1);
    if (msi_at_) config_[msi_at_ + 2] &= static_cast<std::uint8_t>(~(kMsiEnable | 7u << kMsiChosenShift));
    for (unsigned i = 0; i < kBars; ++i) {
        if (bars_[i].kind == PciBar::Kind::none) continue;
        set_config(bar_register(i), bar_type_bits(bars_[i]), 4);
        if (bars_[i].kind == PciBar::Kind::memory64) set_config(bar_register(i) + 4, 0, 4);
    }
    update_bars();
}

void PciDevice::add_bar(unsigned index, PciBar bar) {
    const auto reg = bar_register(index);
    const auto mask = ~(bar.size - 1);
    set_config(reg, bar_type_bits(bar), 4);
    set_writable(reg, static_cast<std::uint32_t>(mask) | (index == kRomBar ? 1u : 0u), 4);
    if (bar.kind == PciBar::Kind::memory64) set_writable(reg + 4, static_cast<std::uint32_t>(mask >> 32), 4);
    bars_[index] = bar;
}

void PciDevice::resize_rom(std::uint64_t bytes) {
    constexpr std::uint64_t kSmallest = 2048;      // PCI 3.0, section 6.2.5.2
    if (bytes > 0) {
        bars_[kRomBar].size = std::max(std::bit_ceil(bytes), kSmallest);
        return add_bar(kRomBar, bars_[kRomBar]);
    }
    bars_[kRomBar] = {};
    set_config(bar_register(kRomBar), 0, 4);
    set_writable(bar_register(kRomBar), 0, 4);
}

void PciDevice::add_capability(std::uint8_t id, unsigned offset, unsigned length) {
    set_config(offset, id, 1);
    set_config(offset + 1, config_[kCapabilities], 1);
    std::fill_n(writable_.begin() + offset, length, std::uint8_t{0});
    set_config(kCapabilities, offset, 1);
    config_[kStatus] |= kStatusCapabilities;
}

void PciDevice::add_msi(unsigned offset, const Msi& msi) {
    const unsigned data = msi.wide ? 12 : 8;
    add_capability(kMsiCapability, offset, data + (msi.maskable ? 12 : 2));
    const auto vectors = static_cast<unsigned>(std::countr_zero(msi.vectors));
    set_config(offset + 2, vectors << kMsiVectorsShift | (msi.wide ? kMsiWide : 0u) | (msi.maskable ? kMsiMaskable : 0u), 2);
    set_writable(offset + 2, kMsiEnable | (vectors ? 7u << kMsiChosenShift : 0u), 2);
    set_writable(offset + 4, 0xfffffffc, 4);
    if (msi.wide) set_writable(offset + 8, 0xffffffff, 4);
    set_writable(offset + data, 0xffff, 2);
    if (msi.maskable) set_writable(offset + data + 4, static_cast<std::uint32_t>((std::uint64_t{1} << msi.vectors) - 1), 4);
    msi_at_ = static_cast<std::uint16_t>(offset);
}

void PciDevice::send_msi(unsigned offset, unsigned vector) const {
    const std::uint16_t control = config_word(offset + 2);
    const unsigned data = offset + (control & kMsiWide ? 12 : 8);
    std::uint64_t address = config_word(offset + 4) | std::uint64_t{config_word(offset + 6)} << 16;
    if (control & kMsiWide) address |= std::uint64_t{config_word(offset + 8)} << 32 | std::uint64_t{config_word(offset + 10)} << 48;
    // The guest may have fewer vectors to give than were asked for.
    const unsigned chosen = 1u << (control >> kMsiChosenShift & 7);
    const std::uint32_t message = (config_word(data) & ~(chosen - 1)) | (vector & (chosen - 1));
    dma_write(address, &message, sizeof message);
}

std::uint64_t PciDevice::bar_address(unsigned index) const {
    const auto& bar = bars_[index];
    const bool io = bar.kind == PciBar::Kind::io;
    const auto reg = bar_register(index);
    if (!(config_word(kCommand) & (io ? kCommandIo : kCommandMemory))) return PciBar::kUnmapped;
    if (index == kRomBar && !(config_[kRom] & 1)) return PciBar::kUnmapped;
    std::uint64_t address = config_word(reg) | static_cast<std::uint64_t>(config_word(reg + 2)) << 16;
    const bool wide = bar.kind == PciBar::Kind::memory64;
    if (wide)
        address |= static_cast<std::uint64_t>(config_word(reg + 4)) << 32 | static_cast<std::uint64_t>(config_word(reg + 6))
                                                                                << 48;
    address &= ~(bar.size - 1);
    // Address 0 is "not assigned", and the top of the space is what a guest reads back while it sizes the register.
    const auto last = address + (bar.size - 1);
    if (address == 0 || last <= address || last == PciBar::kUnmapped || (!wide && last >= 0xffffffff))
        return PciBar::kUnmapped;
    return address;
}

void PciDevice::update_bars() {
    if (!bus_) return;
    for (unsigned i = 0; i < kBars; ++i)
        if (bars_[i].kind != PciBar::Kind::none)
            if (const auto address = bar_address(i); address != bars_[i].address) map(i, address);
}

void PciDevice::map(unsigned index, std::uint64_t address) {
    auto& bar = bars_[index];
    auto& mapped = mapped_[index];
    const bool io = bar.kind == PciBar::Kind::io;
    auto& space = io ? bus_->ports() : bus_->memory();
    bar.address = address;
    if (address != PciBar::kUnmapped) bar.last_address = address;
    // An I/O BAR may lie where no port access gets to.
    if (address == PciBar::kUnmapped || (io && address > 0xffff)) {
        if (mapped) space.remove(*mapped);
        mapped.reset();
    } else if (mapped) {
        space.move(*mapped, address);
    } else {
        mapped = space.add({.name = fmt::format("{}-bar{}", type_name(), index),
                            .base = address,
                            .size = bar.size,
                            .handler = bar.handler,
                            .memory = bar.memory,
                            .read_only = bar.read_only,
                            .min_access = bar.min_access,
                            .max_access = bar.max_access,
                            .priority = io ? kIoBarPriority : kMemoryBarPriority});
    }
}

qom::Region PciDevice::bar_region(unsigned index) const {
    const auto& bar = bars_[index];
    qom::Region region{.address = bar.last_address, .size = bar.size};
    if (!bus_ || bar.address == PciBar::kUnmapped) return region;
    const PciBus::Spaces& spaces = bus_->spaces();
    region.container = bar.kind == PciBar::Kind::io ? spaces.ports : spaces.memory;
    region.owner = spaces.owner;
    region.priority = 1;
    return region;
}

void PciDevice::set_intx(bool level) {
    intx_ = level;
    if (level) config_[kStatus] |= kStatusIntx;
    else config_[kStatus] &= static_cast<std::uint8_t>(~kStatusIntx);
    update_intx();
}

void PciDevice::update_intx() {
    const bool level = intx_ && config_[kInterruptPin] != 0 && !(config_word(kCommand) & kCommandIntxOff);
    if (!bus_ || level == intx_out_) return;
    intx_out_ = level;
    bus_->intx_changed(*this, level);
}

void PciDevice::dma_read(std::uint64_t address, void* out, std::uint64_t length) const {
    if (bus_ && bus_master()) bus_->memory().read_bytes(address, out, length);
    else std::memset(out, 0, length);
}

void PciDevice::dma_write(std::uint64_t address, const void* in, std::uint64_t length) const {
    if (bus_ && bus_master()) bus_->memory().write_bytes(address, in, length);
}

PciBus::~PciBus() {
    for (auto* device : devices_)
        if (device) unplug(*device);
}

Result<void> PciBus::plug(PciDevice& device, std::optional<unsigned> devfn, bool hotplugged) {
    const auto place = RHEA_TRY(choose(device, devfn, hotplugged));
    RHEA_CHECK(check_functions(device, place));
    devices_[place] = &device;
    if (express() && device.type().is_a(qom::kExpressPci) && device.config_size() == PciDevice::kConfigSize) device.extend_config();
    add(device);
    device.bus_ = this;
    device.devfn_ = place;
    device.update_bars();
    device.update_intx();
    return {};
}

Result<unsigned> PciBus::choose(const PciDevice& device, std::optional<unsigned> devfn, bool hotplugged) const {
    if (!devfn) {
        for (unsigned free = 0; free < kFunctions; free += 8)
            if (!devices_[free]) return free;
        return fail(fmt::format("PCI: no slot/function available for {}, all in use or reserved", device.type_name()));
    }
    if (const auto* other = devices_[*devfn])
        return fail(fmt::format("PCI: slot {} function {} not available for {}, in use by {},id={}", *devfn >> 3, *devfn & 7,
                                device.type_name(), other->type_name(), other->id().empty() ? "(null)" : other->id()));
    const auto* bridge = dynamic_cast<const PciBridge*>(parent());
    const unsigned first_function = bridge && bridge->single_slot() ? 0 : *devfn & ~7u;
    if (const auto* first = devices_[first_function]; first && hotplugged)
        return fail(fmt::format("PCI: slot {} function 0 already occupied by {}, new func {} cannot be exposed to guest.",
                                first_function >> 3, first->type_name(), device.type_name()));
    return *devfn;
}

Result<void> PciBus::check_functions(const PciDevice& device, unsigned devfn) const {
    const unsigned slot = devfn >> 3, function = devfn & 7;
    if (function != 0) {
        const auto* first = devices_[devfn & ~7u];
        if (first && !first->multifunction())
            return fail(fmt::format("PCI: single function device can't be populated in function {:x}.{:x}", slot, function));
    } else if (!device.multifunction()) {
        for (unsigned other = 1; other < 8; ++other)
            if (devices_[devfn + other])
                return fail(fmt::format("PCI: {:x}.0 indicates single function, but {:x}.{:x} is already populated.", slot,
                                        slot, other));
    }
    return {};
}

void PciBus::unplug(PciDevice& device) {
    if (device.bus_ != this) return;
    device.set_intx(false);
    for (unsigned i = 0; i < PciDevice::kBars; ++i)
        if (device.bars_[i].address != PciBar::kUnmapped) device.map(i, PciBar::kUnmapped);
    devices_[device.devfn_] = nullptr;
    device.bus_ = nullptr;
    remove(device);
}

std::uint32_t PciBus::config_read(unsigned devfn, unsigned reg, unsigned size) const {
    auto* device = at(devfn);
    if (!device || reg >= device->config_size()) return 0xffffffff;
    const std::uint32_t value = device->config_read(reg, std::min(size, device->config_size() - reg));
    trace_device<"pci_cfg_read">("{} 00:{:02x}.{} @{:#x} -> {:#x}", device->type_name(), devfn >> 3, devfn & 7, reg, value);
    return value;
}

void PciBus::config_write(unsigned devfn, unsigned reg, std::uint32_t value, unsigned size) const {
    auto* device = at(devfn);
    if (!device || reg >= device->config_size()) return;
    trace_device<"pci_cfg_write">("{} 00:{:02x}.{} @{:#x} <- {:#x}", device->type_name(), devfn >> 3, devfn & 7, reg, value);
    device->config_write(reg, value, std::min(size, device->config_size() - reg));
}

bool PciBus::express() const { return type().is_a(kPcieBus); }

bool PciBus::behind_bridge() const { return dynamic_cast<const PciBridge*>(parent()) != nullptr; }

unsigned PciBus::number() const {
    const auto* bridge = dynamic_cast<const PciBridge*>(parent());
    return bridge ? bridge->secondary_number() : 0;
}

void PciBus::intx_changed(const PciDevice& device, bool level) {
    drive(device.slot(), device.config_[kInterruptPin] - 1u, level);
}

void PciBus::drive(unsigned slot, unsigned pin, bool level) {
    if (!router_) return;
    const unsigned pirq = router_->pirq_of(slot, pin & 3);
    const bool before = pirq_count_[pirq] > 0;
    pirq_count_[pirq] += level ? 1u : ~0u;
    const bool after = pirq_count_[pirq] > 0;
    if (before != after) router_->set_pirq(pirq, after);
}

Result<void> PciDevice::plug_into(Bus& bus) {
    const auto address = values().integer("addr");
    if (values().boolean("multifunction")) set_multifunction();
    auto& pci = static_cast<PciBus&>(bus);
    return pci.plug(*this, address < 0 ? std::nullopt : std::optional(static_cast<unsigned>(address)), hotplugged());
}

std::vector<std::string> PciBus::details(const Device& device) const {
    const auto& function = static_cast<const PciDevice&>(device);
    const std::uint16_t class_code = function.config_word(kClass);
    const std::string_view name = pci_class_name(class_code);
    std::vector<std::string> lines{fmt::format(
        "class {}, addr {:02x}:{:02x}.{:x}, pci id {:04x}:{:04x} (sub {:04x}:{:04x})", name.empty() ? fmt::format("Class {:04x}", class_code) : name,
        number(), function.slot(), function.function(), function.config_word(kVendor), function.config_word(kDevice),
        function.config_word(kSubsystemVendor), function.config_word(kSubsystem))};
    for (unsigned i = 0; i < PciDevice::kBars; ++i) {
        const PciBar& bar = function.bar(i);
        if (bar.kind == PciBar::Kind::none) continue;
        lines.push_back(fmt::format("bar {}: {} at {:#x} [{:#x}]", i, bar.kind == PciBar::Kind::io ? "i/o" : "mem", bar.address,
                                    bar.address + bar.size - 1));
    }
    return lines;
}

// --- QOM

namespace {

QObject address(const PciDevice& device) {
    return device.bus() ? QObject(static_cast<std::int64_t>(device.devfn())) : device.values().get("addr");
}
QObject legacy_address(const PciDevice& device) { return fmt::format("{:02x}.{:x}", device.slot(), device.function()); }

QObject is_multifunction(const PciDevice& device) { return device.multifunction() || device.values().boolean("multifunction"); }
QObject rom_file(const PciDevice& device) { return device.values().text("romfile").value_or(std::string(device.rom_file())); }
QObject rom_size(const PciDevice& device) {
    const PciBar& rom = device.bar(PciDevice::kRomBar);
    if (device.values().given("romsize") || rom.kind == PciBar::Kind::none) return device.values().get("romsize");
    return rom.size;
}

constexpr qom::Property kProperties[] = {
    qom::property("legacy-addr", qom::kText).from<legacy_address>().internal(),
    qom::property("addr", qom::kPciAddress, -1).shown_by<address>(),
    qom::property("romfile", qom::kText).shown_by<rom_file>(),
    qom::property("romsize", qom::kUint32, std::int64_t{0xffffffff}).shown_by<rom_size>(),
    qom::property("rombar", qom::kUint32, 1),
    qom::property("multifunction", qom::kBit, false).shown_by<is_multifunction>(),
    qom::property("x-pcie-lnksta-dllla", qom::kBit, true),
    qom::property("x-pcie-extcap-init", qom::kBit, true),
    qom::property("failover_pair_id", qom::kText),
    qom::property("acpi-index", qom::kUint32, 0),
};

}  // namespace

constinit const qom::Type PciDevice::kType{
    .name = "pci-device", .parent = &Device::kType, .abstract = true, .properties = kProperties, .bus = "PCI"};
namespace {

QObject hotplug_number(const PciBus& bus) { return std::int64_t{*bus.firmware_hotplug()->number()}; }
constexpr qom::Property kHotplugNumber = qom::property("acpi-pcihp-bsel", qom::kUint32).from<hotplug_number>();

}  // namespace

void PciBus::list_extras(const std::function<void(Extra)>& visit) const {
    Bus::list_extras(visit);
    if (firmware_hotplug_ && firmware_hotplug_->number()) visit({.name = std::string(kHotplugNumber.name), .property = &kHotplugNumber});
}

constinit const qom::Type PciBus::kType{.name = "PCI", .parent = &Bus::kType};
constinit const qom::Type kPcieBus{.name = "PCIE", .parent = &PciBus::kType};

}  // namespace rhea
