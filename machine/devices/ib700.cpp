#include "machine/devices/ib700.h"

#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

// Each register is decoded twice: 0x441 and 0x442 stop it, 0x443 and 0x444 start it.
constexpr std::uint64_t kBase = 0x441, kStart = 2;
constexpr std::int64_t kSecondNs = 1'000'000'000;

}  // namespace

Ib700::Ib700(AddressSpace& ports, Clocks& clocks, MachineControl& control)
    : Device(kType),
      clocks_(clocks),
      timer_(clocks, ClockType::virtual_time, [&control] { control.watchdog_expired(); }),
      ports_(*this),
      mapping_(ports, {.name = "ib700", .base = kBase, .size = 4, .handler = &ports_, .max_access = 1}) {}

void Ib700::Ports::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    if (offset < kStart) return watchdog.timer_.cancel();
    const auto seconds = 30 - 2 * static_cast<std::int64_t>(value & 15);
    watchdog.timer_.set(watchdog.clocks_.now(ClockType::virtual_time) + seconds * kSecondNs);
}

// --- QOM

namespace {

constexpr qom::Region kPlace[] = {{qom::kPortSpace, kBase, 4}};
constexpr qom::Nodes kNodes[] = {qom::regions("ib700", kPlace)};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    const Platform& platform = creation.platform;
    return std::make_unique<Ib700>(platform.ports, platform.clocks, platform.control);
}

}  // namespace

constinit const qom::Type Ib700::kType{.name = "ib700",
    .parent = &kIsaDevice,
    .nodes = kNodes,
    .category = "Watchdog",
    .summary = "iBASE 700", .create = create};

}  // namespace rhea
