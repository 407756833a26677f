#include "machine/devices/i6300esb.h"

#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr PciIdentity kIdentity{.vendor = 0x8086, .device = 0x25ab, .class_code = 0x0880};

// Configuration registers and their bits.
constexpr unsigned kConfig = 0x60, kLock = 0x68;
constexpr std::uint32_t kNoReboot = 0x20, kFastClock = 0x04, kFirstStageKind = 0x03;
constexpr std::uint32_t kLocked = 0x01, kEnabled = 0x02, kFreeRunning = 0x04;

// Memory registers and their bits.
constexpr std::uint64_t kPreload1 = 0x0, kPreload2 = 0x4, kReload = 0xc;
constexpr std::uint16_t kPing = 0x100, kTimedOut = 0x200, kTimedOutOld = 0x1000;  // Linux before 2.6.27 looks at bit 12
constexpr std::uint32_t kPreloadMask = 0xfffff;
constexpr std::uint8_t kUnlock1 = 0x80, kUnlock2 = 0x86;

constexpr std::int64_t kPciClockNs = 30;

}  // namespace

I6300Esb::I6300Esb(Clocks& clocks, MachineControl& control)
    : PciDevice(kType, kIdentity),
      clocks_(clocks),
      control_(control),
      timer_(clocks, ClockType::virtual_time, [this] { expired(); }) {
    add_bar(0, {.kind = PciBar::Kind::memory32, .size = 16, .handler = &registers_});
    reset_watchdog();
}

void I6300Esb::reset() {
    PciDevice::reset();
    reset_watchdog();
}

void I6300Esb::reset_watchdog() {
    timer_.cancel();
    reboot_ = true;
    fast_ = free_running_ = locked_ = enabled_ = false;
    first_stage_kind_ = 0;
    stage_ = 1;
    preload_[0] = preload_[1] = kPreloadMask;
    unlock_ = Unlock::none;
}

std::uint32_t I6300Esb::config_read(unsigned reg, unsigned size) {
    if (reg == kConfig && size == 2) return (reboot_ ? 0 : kNoReboot) | (fast_ ? kFastClock : 0) | first_stage_kind_;
    if (reg == kLock && size == 1)
        return (free_running_ ? kFreeRunning : 0) | (locked_ ? kLocked : 0) | (enabled_ ? kEnabled : 0);
    return PciDevice::config_read(reg, size);
}

void I6300Esb::config_write(unsigned reg, std::uint32_t value, unsigned size) {
    if (reg == kConfig && size == 2) {
        reboot_ = !(value & kNoReboot);
        fast_ = (value & kFastClock) != 0;
        first_stage_kind_ = value & kFirstStageKind;
    } else if (reg == kLock && size == 1) {
        if (locked_) return;
        locked_ = (value & kLocked) != 0;
        free_running_ = (value & kFreeRunning) != 0;
        const bool was_enabled = enabled_;
        enabled_ = (value & kEnabled) != 0;
        if (!enabled_) timer_.cancel();
        else if (!was_enabled) start(1);
    } else {
        PciDevice::config_write(reg, value, size);
    }
}

void I6300Esb::start(unsigned stage) {
    if (!enabled_) return;
    stage_ = stage;
    const std::int64_t unit = kPciClockNs << (fast_ ? 5 : 15);
    timer_.set(clocks_.now(ClockType::virtual_time) + preload_[stage - 1] * unit);
}

void I6300Esb::expired() {
    if (stage_ == 1) return start(2);
    if (reboot_) {
        timed_out_ = true;
        control_.watchdog_expired();
        reset_watchdog();
    } else if (free_running_) {
        start(1);
    }
}

std::uint64_t I6300Esb::Registers::io_read(std::uint64_t offset, unsigned size) {
    return offset == kReload && size == 2 && watchdog.timed_out_ ? kTimedOut | kTimedOutOld : 0;
}

/// A register takes a value only right behind the two unlocking writes, and locks again with it.
void I6300Esb::Registers::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    auto& unlock = watchdog.unlock_;
    if (offset == kReload && value == kUnlock1) {
        unlock = Unlock::first;
    } else if (offset == kReload && value == kUnlock2 && unlock == Unlock::first) {
        unlock = Unlock::done;
    } else if (unlock == Unlock::done && size > 1) {
        if (offset == kReload && size == 2) watchdog.reload(static_cast<std::uint16_t>(value));
        else if (offset == kPreload1 && size == 4) watchdog.preload_[0] = value & kPreloadMask;
        else if (offset == kPreload2 && size == 4) watchdog.preload_[1] = value & kPreloadMask;
        unlock = Unlock::none;
    }
}

void I6300Esb::reload(std::uint16_t value) {
    if (value & kPing) start(1);
    if (value & (kTimedOut | kTimedOutOld)) timed_out_ = false;
}

// --- QOM

namespace {

constexpr qom::Nodes kNodes[] = {kBusMasterContainer, kBusMaster, bar_node<0>("i6300esb")};
constexpr const qom::Type* kInterfaces[] = {&qom::kConventionalPci};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    return std::make_unique<I6300Esb>(creation.platform.clocks, creation.platform.control);
}

}  // namespace

constinit const qom::Type I6300Esb::kType{.name = "i6300esb",
    .parent = &PciDevice::kType,
    .interfaces = kInterfaces,
    .nodes = kNodes,
    .category = "Watchdog",
    .summary = "Intel 6300ESB", .create = create};

}  // namespace rhea
