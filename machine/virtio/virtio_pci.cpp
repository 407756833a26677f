#include "machine/virtio/virtio_pci.h"

#include <map>

#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr std::uint16_t kVendor = 0x1af4, kModernBase = 0x1040, kModernSubsystem = 0x1100;
constexpr unsigned kIoBar = 0;
constexpr std::uint8_t kVendorCapability = 0x09, kMsixCapability = 0x11;

bool modern_only(const VirtioPciKind& kind, VirtioPci::Form form, const qom::Values& values) {
    return form == VirtioPci::Form::non_transitional || kind.legacy_id == 0 ||
           (form == VirtioPci::Form::generic && values.text("disable-legacy") == "on");
}

PciIdentity identity_of(const VirtioPciKind& kind, bool modern) {
    PciIdentity identity{.vendor = kVendor, .device = kind.legacy_id, .class_code = kind.class_code, .interrupt_pin = 1};
    identity.subsystem_vendor = kVendor;
    identity.subsystem = modern ? kModernSubsystem : kind.virtio_id;
    if (modern) {
        identity.device = static_cast<std::uint16_t>(kModernBase + kind.virtio_id);
        identity.revision = 1;
    }
    return identity;
}

}  // namespace

VirtioPci::VirtioPci(qom::Values values, const VirtioPciKind& kind, Form form, std::unique_ptr<Device> backend)
    : PciDevice(values, identity_of(kind, modern_only(kind, form, values))), legacy_possible_(kind.legacy_id != 0), modern_(kind.vga ? 0x1014 : 0x14, 0x2000), bus_(kVirtioPciBus, "virtio-bus"), backend_(backend.get()) {
    const bool legacy = !modern_only(kind, form, values), modern = !values.boolean("disable-modern") && form != Form::transitional;
    legacy_.device = modern_.device = dynamic_cast<const VirtioDevice*>(backend_);
    // Beside a VGA, whose registers begin the same page, there is less room.
    const unsigned modern_bar = kind.vga ? 2 : 4, vector_bar = kind.vga ? 4 : 1;
    const std::uint32_t common = kind.vga ? 0x1000 : 0, common_size = kind.vga ? 0x800 : 0x1000;
    constexpr std::uint64_t kVgaMemory = 8 << 20, kVgaRom = 0x10000;
    if (kind.vga) {
        add_bar(0, {.kind = PciBar::Kind::memory32, .size = kVgaMemory, .handler = &blank_, .prefetch = true});
        add_bar(kRomBar, {.kind = PciBar::Kind::memory32, .size = kVgaRom, .handler = &blank_});
    }
    if (legacy) add_bar(kIoBar, {.kind = PciBar::Kind::io, .size = kind.io_size, .handler = &legacy_});
    const bool vectors = kind.msix && values.integer("vectors") != 0;
    if (vectors) add_bar(vector_bar, {.kind = PciBar::Kind::memory32, .size = 0x1000, .handler = &vectors_});
    if (modern || form == Form::transitional) {
        add_bar(modern_bar, {.kind = PciBar::Kind::memory64, .size = 0x4000, .handler = &modern_, .prefetch = true});
        add_structure(0x40, 16, 1, modern_bar, common, common_size);       // common
        add_structure(0x50, 16, 3, modern_bar, kind.vga ? 0x1800 : 0x1000, common_size);       // ISR
        add_structure(0x60, 16, 4, modern_bar, 0x2000, 0x1000);       // device
        add_structure(0x70, 20, 2, modern_bar, 0x3000, 0x1000);       // notification
        set_config(0x80, 4, 4);
        add_structure(0x84, 20, 5, 0, 0, 0);                 // access through configuration space
    }
    if (vectors) {
        add_capability(kMsixCapability, 0x98, 12);
        set_config(0x9c, vector_bar, 4);
        set_config(0xa0, 0x800 | vector_bar, 4);
    }
    add_child("virtio-backend", std::move(backend));
    add_part("virtio-bus", bus_);
    bus_.add(*backend_);
}

Result<void> VirtioPci::plug_into(Bus& bus) {
    RHEA_CHECK(PciDevice::plug_into(bus));
    backend_->set_realized();
    return {};
}

QObject disable_legacy_of(const VirtioPci& proxy) {
    const auto said = proxy.values().text("disable-legacy").value_or("auto");
    if (said != "auto" || !proxy.bus()) return said;
    return proxy.legacy_possible() ? "off" : "on";
}

void VirtioPci::add_structure(unsigned at, unsigned length, std::uint8_t type, unsigned bar, std::uint32_t offset, std::uint32_t size) {
    add_capability(kVendorCapability, at, length);
    set_config(at + 2, length, 1);
    set_config(at + 3, type, 1);
    set_config(at + 4, bar, 1);
    set_config(at + 8, offset, 4);
    set_config(at + 12, size, 4);
}

void VirtioPci::reset() {
    PciDevice::reset();
    legacy_.status = modern_.status = 0;
    backend_->reset();
}

QObject VirtioPci::read(const qom::Property& property) const {
    // The shared ones are the inner device's.
    if (const qom::Property* inner = type().part->find(property.name); inner && !property.hidden && !PciDevice::kType.find(property.name))
        return backend_->get(*inner);
    return PciDevice::read(property);
}

Result<void> VirtioPci::check_settable(const qom::Property& property) const {
    if (const qom::Property* inner = type().part->find(property.name); inner && !PciDevice::kType.find(property.name))
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

Result<std::unique_ptr<qom::Object>> create_virtio_pci(qom::Creation& creation, const VirtioPciKind& kind, VirtioPci::Form form) {
    const qom::Type& part = *creation.values.type().part;
    qom::Creation inner{creation.platform, qom::Values(part), creation.id, nullptr, creation.hotplugged, &creation.values.type()};
    for (const qom::Property& property : virtio_aliases(creation.values.type()))
        if (const QObject* value = creation.values.given(property.name))
            if (const qom::Property* own = part.find(property.name)) inner.values.keep(*own, *value);
    qom::Values inner_values = inner.values;
    auto made = RHEA_TRY(part.create(inner));
    std::unique_ptr<Device> backend(static_cast<Device*>(made.release()));
    backend->values() = std::move(inner_values);
    return std::make_unique<VirtioPci>(creation.values, kind, form, std::move(backend));
}

// --- QOM

namespace {

constexpr qom::Property kDeviceProperties[] = {
    qom::property("indirect_desc", qom::kBit, true),    qom::property("event_idx", qom::kBit, true),
    qom::property("notify_on_empty", qom::kBit, true),  qom::property("any_layout", qom::kBit, true),
    qom::property("iommu_platform", qom::kBit, false),  qom::property("packed", qom::kBit, false),
    qom::property("queue_reset", qom::kBit, true),      qom::property("use-started", qom::kBool, true),
    qom::property("use-disabled-flag", qom::kBool, true), qom::property("x-disable-legacy-check", qom::kBool, false),
};
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
constexpr qom::Nodes kNodes[] = {{"bus master container", &qom::kMemoryRegion},
                                 {"bus master", &qom::kMemoryRegion},
                                 {"virtio-pci", &qom::kMemoryRegion}};

}  // namespace

constinit const qom::Type VirtioDevice::kType{
    .name = "virtio-device", .parent = &Device::kType, .abstract = true, .properties = kDeviceProperties, .bus = "virtio-bus"};
constinit const qom::Type VirtioPci::kType{
    .name = "virtio-pci", .parent = &PciDevice::kType, .abstract = true, .properties = kPciProperties, .nodes = kNodes};
constinit const qom::Type kVirtioBus{.name = "virtio-bus", .parent = &Bus::kType, .abstract = true};
constinit const qom::Type kVirtioPciBus{.name = "virtio-pci-bus", .parent = &kVirtioBus};

}  // namespace rhea
