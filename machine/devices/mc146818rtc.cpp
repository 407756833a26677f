#include "machine/devices/mc146818rtc.h"

#include "machine/qom/basic_types.h"
#include <algorithm>
#include <ctime>

namespace rhea {

enum class LostTickPolicy { discard, delay, slew };
template <>
inline constexpr auto description<LostTickPolicy> = enumeration<LostTickPolicy>("LostTickPolicy", "discard", "delay", "slew");

namespace {

enum Register : std::uint8_t {
    kSeconds = 0x00,
    kSecondsAlarm = 0x01,
    kMinutes = 0x02,
    kMinutesAlarm = 0x03,
    kHours = 0x04,
    kHoursAlarm = 0x05,
    kWeekday = 0x06,
    kDay = 0x07,
    kMonth = 0x08,
    kYear = 0x09,
    kA = 0x0a,
    kB = 0x0b,
    kC = 0x0c,
    kD = 0x0d,
    kShutdownStatus = 0x0f,
    kCentury = 0x32,
    kCenturyAlias = 0x37,
};

constexpr std::uint8_t kUip = 0x80, kDivider = 0x70, kRate = 0x0f;  // A
constexpr std::uint8_t kSet = 0x80, kPie = 0x40, kAie = 0x20, kUie = 0x10, kSqwe = 0x08, kBinary = 0x04,
                       kHours24 = 0x02;                                   // B
constexpr std::uint8_t kIrqf = 0x80, kPf = 0x40, kAf = 0x20, kUf = 0x10;  // C; bits as those that enable them in B
constexpr std::uint8_t kFlags = kPf | kAf | kUf;
constexpr std::uint8_t kSlowestRunningDivider = 0x20;
constexpr std::uint8_t kResumeFromSuspend = 0xfe;

constexpr std::int64_t kSecondNs = 1'000'000'000, kTickHz = 32768;
constexpr std::int64_t kUipNs = 8 * kSecondNs / kTickHz;  // the update is announced 8 ticks ahead
constexpr std::int64_t kAfterDividerResetNs = kSecondNs / 2;
constexpr std::int64_t kNever = INT64_MAX;

__extension__ using Wide = __int128;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

bool is_time(std::uint8_t reg) {
    return reg == kCentury || reg == kSeconds || reg == kMinutes || reg == kHours || (reg >= kWeekday && reg <= kYear);
}

/// Seconds to add to UTC for the host's local time.
std::int64_t local_offset(std::int64_t utc) {
    const auto when = static_cast<std::time_t>(utc);
    std::tm fields{};
    return localtime_r(&when, &fields) ? fields.tm_gmtoff : 0;
}

}  // namespace

Mc146818Rtc::Mc146818Rtc(AddressSpace& ports, Clocks& clocks, IrqLine irq, MachineControl& control,
                         const RtcOptions& options)
    : Device(kType),
      clocks_(clocks),
      irq_(irq),
      control_(control),
      options_(options),
      ports_(*this),
      mapping_(ports, {.name = "rtc", .base = 0x70, .size = 2, .handler = &ports_, .max_access = 1}),
      timer_(clocks, options.clock, [this] {
          catch_up();
          arm();
      }) {
    cmos_[kA] = 0x26;
    cmos_[kB] = kHours24;
    cmos_[kD] = 0x80;
    const auto wall = clocks.now(ClockType::host);
    std::int64_t start = options.date;
    if (options.base != RtcOptions::Base::date) {
        start = floor_div(wall, kSecondNs);
        if (options.base == RtcOptions::Base::localtime) start += local_offset(start);
    }
    // On the host's clock its seconds change with those of the host; else the first second begins now.
    const bool aligned = options.clock == ClockType::host && options.base != RtcOptions::Base::date;
    set_time(start, aligned ? wall - floor_div(wall, kSecondNs) * kSecondNs : 0);
    untouched_bias_s_ = bias_s_;
    untouched_phase_ns_ = phase_ns_;
    store(rtc_time(start));
}

void Mc146818Rtc::reset() {
    catch_up();
    cmos_[kB] = static_cast<std::uint8_t>(cmos_[kB] & ~(kPie | kAie | kSqwe));
    cmos_[kC] = 0;
    missed_ticks_ = 0;
    if (cmos_[kShutdownStatus] != kResumeFromSuspend) cmos_[kShutdownStatus] = 0;
    plan_periodic();
    update_irq();
    arm();
}

void Mc146818Rtc::mark_suspended() { cmos_[kShutdownStatus] = kResumeFromSuspend; }

bool Mc146818Rtc::running() const { return !(cmos_[kB] & kSet) && (cmos_[kA] & kDivider) <= kSlowestRunningDivider; }

RtcFormat Mc146818Rtc::format() const { return {(cmos_[kB] & kBinary) != 0, (cmos_[kB] & kHours24) != 0}; }

RtcAlarm Mc146818Rtc::alarm() const {
    const auto form = format();
    return {form.decode_hour(cmos_[kHoursAlarm]), form.decode(cmos_[kMinutesAlarm]), form.decode(cmos_[kSecondsAlarm])};
}

Mc146818Rtc::Moment Mc146818Rtc::now() const {
    const auto time = clocks_.now(options_.clock) + phase_ns_;
    const auto seconds = floor_div(time, kSecondNs);
    return {bias_s_ + seconds, time - seconds * kSecondNs};
}

std::int64_t Mc146818Rtc::ticks() const {
    return static_cast<std::int64_t>(Wide{clocks_.now(options_.clock)} * kTickHz / kSecondNs);
}

RtcTime Mc146818Rtc::date() const { return running() ? rtc_time(now().seconds) : stored(); }

void Mc146818Rtc::store(const RtcTime& time) {
    const auto form = format();
    cmos_[kSeconds] = form.encode(time.second);
    cmos_[kMinutes] = form.encode(time.minute);
    cmos_[kHours] = form.encode_hour(time.hour);
    cmos_[kWeekday] = form.encode(time.weekday);
    cmos_[kDay] = form.encode(time.day);
    cmos_[kMonth] = form.encode(time.month);
    cmos_[kYear] = form.encode(time.year % 100);
    cmos_[kCentury] = form.encode(time.year / 100);
}

RtcTime Mc146818Rtc::stored() const {
    const auto form = format();
    RtcTime time;
    time.second = form.decode(cmos_[kSeconds]);
    time.minute = form.decode(cmos_[kMinutes]);
    time.hour = form.decode_hour(cmos_[kHours]);
    time.weekday = form.decode(cmos_[kWeekday]);
    time.day = form.decode(cmos_[kDay]);
    time.month = form.decode(cmos_[kMonth]);
    time.year = form.decode(cmos_[kCentury]) * 100 + form.decode(cmos_[kYear]);
    return time;
}

void Mc146818Rtc::set_time(std::int64_t seconds, std::int64_t fraction_ns) {
    const auto clock = clocks_.now(options_.clock);
    phase_ns_ = fraction_ns - (clock - floor_div(clock, kSecondNs) * kSecondNs);
    bias_s_ = seconds - floor_div(clock + phase_ns_, kSecondNs);
    accounted_ = seconds;
}

/// Goes on from the registers.
void Mc146818Rtc::resume(std::int64_t fraction_ns) {
    set_time(rtc_seconds(stored()), fraction_ns);
    const auto untouched = untouched_bias_s_ + floor_div(clocks_.now(options_.clock) + untouched_phase_ns_, kSecondNs);
    control_.rtc_changed(now().seconds - untouched, qom_path());
}

std::uint8_t Mc146818Rtc::uip() const { return running() && now().fraction_ns >= kSecondNs - kUipNs ? kUip : 0; }

std::uint8_t Mc146818Rtc::read() {
    if (is_time(index_) && running()) store(rtc_time(now().seconds));
    if (index_ == kA) return static_cast<std::uint8_t>(cmos_[kA] | uip());
    return index_ == kC ? read_c() : cmos_[index_];
}

std::uint8_t Mc146818Rtc::read_c() {
    catch_up();
    const auto value = cmos_[kC];
    cmos_[kC] = 0;
    update_irq();
    if (missed_ticks_ > 0 && (cmos_[kB] & kPie)) {
        --missed_ticks_;
        flag(kPf);
    }
    arm();
    return value;
}

void Mc146818Rtc::Ports::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    const auto byte = static_cast<std::uint8_t>(value);
    if (offset == 0) rtc.select(byte);
    else rtc.write(byte);
}

void Mc146818Rtc::select(std::uint8_t index) {
    index_ = index & 0x7f;  // bit 7 masks NMIs
    if (index_ == kCenturyAlias) index_ = kCentury;
}

void Mc146818Rtc::write(std::uint8_t value) {
    catch_up();
    if (is_time(index_)) {
        const auto moment = now();
        if (running()) store(rtc_time(moment.seconds));
        cmos_[index_] = value;
        if (running()) resume(moment.fraction_ns);
    } else if (index_ == kA) {
        write_a(value);
    } else if (index_ == kB) {
        write_b(value);
    } else if (index_ != kC && index_ != kD) {
        cmos_[index_] = value;
    }
    arm();
}

void Mc146818Rtc::write_a(std::uint8_t value) {
    const bool ran = running(), was_reset = divider_reset();
    const auto moment = now();
    if (ran) store(rtc_time(moment.seconds));
    cmos_[kA] = value & static_cast<std::uint8_t>(~kUip);
    if (!ran && running()) resume(was_reset ? kAfterDividerResetNs : moment.fraction_ns);
    plan_periodic();
}

void Mc146818Rtc::write_b(std::uint8_t value) {
    const bool ran = running();
    const auto moment = now();
    if (ran) store(rtc_time(moment.seconds));
    if (value & kSet) value = static_cast<std::uint8_t>(value & ~kUie);
    const auto old = cmos_[kB];
    cmos_[kB] = value;
    // The registers of a running clock show the new format; those of a stopped one stay what was written.
    if (!ran && running()) resume(moment.fraction_ns);
    update_irq();
    if ((old ^ value) & kPie) plan_periodic();
}

/// Brings register C up to the present.
void Mc146818Rtc::catch_up() {
    std::uint8_t flags = 0;
    if (const auto second = now().seconds; divider_reset() || second < accounted_) {
        accounted_ = second;
    } else if (second > accounted_) {
        flags |= kUf;
        if (const auto match = alarm().next_after(accounted_); match >= 0 && match <= second) flags |= kAf;
        accounted_ = second;
    }
    if (const auto tick = ticks(); period_ != 0 && tick >= next_tick_) {
        const auto count = (tick - next_tick_) / period_ + 1;
        next_tick_ += count * period_;
        if (options_.slew) missed_ticks_ += count - (cmos_[kC] & kPf ? 0 : 1);
        flags |= kPf;
    }
    if (flags) flag(flags);
}

void Mc146818Rtc::flag(std::uint8_t flags) {
    const bool alarm_rings = (flags & ~cmos_[kC] & kAf) && (cmos_[kB] & kAie);
    cmos_[kC] |= flags;
    update_irq();
    if (alarm_rings) control_.request_wakeup(WakeupCause::rtc);
}

void Mc146818Rtc::update_irq() {
    const bool pending = (cmos_[kB] & cmos_[kC] & kFlags) != 0;
    if (pending) cmos_[kC] |= kIrqf;
    else cmos_[kC] = static_cast<std::uint8_t>(cmos_[kC] & ~kIrqf);
    irq_.set(pending);
}

/// Starts, stops or changes the periodic interrupt. Time since the last tick counts towards a new period.
void Mc146818Rtc::plan_periodic() {
    auto rate = cmos_[kA] & kRate;
    if (rate == 1 || rate == 2) rate += 7;
    const std::int64_t period = cmos_[kB] & kPie && rate != 0 ? std::int64_t{1} << (rate - 1) : 0;
    if (period != 0) {
        const auto tick = ticks();
        const auto since_last = period_ != 0 ? std::clamp<std::int64_t>(tick - (next_tick_ - period_), 0, period) : 0;
        next_tick_ = tick + period - since_last;
    }
    period_ = period;
}

/// Sets the timer for the next flag that would interrupt. A flag that is set already interrupts nobody again before it is
/// read.
void Mc146818Rtc::arm() {
    const auto wanted = static_cast<std::uint8_t>(cmos_[kB] & ~cmos_[kC]);
    std::int64_t second = kNever;
    if (!divider_reset()) {
        if (wanted & kUie) second = accounted_ + 1;
        else if (wanted & kAie)
            if (const auto match = alarm().next_after(accounted_); match >= 0) second = match;
    }
    std::int64_t deadline = second == kNever ? kNever : (second - bias_s_) * kSecondNs - phase_ns_;
    if (period_ != 0 && (wanted & kPie))
        deadline = std::min(deadline, static_cast<std::int64_t>(Wide{next_tick_} * kSecondNs / kTickHz) + 1);
    if (deadline == kNever) timer_.cancel();
    else timer_.set(deadline);
}

// --- QOM

namespace {

constexpr qom::ValueType kLostTickPolicy{"LostTickPolicy", &type_ref<LostTickPolicy>};
/// The board's counts from no year of its own.
QObject base_year(const Mc146818Rtc&) { return 0; }
QObject date_of(const Mc146818Rtc& rtc) { return rtc.date_value(); }
constexpr qom::ValueType kTime{"struct tm"};
constexpr qom::Property kDate = qom::property("date", kTime).from<date_of>();

constexpr qom::Property kProperties[] = {
    qom::property("base_year", qom::kInt32, 1980).shown_by<base_year>(),
    qom::property("iobase", qom::kUint16, 112),
    qom::property("irq", qom::kUint8, 8),
    qom::property("lost_tick_policy", kLostTickPolicy, "discard"),
};
constexpr qom::Region kPlace[] = {{qom::kPortSpace, 0x70, 2}}, kIndexPlace[] = {{"rtc[0]", 0, 1}};
constexpr qom::Nodes kNodes[] = {qom::regions("rtc", kPlace), qom::regions("rtc-index", kIndexPlace)};
constexpr qom::Pins kPins[] = {{"", false, 1, false, [](const qom::Object& rtc, unsigned) { return static_cast<const Mc146818Rtc&>(rtc).irq_path(); }}};
constexpr const qom::Type* kInterfaces[] = {&qom::kAcpiAml};

}  // namespace

void Mc146818Rtc::list_extras(const std::function<void(Extra)>& visit) const { visit({.name = "date", .property = &kDate}); }

QObject Mc146818Rtc::date_value() const {
    const RtcTime time = date();
    QDict dict;
    dict.put("tm_year", QObject(time.year - 1900));
    dict.put("tm_mon", QObject(time.month - 1));
    dict.put("tm_mday", QObject(time.day));
    dict.put("tm_hour", QObject(time.hour));
    dict.put("tm_min", QObject(time.minute));
    dict.put("tm_sec", QObject(time.second));
    return dict;
}

constinit const qom::Type Mc146818Rtc::kType{.name = "mc146818rtc",
    .parent = &kIsaDevice,
    .interfaces = kInterfaces,
    .properties = kProperties,
    .nodes = kNodes,
    .pins = kPins,
    .pluggable = false};

}  // namespace rhea
