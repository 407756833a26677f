#include "machine/devices/ide_piix3.h"

namespace rhea {

namespace {

constexpr unsigned kBusMasterBar = 4, kBusMasterPorts = 16, kPortsPerChannel = 8;
constexpr PciIdentity kIdentity{.vendor = 0x8086, .device = 0x7010, .class_code = 0x0101, .prog_if = 0x80, .status = 0x0280};

}  // namespace

Piix3Ide::Piix3Ide(AddressSpace& ports, Gsi& gsi)
    : PciDevice("piix3-ide", kIdentity),
      controller_(ports, gsi.line(IdeController::kPrimaryIrq), gsi.line(IdeController::kSecondaryIrq), memory_) {
    add_bar(kBusMasterBar, {.kind = PciBar::Kind::io, .size = kBusMasterPorts, .handler = &bus_master_ports_});
}

void Piix3Ide::reset() {
    PciDevice::reset();
    controller_.reset();
}

std::uint64_t Piix3Ide::BusMasterPorts::io_read(std::uint64_t offset, unsigned size) {
    const auto at = static_cast<unsigned>(offset);
    return device.controller_.channel(at / kPortsPerChannel).bus_master().read(at % kPortsPerChannel, size);
}

void Piix3Ide::BusMasterPorts::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    const auto at = static_cast<unsigned>(offset);
    device.controller_.channel(at / kPortsPerChannel).bus_master().write(at % kPortsPerChannel, static_cast<std::uint32_t>(value), size);
}

}  // namespace rhea
