#include "machine/devices/pvpanic.h"

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
    : PciDevice("pvpanic-pci", kIdentity), register_(control, events) {
    add_bar(0, {.kind = PciBar::Kind::memory32, .size = kBarSize, .handler = &register_, .min_access = 1, .max_access = 1});
}

}  // namespace rhea
