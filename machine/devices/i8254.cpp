#include "machine/devices/i8254.h"

#include <algorithm>

#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr std::uint64_t kPorts = 0x40;
constexpr std::int64_t kHz = 1'193'182, kSecondNs = 1'000'000'000;
constexpr std::uint8_t kReadBack = 3;

__extension__ using Wide = __int128;

}  // namespace

std::int64_t I8254::Counter::elapsed(std::int64_t now_ns) const {
    return static_cast<std::int64_t>(Wide{now_ns - loaded_ns} * kHz / kSecondNs);
}

std::uint16_t I8254::Counter::value(std::int64_t now_ns) const {
    const auto ticks = elapsed(now_ns);
    switch (mode) {
        case 2: return static_cast<std::uint16_t>(reload - ticks % reload);
        // A square wave counts down by two.
        case 3: return static_cast<std::uint16_t>(reload - 2 * ticks % reload);
        default: return static_cast<std::uint16_t>(reload - ticks);
    }
}

bool I8254::Counter::output(std::int64_t now_ns) const {
    const auto ticks = elapsed(now_ns);
    switch (mode) {
        case 0: return ticks >= reload;
        case 1: return ticks < reload;
        // The real output is low for the one tick; what matters to the interrupt controller is one rising edge a period.
        case 2: return ticks != 0 && ticks % reload == 0;
        case 3: return ticks % reload < (reload + 1) / 2;
        default: return ticks == reload;
    }
}

std::int64_t I8254::Counter::next_change(std::int64_t now_ns) const {
    const auto ticks = elapsed(now_ns), count = std::int64_t{reload}, start = ticks / count * count;
    switch (mode) {
        case 2: return ticks != 0 && ticks == start ? ticks + 1 : start + count;
        case 3: return ticks - start < (count + 1) / 2 ? start + (count + 1) / 2 : start + count;
        case 0:
        case 1: return ticks < count ? count : -1;
        default: return ticks < count ? count : ticks == count ? count + 1 : -1;
    }
}

I8254::I8254(AddressSpace& ports, Clocks& clocks, IrqLine irq)
    : Device(kType),
      clocks_(clocks),
      irq_(irq),
      timer_ports_(*this),
      timer_mapping_(ports, {.name = "pit", .base = kPorts, .size = 4, .handler = &timer_ports_, .max_access = 1}),
      timer_(clocks, ClockType::virtual_time, [this] { update_irq(); }) {
    I8254::reset();
}

std::uint64_t I8254::edges_at_rest() const {
    const auto& counter = counters_[0];
    if (wanted_ || (counter.mode != 2 && counter.mode != 3)) return 0;
    const auto periods = [&](std::int64_t at_ns) { return counter.elapsed(at_ns) / std::int64_t{counter.reload}; };
    return static_cast<std::uint64_t>(std::max<std::int64_t>(periods(now()) - periods(std::max(resting_since_ns_, counter.loaded_ns)), 0));
}

void I8254::count_edges() {
    unseen_edges_ += edges_at_rest();
    resting_since_ns_ = now();
}

void I8254::reset() {
    count_edges();
    for (auto& counter : counters_) {
        counter = {};
        counter.loaded_ns = now();
    }
    counters_[2].gate = false;  // the speaker's port opens it
    irq_.lower();
    update_irq();
}

void I8254::set_interrupt_wanted(bool wanted) {
    count_edges();
    wanted_ = wanted;
    update_irq();
}

void I8254::update_irq() {
    if (!wanted_) return timer_.cancel();
    const auto& counter = counters_[0];
    irq_.set(counter.output(now()));
    const auto change = counter.next_change(now());
    if (change < 0) return timer_.cancel();
    // Rounded up, so that the change has happened when the timer fires.
    timer_.set(counter.loaded_ns + static_cast<std::int64_t>((Wide{change} * kSecondNs + kHz - 1) / kHz));
}

void I8254::load(Counter& counter, std::uint32_t value) {
    if (&counter == &counters_[0]) count_edges();
    counter.reload = value == 0 ? 0x10000 : value;
    counter.loaded_ns = now();
    if (&counter == &counters_[0]) update_irq();
}

void I8254::latch(Counter& counter) {
    if (counter.latched_bytes > 0) return;
    counter.latched = counter.value(now());
    counter.latched_bytes = counter.access == Access::both ? 2 : 1;
    if (counter.access == Access::high) counter.latched = counter.latched >> 8;
}

void I8254::control(std::uint8_t value) {
    const auto index = value >> 6;
    if (index == kReadBack) return read_back(value);
    auto& counter = counters_[index];
    const auto access = value >> 4 & 3;
    if (access == 0) return latch(counter);
    counter.access = static_cast<Access>(access);
    counter.high_byte_next = counter.write_high_next = false;
    counter.mode = value >> 1 & 7;
    if (counter.mode > 5) counter.mode &= 3;  // 6 and 7 are 2 and 3
    counter.bcd = value & 1;
}

void I8254::read_back(std::uint8_t value) {
    for (unsigned i = 0; i < counters_.size(); ++i) {
        if (!(value & 2u << i)) continue;
        auto& counter = counters_[i];
        if (!(value & 0x20)) latch(counter);
        if (!(value & 0x10) && !counter.status_latched) {
            counter.status =
                static_cast<std::uint8_t>((counter.output(now()) ? 0x80 : 0) | static_cast<unsigned>(counter.access) << 4 |
                                          counter.mode << 1 | (counter.bcd ? 1 : 0));
            counter.status_latched = true;
        }
    }
}

std::uint8_t I8254::read(Counter& counter) {
    if (counter.status_latched) {
        counter.status_latched = false;
        return counter.status;
    }
    if (counter.latched_bytes > 0) {
        const auto byte = static_cast<std::uint8_t>(counter.latched);
        counter.latched = counter.latched >> 8;
        --counter.latched_bytes;
        return byte;
    }
    const auto value = counter.value(now());
    const bool high = counter.access == Access::high || (counter.access == Access::both && counter.high_byte_next);
    if (counter.access == Access::both) counter.high_byte_next = !counter.high_byte_next;
    return static_cast<std::uint8_t>(high ? value >> 8 : value);
}

void I8254::write(Counter& counter, std::uint8_t value) {
    switch (counter.access) {
        case Access::low: return load(counter, value);
        case Access::high: return load(counter, static_cast<std::uint32_t>(value) << 8);
        case Access::both: break;
    }
    if (counter.write_high_next) load(counter, static_cast<std::uint32_t>(counter.written_low | value << 8));
    else counter.written_low = value;
    counter.write_high_next = !counter.write_high_next;
}

void I8254::set_gate(Counter& counter, bool gate) {
    // A rising gate starts the count anew, except in the modes that it only holds up.
    if (gate && !counter.gate && counter.mode != 0 && counter.mode != 4) counter.loaded_ns = now();
    counter.gate = gate;
}

std::uint64_t I8254::TimerPorts::io_read(std::uint64_t offset, unsigned) {
    return offset == 3 ? 0 : pit.read(pit.counters_[offset]);
}

void I8254::TimerPorts::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    const auto byte = static_cast<std::uint8_t>(value);
    if (offset == 3) pit.control(byte);
    else pit.write(pit.counters_[offset], byte);
}

// --- QOM

namespace {

QObject base_of(const I8254&) { return static_cast<std::int64_t>(kPorts); }

constexpr qom::Property kProperties[] = {
    qom::property("iobase", qom::kUint32, std::int64_t{4294967295}).shown_by<base_of>(),
};
constexpr qom::Region kPlace[] = {{qom::kPortSpace, kPorts, 4}};
constexpr qom::Nodes kNodes[] = {qom::regions("pit", kPlace)};
constexpr qom::Pins kPins[] = {
    {"", true, 1, false}, {"", false, 1, false, [](const qom::Object& pit, unsigned) { return static_cast<const I8254&>(pit).irq_path(); }}};

}  // namespace

constinit const qom::Type kPitCommon{.name = "pit-common", .parent = &kIsaDevice, .abstract = true};
constinit const qom::Type I8254::kType{.name = "isa-pit",
    .parent = &kPitCommon,
    .properties = kProperties,
    .nodes = kNodes,
    .pins = kPins,
    .pluggable = false};

}  // namespace rhea
