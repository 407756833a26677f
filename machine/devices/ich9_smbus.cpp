#include "machine/devices/ich9_smbus.h"

#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr PciIdentity kIdentity{.vendor = 0x8086, .device = 0x2930, .class_code = 0x0c05, .revision = 2, .interrupt_pin = 1};
constexpr unsigned kBar = 4, kHostControl = 0x40;
constexpr std::uint8_t kEnabled = 0x01, kSoftReset = 0x08;

}  // namespace

Ich9Smbus::Ich9Smbus() : PciDevice(kType, kIdentity) {
    set_multifunction();
    add_part("i2c", i2c_);
    set_writable(kHostControl, 0xff & ~kSoftReset, 1);
    add_bar(kBar, {.kind = PciBar::Kind::io, .size = Smbus::kSize, .handler = this, .max_access = 1});
}

void Ich9Smbus::config_write(unsigned reg, std::uint32_t value, unsigned size) {
    PciDevice::config_write(reg, value, size);
    if (reg <= kHostControl && reg + size > kHostControl) enabled_ = (config_byte(kHostControl) & kEnabled) != 0;
}

void Ich9Smbus::reset() {
    PciDevice::reset();
    set_config(kHostControl, 0, 1);
    smbus_.reset();
}

// --- QOM

namespace {

constexpr const qom::Type* kInterfaces[] = {&qom::kConventionalPci, &qom::kAcpiAml};
constexpr qom::Nodes kNodes[] = {kBusMasterContainer, kBusMaster, bar_node<kBar>("pm-smbus")};

}  // namespace

constinit const qom::Type Ich9Smbus::kType{.name = "ICH9-SMB",
    .parent = &PciDevice::kType,
    .interfaces = kInterfaces,
    .nodes = kNodes,
    .pluggable = false,
    .hotpluggable = false};

}  // namespace rhea
