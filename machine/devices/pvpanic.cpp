#include "machine/devices/pvpanic.h"

#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr PciIdentity kIdentity{.vendor = 0x1b36, .device = 0x0011, .class_code = 0x0880, .revision = 1};
// Smaller than the specification of PCI allows, and what guests find in QEMU's.
constexpr std::uint64_t kBarSize = 2;

}  // namespace

void PvpanicRegister::io_write(std::uint64_t, std::uint64_t value, unsigned) {
    if (value & events_ & kPanicked) return control_.guest_panicked();
    if (value & events_ & kCrashLoaded) control_.guest_crash_loaded();
}

PvpanicPci::PvpanicPci(MachineControl& control, std::uint8_t events)
    : PciDevice(kType, kIdentity), register_(control, events) {
    add_bar(0, {.kind = PciBar::Kind::memory32, .size = kBarSize, .handler = &register_, .min_access = 1, .max_access = 1});
}

// --- QOM

namespace {

constexpr qom::Property kIsaProperties[] = {
    qom::property("ioport", qom::kUint16, 0x505),
    qom::property("events", qom::kUint8, 3),
};
constexpr qom::Property kPciProperties[] = {qom::property("events", qom::kUint8, 3)};
qom::Region place_of(const PvpanicIsa& pvpanic) { return {qom::kPortSpace, pvpanic.base(), 1}; }
constexpr qom::Nodes kIsaNodes[] = {qom::region<place_of>("pvpanic").early()};
constexpr qom::Nodes kPciNodes[] = {kBusMasterContainer, kBusMaster, bar_node<0>("pvpanic")};
constexpr const qom::Type* kIsaInterfaces[] = {&qom::kAcpiAml};
constexpr const qom::Type* kPciInterfaces[] = {&qom::kConventionalPci};

Result<std::unique_ptr<qom::Object>> create_isa(qom::Creation& creation) {
    const qom::Values& values = creation.values;
    return std::make_unique<PvpanicIsa>(creation.platform.ports, creation.platform.control,
                                        static_cast<std::uint16_t>(values.integer("ioport")),
                                        static_cast<std::uint8_t>(values.integer("events")));
}

Result<std::unique_ptr<qom::Object>> create_pci(qom::Creation& creation) {
    return std::make_unique<PvpanicPci>(creation.platform.control, static_cast<std::uint8_t>(creation.values.integer("events")));
}

}  // namespace

constinit const qom::Type PvpanicIsa::kType{.name = "pvpanic",
                                            .parent = &kIsaDevice,
                                            .interfaces = kIsaInterfaces,
                                            .properties = kIsaProperties,
                                            .nodes = kIsaNodes,
                                            .category = "Misc",
                                            .create = create_isa};
constinit const qom::Type PvpanicPci::kType{.name = "pvpanic-pci",
                                            .parent = &PciDevice::kType,
                                            .interfaces = kPciInterfaces,
                                            .properties = kPciProperties,
                                            .nodes = kPciNodes,
                                            .category = "Misc",
                                            .create = create_pci};

}  // namespace rhea
