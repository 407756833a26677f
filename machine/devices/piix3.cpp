#include "machine/devices/piix3.h"

#include "machine/qom/basic_types.h"
#include <utility>

namespace rhea {

namespace {

constexpr unsigned kPirqRoute = 0x60;
constexpr std::uint8_t kRouteOff = 0x80;

constexpr PciIdentity kIsaBridge{.vendor = 0x8086, .device = 0x7000, .class_code = 0x0601, .status = 0x0200};

// Intel 290550, the registers' defaults; those that are not named keep their value.
constexpr std::pair<std::uint8_t, std::uint8_t> kResetValues[] = {
    {0x4c, 0x4d}, {0x4e, 0x03}, {0x4f, 0x00}, {0x60, 0x80}, {0x61, 0x80}, {0x62, 0x80}, {0x63, 0x80},
    {0x69, 0x02}, {0x70, 0x80}, {0x76, 0x0c}, {0x77, 0x0c}, {0x78, 0x02}, {0x79, 0x00}, {0x80, 0x00},
    {0x82, 0x00}, {0xa0, 0x08}, {0xa2, 0x00}, {0xa3, 0x00}, {0xa4, 0x00}, {0xa5, 0x00}, {0xa6, 0x00},
    {0xa7, 0x00}, {0xa8, 0x0f}, {0xaa, 0x00}, {0xab, 0x00}, {0xac, 0x00}, {0xae, 0x00},
};

}  // namespace

Piix3::Piix3(AddressSpace& ports, Gsi& gsi, MachineControl& control)
    : PciDevice(kType, kIsaBridge),
      isa_bus_(gsi),
      reset_control_(ports, control, "piix3-reset-control", 0x02) {
    add_part(isa_bus_.bus_name(), isa_bus_);
    set_multifunction();
    for (unsigned line = 0; line < Gsi::kIsaLines; ++line) isa_[line] = gsi.line(line);
    Piix3::reset();
}

void Piix3::config_write(unsigned reg, std::uint32_t value, unsigned size) {
    PciDevice::config_write(reg, value, size);
    if (reg < kPirqRoute + kPirqs && reg + size > kPirqRoute) route();
}

Piix3::~Piix3() {
    // Functions that go after it may still drive their lines.
    if (PciBus* on = PciDevice::bus()) on->connect(nullptr);
}

void Piix3::reset() {
    PciDevice::reset();
    for (const auto& [reg, value] : kResetValues) set_config(reg, value, 1);
    reset_control_.reset();
    route();
}

void Piix3::set_pirq(unsigned pirq, bool level) {
    levels_[pirq] = level;
    route();
}

void Piix3::route() {
    std::array<bool, Gsi::kIsaLines> wanted{};
    for (unsigned pirq = 0; pirq < kPirqs; ++pirq)
        if (const auto target = config_byte(kPirqRoute + pirq); target < Gsi::kIsaLines && !(target & kRouteOff))
            wanted[target] = wanted[target] || levels_[pirq];
    for (unsigned line = 0; line < Gsi::kIsaLines; ++line) isa_[line].set(wanted[line]);
}

// --- QOM

namespace {

constexpr const qom::Type* kCommonInterfaces[] = {&qom::kAcpiAml, &qom::kConventionalPci};
constexpr qom::Nodes kNodes[] = {kBusMasterContainer, kBusMaster, qom::regions("piix3-reset-control", kResetControlPlace)};

}  // namespace

constinit const qom::Type kPiix3Common{.name = "pci-piix3", .parent = &PciDevice::kType, .abstract = true, .interfaces = kCommonInterfaces};
constinit const qom::Type Piix3::kType{.name = "PIIX3",
    .parent = &kPiix3Common,
    .nodes = kNodes,
    .pluggable = false,
    .hotpluggable = false};

}  // namespace rhea
