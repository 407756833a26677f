#include "machine/devices/i8259.h"

#include <utility>

#include "machine/devices/trace_points.h"
#include "machine/gsi.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

// ICW1, and what tells it from the operation command words.
constexpr std::uint8_t kIcw1 = 0x10, kIcw1Icw4 = 0x01, kIcw1Single = 0x02;
constexpr std::uint8_t kIcw4AutoEoi = 0x02, kIcw4FullyNested = 0x10;
constexpr std::uint8_t kOcw3 = 0x08, kOcw3Poll = 0x04, kOcw3Read = 0x02, kOcw3ReadIsr = 0x01, kOcw3SetMask = 0x40,
                       kOcw3Mask = 0x20;
constexpr unsigned kSpurious = 7;

constexpr std::uint8_t bit(unsigned line) { return static_cast<std::uint8_t>(1u << line); }

}  // namespace

I8259::I8259(AddressSpace& ports, const Place& place, IrqLine output)
    : Device(kType),
      output_(output),
      place_(place),
      ports_(*this),
      elcr_port_(*this),
      mapping_(ports, {.name = "pic", .base = place.ports, .size = 2, .handler = &ports_, .max_access = 1}),
      elcr_mapping_(ports, {.name = "elcr", .base = place.elcr_port, .size = 1, .handler = &elcr_port_, .max_access = 1}) {}

void I8259::reset() {
    elcr_ = 0;
    begin_initialisation(0);
    next_icw_ = 0;
    base_ = 0;
}

void I8259::set_irq(unsigned line, bool level) {
    const auto mask = bit(line);
    const bool level_triggered = elcr_ & mask;
    trace_device<"pic_set_irq">("master {} irq {} level {}", int{is_master()}, line, int{level});
    counts_[line % 8] += level;
    if (level && (level_triggered || !(lines_ & mask))) requests_ |= mask;
    if (!level && level_triggered) requests_ = static_cast<std::uint8_t>(requests_ & ~mask);
    lines_ = static_cast<std::uint8_t>(level ? lines_ | mask : lines_ & ~mask);
    update();
}

/// The line of `lines` that comes first in priority.
unsigned I8259::first(std::uint8_t lines) const {
    for (unsigned step = 1; step <= 8; ++step)
        if (const auto line = (lowest_ + step) % 8; lines & bit(line)) return line;
    return kNone;
}

/// The line to interrupt with now.
unsigned I8259::pending() const {
    const auto requested = static_cast<std::uint8_t>(requests_ & ~masked_);
    const auto line = first(requested);
    if (line == kNone) return kNone;
    auto in_service = in_service_;
    if (special_mask_) in_service = static_cast<std::uint8_t>(in_service & ~masked_);
    // A slave may have something of a higher priority than what it is served for.
    if (fully_nested_ && slave_) in_service = static_cast<std::uint8_t>(in_service & ~bit(kCascade));
    const auto busy = first(in_service);
    if (busy == kNone) return line;
    const auto rank = [this](unsigned l) { return (l + 7u - lowest_) % 8; };
    return rank(line) < rank(busy) ? line : kNone;
}

void I8259::update() {
    const auto line = pending();
    if (line != kNone)
        trace_device<"pic_update_irq">("master {} imr {} irr {} padd {}", int{is_master()}, masked_, requests_, (lowest_ + 1) & 7);
    output_.set(line != kNone);
}

void I8259::take(unsigned line) {
    if (!auto_eoi_) in_service_ |= bit(line);
    else if (rotate_on_auto_eoi_) lowest_ = static_cast<std::uint8_t>(line);
    if (!(elcr_ & bit(line))) requests_ = static_cast<std::uint8_t>(requests_ & ~bit(line));
    output_.lower();  // what is pending still makes a new edge
    update();
}

std::uint8_t I8259::acknowledge() {
    const auto line = pending();
    // The request went away before the CPU came to it.
    if (line == kNone) return static_cast<std::uint8_t>(base_ + kSpurious);
    take(line);
    if (line == kCascade && slave_) return slave_->acknowledge();
    trace_device<"pic_interrupt">("irq {} intno {}", is_master() ? line : line + 8, base_ + line);
    return static_cast<std::uint8_t>(base_ + line);
}

std::uint8_t I8259::poll() {
    const auto line = pending();
    if (line == kNone) return 0;
    take(line);
    return static_cast<std::uint8_t>(0x80 | line);
}

void I8259::begin_initialisation(std::uint8_t icw1) {
    // Level triggered lines that are still high stay requested.
    requests_ = static_cast<std::uint8_t>(requests_ & elcr_);
    masked_ = in_service_ = 0;
    lines_ = static_cast<std::uint8_t>(lines_ & elcr_);
    lowest_ = 7;
    auto_eoi_ = rotate_on_auto_eoi_ = fully_nested_ = special_mask_ = read_in_service_ = poll_ = false;
    needs_icw4_ = icw1 & kIcw1Icw4;
    single_ = icw1 & kIcw1Single;
    next_icw_ = 2;
    update();
}

void I8259::initialise(std::uint8_t value) {
    switch (next_icw_) {
        case 2:
            base_ = value & 0xf8;
            next_icw_ = !single_ ? 3 : needs_icw4_ ? 4 : 0;
            return;
        case 3: next_icw_ = needs_icw4_ ? 4 : 0; return;  // the wiring is fixed
        default:
            fully_nested_ = value & kIcw4FullyNested;
            auto_eoi_ = value & kIcw4AutoEoi;
            next_icw_ = 0;
    }
}

void I8259::command(std::uint8_t ocw) {
    if (!(ocw & kOcw3)) return end_of_interrupt(ocw);
    if (ocw & kOcw3Poll) poll_ = true;
    if (ocw & kOcw3Read) read_in_service_ = ocw & kOcw3ReadIsr;
    if (ocw & kOcw3SetMask) special_mask_ = ocw & kOcw3Mask;
    update();
}

void I8259::end_of_interrupt(std::uint8_t ocw2) {
    const unsigned kind = ocw2 >> 5, named = ocw2 & 7;
    const auto serve = [this] { return first(in_service_); };
    switch (kind) {
        case 0:
        case 4: rotate_on_auto_eoi_ = kind == 4; break;
        case 1:  // non-specific
        case 5:  // and rotate
            if (const auto line = serve(); line != kNone) {
                in_service_ = static_cast<std::uint8_t>(in_service_ & ~bit(line));
                if (kind == 5) lowest_ = static_cast<std::uint8_t>(line);
            }
            break;
        case 3:  // specific
        case 7:  // and rotate
            in_service_ = static_cast<std::uint8_t>(in_service_ & ~bit(named));
            if (kind == 7) lowest_ = static_cast<std::uint8_t>(named);
            break;
        case 6: lowest_ = static_cast<std::uint8_t>(named); break;
        default: break;
    }
    update();
}

std::uint8_t I8259::read(std::uint64_t offset) {
    if (std::exchange(poll_, false)) return poll();
    if (offset == 1) return masked_;
    return read_in_service_ ? in_service_ : requests_;
}

std::string I8259::output_path() const {
    return output_.target_path();
}

std::uint64_t I8259::Ports::io_read(std::uint64_t offset, unsigned) {
    const std::uint8_t value = pic.read(offset);
    trace_device<"pic_ioport_read">("master {} addr {:#x} val {:#x}", int{pic.is_master()}, offset, value);
    return value;
}

void I8259::Ports::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    const auto byte = static_cast<std::uint8_t>(value);
    trace_device<"pic_ioport_write">("master {} addr {:#x} val {:#x}", int{pic.is_master()}, offset, byte);
    if (offset == 0 && (byte & kIcw1)) return pic.begin_initialisation(byte);
    if (offset == 0) return pic.command(byte);
    if (pic.next_icw_ != 0) return pic.initialise(byte);
    pic.masked_ = byte;
    pic.update();
}

// --- QOM

namespace {

constexpr const qom::Type* kCommonInterfaces[] = {&qom::kIntctrl};
QObject ports_of(const I8259& pic) { return std::int64_t{pic.place().ports}; }
QObject elcr_port_of(const I8259& pic) { return std::int64_t{pic.place().elcr_port}; }
QObject elcr_mask_of(const I8259& pic) { return std::int64_t{pic.place().elcr_mask}; }
QObject is_master(const I8259& pic) { return pic.is_master(); }

constexpr qom::Property kCommonProperties[] = {
    qom::property("iobase", qom::kUint32, std::int64_t{4294967295}).shown_by<ports_of>(),
    qom::property("elcr_addr", qom::kUint32, std::int64_t{4294967295}).shown_by<elcr_port_of>(),
    qom::property("elcr_mask", qom::kUint8, 255).shown_by<elcr_mask_of>(),
    qom::property("master", qom::kBit, false).shown_by<is_master>(),
};
qom::Region place_of(const I8259& pic) { return {qom::kPortSpace, pic.place().ports, 2}; }
qom::Region elcr_place(const I8259& pic) { return {qom::kPortSpace, pic.place().elcr_port, 1}; }
constexpr qom::Nodes kNodes[] = {qom::region<place_of>("pic"), qom::region<elcr_place>("elcr")};
std::string output_path(const qom::Object& pic, unsigned) { return static_cast<const I8259&>(pic).output_path(); }
constexpr qom::Pins kPins[] = {{"", true, 8, false}, {"", false, 1, false, output_path}};

}  // namespace

constinit const qom::Type kPicCommon{.name = "pic-common", .parent = &kIsaDevice, .abstract = true, .interfaces = kCommonInterfaces, .properties = kCommonProperties};
constinit const qom::Type I8259::kType{.name = "isa-i8259",
    .parent = &kPicCommon,
    .nodes = kNodes,
    .pins = kPins,
    .pluggable = false};

}  // namespace rhea
