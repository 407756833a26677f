#include "machine/devices/tco_watchdog.h"

#include <algorithm>

namespace rhea {

namespace {

enum Register : unsigned { kReload = 0x00, kStatus1 = 0x04, kStatus2 = 0x06, kControl1 = 0x08, kControl2 = 0x0a, kInterrupts = 0x10, kTimer = 0x12 };
constexpr std::uint16_t kTimeout = 0x0008, kSecondTimeout = 0x0002, kBootFailed = 0x0004;
constexpr std::uint16_t kHalted = 0x0800, kLocked = 0x1000;
constexpr std::uint16_t kReloadMask = 0x03ff;
constexpr std::uint16_t kControl2Default = 0x0008, kTimerDefault = 0x0004;
constexpr std::uint8_t kInterruptsDefault = 0x03;
constexpr std::int64_t kTick = 600'000'000;      // ns

}  // namespace

TcoWatchdog::TcoWatchdog(Clocks& clocks, MachineControl& control, std::function<bool()> reboots)
    : clocks_(clocks), control_(control), reboots_(std::move(reboots)), timer_(clocks, ClockType::virtual_time, [this] { expired(); }) {
    reset();
}

void TcoWatchdog::reset() {
    timer_.cancel();
    round_ = 0;
    bytes_ = {};
    set_word(kControl2, kControl2Default);
    bytes_[kInterrupts] = kInterruptsDefault;
    set_word(kTimer, kTimerDefault);
}

void TcoWatchdog::set_word(unsigned at, std::uint16_t value) {
    bytes_[at] = static_cast<std::uint8_t>(value);
    bytes_[at + 1] = static_cast<std::uint8_t>(value >> 8);
}

bool TcoWatchdog::halted() const { return (word(kControl1) & kHalted) != 0; }

void TcoWatchdog::start() {
    if (halted()) return;
    const std::int64_t ticks = std::max<std::int64_t>(word(kTimer) & kReloadMask, 1);
    timer_.set(clocks_.now(ClockType::virtual_time) + ticks * kTick);
}

/// Ticks until the end of this round.
std::uint16_t TcoWatchdog::left() const {
    if (!timer_.pending()) return word(kReload);
    const std::int64_t ns = timer_.deadline() - clocks_.now(ClockType::virtual_time);
    return static_cast<std::uint16_t>(std::clamp<std::int64_t>(ns / kTick, 0, kReloadMask));
}

void TcoWatchdog::expired() {
    set_word(kReload, 0);
    set_word(kStatus1, word(kStatus1) | kTimeout);
    if (++round_ < 2) return start();
    round_ = 0;
    set_word(kStatus2, static_cast<std::uint16_t>(word(kStatus2) | kSecondTimeout | kBootFailed));
    if (reboots_()) control_.watchdog_expired();
    else start();
}

void TcoWatchdog::write_byte(unsigned at, std::uint8_t value) {
    switch (at) {
        case kReload:
            round_ = 0;
            set_word(kStatus1, word(kStatus1) & static_cast<std::uint16_t>(~kTimeout));
            return start();
        case kReload + 1: return;
        case kStatus1: case kStatus1 + 1: case kStatus2: case kStatus2 + 1:
            bytes_[at] = static_cast<std::uint8_t>(bytes_[at] & ~value);
            return;
        case kControl1 + 1: {
            const bool was_halted = halted(), locked = (word(kControl1) & kLocked) != 0;
            bytes_[at] = locked ? static_cast<std::uint8_t>(value | kLocked >> 8) : value;
            if (halted()) {
                if (!was_halted) set_word(kReload, left());
                timer_.cancel();
            } else if (was_halted) {
                start();
            }
            return;
        }
        default: bytes_[at] = value; return;
    }
}

std::uint64_t TcoWatchdog::io_read(std::uint64_t offset, unsigned size) {
    if (offset <= kReload + 1) set_word(kReload, left());
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size && offset + i < kSize; ++i) value |= std::uint64_t{bytes_[offset + i]} << (8 * i);
    return value;
}

void TcoWatchdog::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size && offset + i < kSize; ++i) write_byte(static_cast<unsigned>(offset) + i, static_cast<std::uint8_t>(value >> (8 * i)));
}

}  // namespace rhea
