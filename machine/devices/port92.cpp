#include "machine/devices/port92.h"

#include "machine/devices/trace_points.h"
#include "machine/gsi.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr std::uint64_t kPort = 0x92;
constexpr std::uint8_t kReset = 0x01, kA20 = 0x02;

}  // namespace

Port92::Port92(AddressSpace& ports, MachineControl& control)
    : Device(kType),
      port_(control),
      mapping_(ports, {.name = "port92", .base = kPort, .size = 1, .handler = &port_, .max_access = 1}) {}

void Port92::reset() { port_.value = static_cast<std::uint8_t>(port_.value & ~kReset); }

std::uint64_t Port92::Port::io_read(std::uint64_t, unsigned) {
    trace_device<"port92_read">("port92: read {:#04x}", value);
    return value;
}

void Port92::Port::io_write(std::uint64_t, std::uint64_t written, unsigned) {
    const auto old = value;
    trace_device<"port92_write">("port92: write {:#04x}", written & 0xff);
    value = static_cast<std::uint8_t>(written);
    control.set_a20((value & kA20) != 0);
    if ((value & kReset) && !(old & kReset)) control.request_reset(ShutdownCause::guest_reset);
}

// --- QOM

namespace {

constexpr qom::Region kPlace[] = {{qom::kPortSpace, kPort, 1}};
constexpr qom::Nodes kNodes[] = {qom::regions("port92", kPlace).early()};
constexpr qom::Pins kPins[] = {{"a20", false, 1, true, [](const qom::Object&, unsigned) { return board_line_path(BoardLine::a20_of_port92); }}};

}  // namespace

constinit const qom::Type Port92::kType{.name = "port92",
    .parent = &kIsaDevice,
    .nodes = kNodes,
    .pins = kPins,
    .pluggable = false};

}  // namespace rhea
