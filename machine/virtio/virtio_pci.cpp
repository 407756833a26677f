#include "machine/virtio/virtio_pci.h"

#include <algorithm>
#include <bit>
#include <map>

#include <fmt/format.h>

#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr std::uint16_t kVendor = 0x1af4, kModernBase = 0x1040, kModernSubsystem = 0x1100;
constexpr unsigned kCommand = 0x04, kLegacyBar = 0;
constexpr std::uint8_t kVendorCapability = 0x09, kMsixCapabilityId = 0x11;
constexpr unsigned kMostVectors = 2048;
// Behind a port of PCI Express the structures come after its capability and that of power management.
constexpr unsigned kExpress = 0x40, kPower = 0x7c, kStructuresAfterExpress = 0x84, kFunctionReset = 0x8000;
constexpr std::uint8_t kPowerCapability = 0x01;
// From the first structure on: the capability that reaches the BARs through configuration space, and MSI-X.
constexpr unsigned kWindow = 0x44, kWindowBar = kWindow + 4, kWindowOffset = kWindow + 8, kWindowLength = kWindow + 12,
                   kWindowData = kWindow + 16, kMsixCapability = 0x58;

/// The id from before the standard; 0: there was no such device then.
std::uint16_t transitional_id(VirtioId id) {
    switch (id) {
        case VirtioId::net: return 0x1000;
        case VirtioId::block: return 0x1001;
        case VirtioId::balloon: return 0x1002;
        case VirtioId::console: return 0x1003;
        case VirtioId::scsi: return 0x1004;
        case VirtioId::rng: return 0x1005;
        default: return 0;
    }
}

bool has_legacy(VirtioId id, VirtioPci::Form form, const qom::Values& values) {
    if (form == VirtioPci::Form::non_transitional || transitional_id(id) == 0) return false;
    return form == VirtioPci::Form::transitional || values.text("disable-legacy") != "on";
}

bool has_modern(VirtioId id, VirtioPci::Form form, const qom::Values& values) {
    return form != VirtioPci::Form::generic || transitional_id(id) == 0 || !values.boolean("disable-modern");
}

std::uint16_t class_of(const VirtioPciKind& kind, const qom::Values& values) {
    const auto said = values.type().find("class") ? values.integer("class") : 0;
    return said ? static_cast<std::uint16_t>(said) : kind.class_code;
}

PciIdentity identity_of(VirtioId id, const VirtioPciKind& kind, bool legacy, const qom::Values& values) {
    const auto number = static_cast<std::uint16_t>(id);
    PciIdentity identity{.vendor = kVendor, .device = transitional_id(id), .class_code = class_of(kind, values), .interrupt_pin = 1};
    identity.subsystem_vendor = kVendor;
    identity.subsystem = number;
    if (!legacy) {
        identity.device = static_cast<std::uint16_t>(kModernBase + number);
        identity.revision = 1;
        identity.subsystem = kModernSubsystem;
    }
    return identity;
}

/// How many vectors the properties ask for.
unsigned vectors_wanted(const qom::Values& values, const VirtioDevice& device) {
    if (!values.type().find("vectors")) return 0;
    const auto said = values.integer("vectors");
    const auto wanted = said == VirtioPci::kAutomaticVectors ? static_cast<std::int64_t>(device.queues().size()) + 1 : said;
    return wanted > kMostVectors ? 0 : static_cast<unsigned>(wanted);
}

}  // namespace

VirtioPci::VirtioPci(qom::Values values, const VirtioPciKind& kind, Form form, std::unique_ptr<VirtioDevice> backend, bool behind_port)
    : PciDevice(values, identity_of(backend->virtio_id(), kind, has_legacy(backend->virtio_id(), form, values), values)),
      bus_(kVirtioPciBus, "virtio-bus"),
      backend_(backend.get()),
      legacy_(has_legacy(backend->virtio_id(), form, values)),
      modern_(has_modern(backend->virtio_id(), form, values)),
      // Beside a VGA, whose registers begin the same page, there is less room.
      modern_bar_(kind.vga ? 2 : 4),
      common_at_(kind.vga ? 0x1000 : 0),
      isr_at_(kind.vga ? 0x1800 : 0x1000),
      setups_(backend->queues().size()) {
    constexpr std::uint64_t kVgaMemory = 8 << 20, kVgaRom = 0x10000;
    if (kind.vga) {
        add_bar(0, {.kind = PciBar::Kind::memory32, .size = kVgaMemory, .handler = &blank_, .prefetch = true});
        add_bar(kRomBar, {.kind = PciBar::Kind::memory32, .size = kVgaRom, .handler = &blank_});
    }
    const unsigned vectors = vectors_wanted(values, *backend_);
    if (legacy_)
        add_bar(kLegacyBar, {.kind = PciBar::Kind::io, .size = std::bit_ceil((vectors ? 0x18 : 0x14) + backend_->config_size()),
                             .handler = &legacy_registers_});
    if (modern_ && behind_port && !values.boolean("x-disable-pcie")) {
        add_express(kExpress, {.resettable = true, .link_control = true, .error_control = true});
        add_capability(kPowerCapability, kPower, 8);
        set_config(kPower + 2, 0x0003, 2);
        set_writable(kPower + 4, 0x03, 2);
        structures_at_ = kStructuresAfterExpress;
    }
    if (modern_) add_modern();
    if (vectors) add_msix(vectors, kind.vga ? 4 : 1);
    backend_->connect(this, modern_);
    add_child("virtio-backend", std::move(backend));
    add_part("virtio-bus", bus_);
    bus_.add(*backend_);
}

VirtioPci::~VirtioPci() {
    if (backend_) backend_->connect(nullptr, modern_);
}

bool VirtioPci::legacy_possible() const { return !backend_ || transitional_id(backend_->virtio_id()) != 0; }

void VirtioPci::add_modern() {
    add_bar(modern_bar_, {.kind = PciBar::Kind::memory64, .size = 0x4000, .handler = &modern_registers_, .prefetch = true});
    const std::uint32_t size = part_size();
    const unsigned at = structures_at_;
    add_structure(at, 16, 1, modern_bar_, common_at_, size);
    add_structure(at + 0x10, 16, 3, modern_bar_, isr_at_, size);
    add_structure(at + 0x20, 16, 4, modern_bar_, 0x2000, 0x1000);      // the device's configuration
    add_structure(at + 0x30, 20, 2, modern_bar_, 0x3000, 0x1000);      // notification
    set_config(at + 0x40, 4, 4);                                    // bytes from one queue's to the next's
    add_structure(at + kWindow, 20, 5, 0, 0, 0);
    set_writable(at + kWindowBar, 0xff, 1);
    for (const unsigned reg : {kWindowOffset, kWindowLength, kWindowData}) set_writable(at + reg, 0xffffffff, 4);
}

void VirtioPci::add_structure(unsigned at, unsigned length, std::uint8_t type, unsigned bar, std::uint32_t offset, std::uint32_t size) {
    add_capability(kVendorCapability, at, length);
    set_config(at + 2, length, 1);
    set_config(at + 3, type, 1);
    set_config(at + 4, bar, 1);
    set_config(at + 8, offset, 4);
    set_config(at + 12, size, 4);
}

void VirtioPci::add_msix(unsigned vectors, unsigned bar) {
    msix_.emplace(vectors, [this](std::uint64_t address, std::uint32_t data) { send_message(address, data); });
    msix_capability_ = modern_ ? structures_at_ + kMsixCapability : 0x40;
    add_capability(kMsixCapabilityId, msix_capability_, 12);
    set_config(msix_capability_ + 2, vectors - 1, 2);
    set_writable(msix_capability_ + 2, MsixTable::kEnable | MsixTable::kMaskAll, 2);
    set_config(msix_capability_ + 4, bar, 4);
    set_config(msix_capability_ + 8, static_cast<std::uint32_t>(msix_->pending_at()) | bar, 4);
    add_bar(bar, {.kind = PciBar::Kind::memory32, .size = msix_->bar_size(), .handler = &*msix_});
}

Result<void> VirtioPci::plug_into(Bus& bus) {
    RHEA_CHECK(PciDevice::plug_into(bus));
    if (backend_) backend_->set_realized();
    return {};
}

QObject disable_legacy_of(const VirtioPci& proxy) {
    const auto said = proxy.values().text("disable-legacy").value_or("auto");
    if (said != "auto" || !proxy.bus()) return said;
    return proxy.legacy_possible() ? "off" : "on";
}

QObject vectors_of(const VirtioPci& proxy) { return std::int64_t{proxy.vectors()}; }

// --- Resets, configuration space and interrupts

void VirtioPci::reset_transport() {
    backend_->reset();
    std::fill(setups_.begin(), setups_.end(), QueueSetup{});
}

void VirtioPci::reset() {
    PciDevice::reset();
    if (structures_at_ == kStructuresAfterExpress) {
        for (const unsigned reg : {kExpress + 0x08, kExpress + 0x10, kExpress + 0x28, kPower + 4}) set_config(reg, 0, 2);
    }
    if (backend_) reset_transport();
    if (!msix_) return;
    msix_->reset();
    set_config(msix_capability_ + 2, msix_->vectors() - 1, 2);
}

IoHandler* VirtioPci::window_bar(unsigned bar) {
    if (bar == modern_bar_) return &modern_registers_;
    return bar == kLegacyBar && legacy_ ? &legacy_registers_ : nullptr;
}

void VirtioPci::use_window(bool write) {
    const auto length = PciDevice::config_read(structures_at_ + kWindowLength, 4), offset = PciDevice::config_read(structures_at_ + kWindowOffset, 4);
    IoHandler* bar = window_bar(config_byte(structures_at_ + kWindowBar));
    if (!bar || (length != 1 && length != 2 && length != 4) || offset % length != 0) return;
    if (write) bar->io_write(offset, PciDevice::config_read(structures_at_ + kWindowData, length), length);
    else set_config(structures_at_ + kWindowData, static_cast<std::uint32_t>(bar->io_read(offset, length)), length);
}

std::uint32_t VirtioPci::config_read(unsigned reg, unsigned size) {
    if (modern_ && reg < structures_at_ + kWindowData + 4 && reg + size > structures_at_ + kWindowData) use_window(false);
    return PciDevice::config_read(reg, size);
}

void VirtioPci::config_write(unsigned reg, std::uint32_t value, unsigned size) {
    PciDevice::config_write(reg, value, size);
    if (msix_ && reg < msix_capability_ + 4 && reg + size > msix_capability_ + 2)
        msix_->set_control(config_word(msix_capability_ + 2));
    if (structures_at_ == kStructuresAfterExpress && reg < kExpress + 0x0a && reg + size > kExpress + 0x08 &&
        (config_word(kExpress + 0x08) & kFunctionReset))
        return reset();
    if (backend_ && reg <= kCommand && reg + size > kCommand) {
        // A device that cannot reach memory is not one that a driver has started.
        backend_->set_disabled(!bus_master());
        if (!bus_master()) backend_->set_status(static_cast<std::uint8_t>(backend_->status() & ~VirtioDevice::kDriverOk));
    }
    if (modern_ && reg < structures_at_ + kWindowData + 4 && reg + size > structures_at_ + kWindowData) use_window(true);
}

void VirtioPci::send_message(std::uint64_t address, std::uint32_t data) {
    unsigned char raw[4];
    for (unsigned i = 0; i < 4; ++i) raw[i] = static_cast<unsigned char>(data >> (8 * i));
    dma_write(address, raw, sizeof raw);
}

bool VirtioPci::is_memory(std::uint64_t address, std::uint64_t length) const {
    if (!PciDevice::bus()) return false;
    const auto& spans = PciDevice::bus()->memory().spans();
    while (length != 0) {
        const auto span = spans.upper_bound(address);
        if (span == spans.begin()) return false;
        const auto& [last, region] = std::prev(span)->second;
        if (address > last || !region->memory) return false;
        const auto part = std::min(length, last - address + 1);
        address += part;
        length -= part;
    }
    return true;
}

void VirtioPci::interrupt(std::uint16_t vector) {
    if (msix_enabled()) msix_->notify(vector);
    else set_intx(backend_ && (backend_->interrupt_reasons() & VirtioDevice::kQueueReason));
}

QObject VirtioPci::read(const qom::Property& property) const {
    // The shared ones are the inner device's.
    if (const qom::Property* inner = type().part->find(property.name); inner && backend_ && !property.hidden && !PciDevice::kType.find(property.name))
        return backend_->get(*inner);
    return PciDevice::read(property);
}

Result<void> VirtioPci::check_settable(const qom::Property& property) const {
    if (const qom::Property* inner = type().part->find(property.name); inner && backend_ && !PciDevice::kType.find(property.name))
        return backend_->check_settable(*inner);
    return PciDevice::check_settable(property);
}

std::span<const qom::Property> virtio_aliases(const qom::Type& proxy) {
    static std::map<const qom::Type*, std::vector<qom::Property>> made;
    auto [at, fresh] = made.try_emplace(&proxy);
    if (fresh)
        for (auto tables : {&qom::Type::properties, &qom::Type::instance_properties})
            for (const qom::Type* type = proxy.part; type && type != &Device::kType; type = type->parent)
                for (const qom::Property& property : type->*tables) {
                    if (property.name.starts_with("legacy-")) continue;
                    // Read through the proxy, by name.
                    qom::Property alias = property;
                    alias.get = nullptr;
                    alias.set = nullptr;
                    at->second.push_back(alias);
                }
    return at->second;
}

namespace {

Result<void> check_modes(const qom::Values& values, const VirtioDevice& device, VirtioPci::Form form) {
    const bool legacy = has_legacy(device.virtio_id(), form, values), modern = has_modern(device.virtio_id(), form, values);
    if (!legacy && !modern) {
        Error error = Error::generic("device cannot work as neither modern nor legacy mode is enabled");
        return fail(std::move(error).with_hint("Set either disable-modern or disable-legacy to off"));
    }
    if (legacy && values.boolean("iommu_platform"))
        return fail("VIRTIO_F_IOMMU_PLATFORM was supported by neither legacy nor transitional device");
    return device.check_transport(modern);
}

}  // namespace

Result<std::unique_ptr<qom::Object>> create_virtio_pci(qom::Creation& creation, const VirtioPciKind& kind, VirtioPci::Form form) {
    const qom::Type& part = *creation.values.type().part;
    const auto& bus = static_cast<const PciBus&>(*creation.bus);
    const bool behind_port = bus.express() && bus.behind_bridge();
    // Ports have no room for legacy registers, which are I/O ports, unless somebody wants them.
    if (const qom::Property* legacy = creation.values.type().find("disable-legacy"); legacy && behind_port && creation.values.text("disable-legacy") == "auto")
        creation.values.keep(*legacy, "on");
    qom::Creation inner{creation.platform, qom::Values(part), creation.id, nullptr, creation.hotplugged, &creation.values.type()};
    for (const qom::Property& property : virtio_aliases(creation.values.type()))
        if (const QObject* value = creation.values.given(property.name))
            if (const qom::Property* own = part.find(property.name)) inner.values.keep(*own, *value);
    qom::Values inner_values = inner.values;
    auto made = RHEA_TRY(part.create(inner));
    std::unique_ptr<VirtioDevice> backend(static_cast<VirtioDevice*>(made.release()));
    backend->values() = std::move(inner_values);
    RHEA_CHECK(check_modes(creation.values, *backend, form));
    return std::make_unique<VirtioPci>(creation.values, kind, form, std::move(backend), behind_port);
}

// --- QOM

namespace {

constexpr qom::Property kPciProperties[] = {
    qom::property("virtio-pci-bus-master-bug-migration", qom::kBit, false),
    qom::property("migrate-extra", qom::kBit, true),
    qom::property("modern-pio-notify", qom::kBit, false),
    qom::property("x-disable-pcie", qom::kBit, false),
    qom::property("page-per-vq", qom::kBit, false),
    qom::property("x-ignore-backend-features", qom::kBool, false),
    qom::property("ats", qom::kBit, false),
    qom::property("x-ats-page-aligned", qom::kBit, true),
    qom::property("x-pcie-deverr-init", qom::kBit, true),
    qom::property("x-pcie-lnkctl-init", qom::kBit, true),
    qom::property("x-pcie-pm-init", qom::kBit, true),
    qom::property("x-pcie-flr-init", qom::kBit, true),
    qom::property("aer", qom::kBit, false),
};
constexpr qom::Nodes kNodes[] = {kBusMasterContainer, kBusMaster};

}  // namespace

constinit const qom::Type VirtioPci::kType{
    .name = "virtio-pci", .parent = &PciDevice::kType, .abstract = true, .properties = kPciProperties, .nodes = kNodes};
constinit const qom::Type kVirtioBus{.name = "virtio-bus", .parent = &Bus::kType, .abstract = true};
constinit const qom::Type kVirtioPciBus{.name = "virtio-pci-bus", .parent = &kVirtioBus};

}  // namespace rhea
