#include "machine/devices/acpi_pm1.h"

namespace rhea {

namespace {

// PM1 status and enable bits.
constexpr std::uint16_t kTimerOverflow = 0x0001, kGlobal = 0x0020, kPowerButton = 0x0100, kRtc = 0x0400, kWake = 0x8000;
constexpr std::uint16_t kInterrupting = kTimerOverflow | kGlobal | kPowerButton | kRtc;
// PM1 control.
constexpr std::uint16_t kSciEnable = 0x0001, kSleepEnable = 0x2000;
enum SleepType { kSoftOff = 0, kSuspend = 1, kSuspendToDisk = 2 };

constexpr std::int64_t kTimerHz = 3'579'545, kSecond = 1'000'000'000;
constexpr std::int64_t kHalfTurn = 1 << 23;  // the 24-bit timer's top bit changes

__extension__ using Wide = __int128;

/// Replaces `size` bytes at `offset` of a 16-bit register.
std::uint16_t merge(std::uint16_t old, std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (size >= 2) return static_cast<std::uint16_t>(value);
    return static_cast<std::uint16_t>(offset & 1 ? (old & 0x00ff) | (value & 0xff) << 8 : (old & 0xff00) | (value & 0xff));
}

}  // namespace

AcpiPm1::AcpiPm1(AddressSpace& ports, Clocks& clocks, IrqLine sci, MachineControl& control, ApmCommands commands, std::function<bool()> others)
    : clocks_(clocks),
      sci_(sci),
      control_(control),
      others_(std::move(others)),
      apm_(*this, commands),
      apm_mapping_(ports, {.name = "apm-io", .base = kApmBase, .size = 2, .handler = &apm_, .max_access = 1}),
      overflow_timer_(clocks, ClockType::virtual_time, [this] { update_sci(); }) {}

void AcpiPm1::reset() {
    apm_.command = apm_.status = 0;
    status_ = enabled_ = control_register_ = 0;
    overflow_at_ = 0;
    update_sci();
}

void AcpiPm1::press_power_button() {
    status_ |= kPowerButton;
    update_sci();
}

void AcpiPm1::woken(WakeupCause cause) {
    switch (cause) {
        case WakeupCause::rtc: status_ |= kWake | kRtc; break;
        case WakeupCause::pm_timer: status_ |= kWake | kTimerOverflow; break;
        // A guest expects some reason.
        case WakeupCause::other: status_ |= kWake | kPowerButton; break;
    }
    update_sci();
}

std::int64_t AcpiPm1::ticks() const {
    return static_cast<std::int64_t>(Wide{clocks_.now(ClockType::virtual_time)} * kTimerHz / kSecond);
}

std::uint16_t AcpiPm1::status() {
    if (ticks() >= overflow_at_) status_ |= kTimerOverflow;
    return status_;
}

void AcpiPm1::clear_status(std::uint16_t bits) {
    if (status() & bits & kTimerOverflow) overflow_at_ = (ticks() / kHalfTurn + 1) * kHalfTurn;
    status_ = static_cast<std::uint16_t>(status_ & ~bits);
    update_sci();
}

void AcpiPm1::set_sci(IrqLine sci) {
    sci_.lower();
    sci_ = sci;
    update_sci();
}

void AcpiPm1::update_sci() {
    sci_.set((status() & enabled_ & kInterrupting) != 0 || others_());
    // An overflow that interrupts nobody is found when somebody looks.
    if ((enabled_ & kTimerOverflow) && !(status_ & kTimerOverflow))
        overflow_timer_.set(static_cast<std::int64_t>((Wide{overflow_at_} * kSecond + kTimerHz - 1) / kTimerHz));
    else overflow_timer_.cancel();
}

void AcpiPm1::write_control(std::uint16_t value) {
    control_register_ = static_cast<std::uint16_t>(value & ~kSleepEnable);
    if (!(value & kSleepEnable)) return;
    switch (value >> 10 & 7) {
        case kSoftOff: return control_.request_shutdown(ShutdownCause::guest_shutdown);
        case kSuspend: return control_.request_suspend();
        case kSuspendToDisk: return control_.request_suspend_to_disk();
        default: return;
    }
}

std::uint64_t AcpiPm1::io_read(std::uint64_t offset, unsigned size) {
    const std::uint32_t words[] = {static_cast<std::uint32_t>(status() | enabled_ << 16), control_register_ | 0xffff0000u,
                                   static_cast<std::uint32_t>(ticks() & 0xffffff)};
    const auto value = words[offset / 4] >> (8 * (offset % 4));
    return size >= 4 ? value : value & ((1u << (8 * size)) - 1);
}

void AcpiPm1::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (size == 4) {
        io_write(offset, value & 0xffff, 2);
        return io_write(offset + 2, value >> 16, 2);
    }
    switch (offset & ~1ull) {
        case 0: return clear_status(merge(0, offset, value, size));
        case 2: enabled_ = merge(enabled_, offset, value, size); return update_sci();
        case 4: return write_control(merge(control_register_, offset, value, size));
        default: return;
    }
}

void AcpiPm1::ApmPorts::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    if (offset != 0) {
        status = static_cast<std::uint8_t>(value);
        return;
    }
    command = static_cast<std::uint8_t>(value);
    if (command == commands.acpi_on) pm.control_register_ |= kSciEnable;
    if (command == commands.acpi_off) pm.control_register_ = static_cast<std::uint16_t>(pm.control_register_ & ~kSciEnable);
}

}  // namespace rhea
