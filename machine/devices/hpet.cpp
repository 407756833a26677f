#include "machine/devices/hpet.h"

#include <algorithm>

#include "machine/qom/basic_types.h"

namespace rhea {
namespace {

constexpr std::uint64_t kCapabilities = 0x8086a201, kPeriodFs = 10'000'000;
constexpr std::int64_t kTickNs = 10;
enum Offset : std::uint64_t { capabilities = 0x000, general = 0x010, interrupts = 0x020, main_counter = 0x0f0, comparators = 0x100, kEnd = 0x400 };
constexpr std::uint64_t kStride = 0x20;
// A comparator's configuration.
constexpr std::uint64_t kLevel = 0x02, kInterrupt = 0x04, kPeriodic = 0x08, kCanPeriodic = 0x10, kCan64 = 0x20, kSetValue = 0x40, kForce32 = 0x100;
constexpr std::uint64_t kWritable = 0x7f4e;
constexpr std::uint64_t kLow = 0xffffffff, kNever = ~std::uint64_t{0};

std::uint64_t half(std::uint64_t value, bool high) { return high ? value >> 32 : value & kLow; }
std::uint64_t with_half(std::uint64_t value, std::uint64_t part, bool high) {
    return high ? (value & kLow) | part << 32 : (value & ~kLow) | (part & kLow);
}

}  // namespace

Hpet::Comparator::Comparator(Hpet& hpet, unsigned n, Clocks& clocks) : timer(clocks, ClockType::virtual_time, [&hpet, n] { hpet.fired(n); }) {}

Hpet::Hpet(AddressSpace& memory, Clocks& clocks, IrqReceiver& lines, std::uint32_t routes)
    : Device(kType), clocks_(clocks), lines_(lines), routing_(std::uint64_t{routes} << 32), comparators_{Comparator{*this, 0, clocks}, Comparator{*this, 1, clocks}, Comparator{*this, 2, clocks}},
      mapping_(memory, {.name = "hpet", .base = kAddress, .size = kEnd, .handler = &registers_, .min_access = 1, .max_access = 4}) {
    values().keep(*kType.find("hpet-intcap"), std::int64_t{routes});
    reset();
}

void Hpet::reset() {
    for (Comparator& one : comparators_) {
        one.timer.cancel();
        one.config = kCanPeriodic | kCan64 | routing_;
        one.compare = kNever;
        one.message = one.period = 0;
        one.wrapped = false;
    }
    for (unsigned line = 0; line < driven_.size(); ++line)
        if (std::exchange(driven_[line], false)) lines_.set_irq(line, false);
    config_ = status_ = counter_ = 0;
    offset_ns_ = 0;
}

void Hpet::set_irq(unsigned line, bool level) {
    (line == kPitLine ? pit_level_ : rtc_level_) = level;
    if (!legacy()) lines_.set_irq(line, level);
}

std::uint64_t Hpet::ticks() const {
    if (!enabled()) return counter_;
    return static_cast<std::uint64_t>((clocks_.now(ClockType::virtual_time) + offset_ns_) / kTickNs);
}

std::uint64_t Hpet::register_read(std::uint64_t offset, unsigned size) {
    if (size != 4) return 0;
    const bool high = offset & 4;
    if (offset >= comparators) {
        const std::uint64_t number = (offset - comparators) / kStride;
        if (number >= kTimers) return 0;
        const Comparator& one = comparators_[number];
        switch (offset % kStride & ~7u) {
            case 0x00: return half(one.config, high);
            case 0x08: return half(one.compare, high);
            case 0x10: return half(one.message, high);
            default: return 0;
        }
    }
    switch (offset & ~std::uint64_t{7}) {
        case capabilities: return high ? kPeriodFs : kCapabilities;
        case general: return half(config_, high);
        case interrupts: return half(status_, high);
        case main_counter: return half(ticks(), high);
        default: return 0;
    }
}

void Hpet::register_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (size != 4) return;
    const bool high = offset & 4;
    if (offset >= comparators) {
        const std::uint64_t number = (offset - comparators) / kStride;
        if (number >= kTimers) return;
        const auto n = static_cast<unsigned>(number);
        switch (offset % kStride & ~7u) {
            case 0x00: return write_config(n, value, high);
            case 0x08: return write_compare(n, value, high);
            case 0x10: comparators_[n].message = with_half(comparators_[n].message, value, high); return;
            default: return;
        }
    }
    switch (offset & ~std::uint64_t{7}) {
        case general:
            if (!high) write_general(value);
            break;
        case interrupts:
            if (high) break;
            for (unsigned n = 0; n < kTimers; ++n)
                if (value & status_ & 1u << n) set_output(n, false);
            break;
        case main_counter: counter_ = with_half(counter_, value, high); break;
        default: break;
    }
}

void Hpet::write_general(std::uint64_t value) {
    const std::uint64_t before = config_;
    config_ = (config_ & ~std::uint64_t{3}) | (value & 3);
    const std::uint64_t risen = config_ & ~before, fallen = before & ~config_;
    if (risen & 1) {
        offset_ns_ = static_cast<std::int64_t>(counter_) * kTickNs - clocks_.now(ClockType::virtual_time);
        for (unsigned n = 0; n < kTimers; ++n)
            if ((comparators_[n].config & kInterrupt) && comparators_[n].compare != kNever) arm(n);
    } else if (fallen & 1) {
        counter_ = static_cast<std::uint64_t>((clocks_.now(ClockType::virtual_time) + offset_ns_) / kTickNs);
        for (Comparator& one : comparators_) one.timer.cancel();
    }
    if (risen & 2) {  // the old timers fall silent
        lines_.set_irq(kPitLine, false);
        lines_.set_irq(kRtcLine, false);
    } else if (fallen & 2) {
        lines_.set_irq(kPitLine, pit_level_);
        lines_.set_irq(kRtcLine, rtc_level_);
    }
}

void Hpet::write_config(unsigned number, std::uint64_t value, bool high) {
    if (high) return;
    Comparator& one = comparators_[number];
    const std::uint64_t before = one.config;
    one.config = (before & ~kWritable) | (value & kWritable);
    if (one.config & kForce32) {
        one.compare &= kLow;
        one.period &= kLow;
    }
    const std::uint64_t risen = one.config & ~before, fallen = before & ~one.config;
    if ((risen & kInterrupt) && enabled()) arm(number);
    else if (fallen & kInterrupt) one.timer.cancel();
    if (fallen & kLevel) set_output(number, false);
}

void Hpet::write_compare(unsigned number, std::uint64_t value, bool high) {
    Comparator& one = comparators_[number];
    if (high && (one.config & kForce32)) return;
    if (!(one.config & kPeriodic) || (one.config & kSetValue)) one.compare = with_half(one.compare, value, high);
    if (one.config & kPeriodic) {
        // Not more than half the counter's way, so that it cannot overtake itself.
        const std::uint64_t most = one.config & kForce32 ? kLow >> 1 : kNever >> 1;
        one.period = with_half(one.period, value, high) & most;
    }
    one.config &= ~kSetValue;
    if (enabled() && (one.config & kInterrupt)) arm(number);
}

/// Ticks until it matches; 0 when that has just been.
std::uint64_t Hpet::distance(const Comparator& comparator, std::uint64_t now) const {
    if (comparator.config & kForce32) {
        const auto ahead = static_cast<std::int32_t>(static_cast<std::uint32_t>(comparator.compare) - static_cast<std::uint32_t>(now));
        return ahead > 0 ? static_cast<std::uint64_t>(ahead) : 0;
    }
    const auto ahead = static_cast<std::int64_t>(comparator.compare - now);
    return ahead > 0 ? static_cast<std::uint64_t>(ahead) : 0;
}

void Hpet::arm(unsigned number) {
    Comparator& one = comparators_[number];
    const std::uint64_t now = ticks();
    one.wrapped = false;
    std::uint64_t left = distance(one, now);
    if ((one.config & kForce32) && !(one.config & kPeriodic)) {
        const std::uint64_t to_zero = (std::uint64_t{1} << 32) - (now & kLow);
        if (to_zero < left) left = to_zero, one.wrapped = true;
    }
    constexpr std::uint64_t kFarthest = std::uint64_t{1} << 58;  // nanoseconds stay within an int64
    one.timer.set(clocks_.now(ClockType::virtual_time) + static_cast<std::int64_t>(std::min(left, kFarthest)) * kTickNs);
}

void Hpet::fired(unsigned number) {
    Comparator& one = comparators_[number];
    const std::uint64_t now = ticks();
    if ((one.config & kPeriodic) && one.period != 0) {
        if (const std::uint64_t behind = now - one.compare; static_cast<std::int64_t>(behind) >= 0)
            one.compare += (behind / one.period + 1) * one.period;
        if (one.config & kForce32) one.compare &= kLow;
        arm(number);
    } else if (one.wrapped) {
        one.wrapped = false;
        one.timer.set(clocks_.now(ClockType::virtual_time) + static_cast<std::int64_t>(distance(one, now)) * kTickNs);
    }
    set_output(number, true);
}

void Hpet::set_output(unsigned number, bool level) {
    const Comparator& one = comparators_[number];
    unsigned line = static_cast<unsigned>(one.config >> 9 & 0x1f);
    if (number < 2 && legacy()) line = number == 0 ? kPitLine : kRtcLine;
    const std::uint64_t bit = std::uint64_t{1} << number;
    status_ &= ~bit;
    const auto drive = [&](bool high) {
        if (line < driven_.size()) driven_[line] = high;
        lines_.set_irq(line, high);
    };
    if (!level || !(one.config & kInterrupt) || !enabled()) return drive(false);
    drive(true);
    if (one.config & kLevel) status_ |= bit;
    else drive(false);
}

// --- QOM

namespace {

constexpr qom::Property kProperties[] = {
    qom::property("timers", qom::kUint8, 3),
    qom::property("msi", qom::kBit, false),
    qom::property("hpet-intcap", qom::kUint32, 4),
    qom::property("hpet-offset-saved", qom::kBool, true),
};
constexpr qom::Region kPlace[] = {{qom::kMemorySpace, Hpet::kAddress, 0x400}};
constexpr qom::Nodes kNodes[] = {qom::regions("hpet", kPlace).early()};
std::string line_path(const qom::Object& hpet, unsigned line) { return static_cast<const Hpet&>(hpet).output_path(line); }
std::string legacy_path(const qom::Object& hpet, unsigned) {
    const qom::Object* source = static_cast<const Hpet&>(hpet).legacy_source();
    return source ? source->qom_path() + "/unnamed-gpio-in[0]" : std::string();
}
constexpr qom::Pins kPins[] = {{"", true, 2, false}, {"", false, 1, false, legacy_path}, {"sysbus-irq", false, 32, false, line_path}};

}  // namespace

constinit const qom::Type Hpet::kType{.name = "hpet", .parent = &kSystemDevice, .properties = kProperties, .nodes = kNodes, .pins = kPins, .pluggable = false};

}  // namespace rhea
