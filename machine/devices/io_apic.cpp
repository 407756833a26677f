#include "machine/devices/io_apic.h"

#include "machine/devices/trace_points.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

// Register select 0x00, window 0x10; behind them the registers by index.
constexpr std::uint64_t kSelect = 0x00, kWindow = 0x10;
constexpr std::uint8_t kId = 0x00, kVersion = 0x01, kArbitration = 0x02, kTable = 0x10;
constexpr std::uint32_t kLastPin = (IoApic::kPins - 1) << 16;      // of the version register

// Redirection table entry.
constexpr std::uint64_t kLogical = 1u << 11, kPending = 1u << 12, kRemoteIrr = 1u << 14, kLevel = 1u << 15,
                        kMasked = 1u << 16;
constexpr std::uint64_t kReadOnly = kPending | kRemoteIrr;

}  // namespace

IoApic::IoApic(AddressSpace& memory, std::function<void(const ApicMessage&)> deliver)
    : Device(kType),
      deliver_(std::move(deliver)),
      registers_(*this),
      mapping_(
          memory,
          {.name = "ioapic", .base = kAddress, .size = 0x1000, .handler = &registers_, .max_access = 4, .priority = 1}) {
    IoApic::reset();
}

void IoApic::reset() {
    table_.fill(kMasked);
    requests_ = 0;
    selected_ = id_ = 0;
}

void IoApic::set_irq(unsigned line, bool level) {
    trace_device<"ioapic_set_irq">("vector: {} level: {}", line, int{level});
    const unsigned pin = line == 0 ? 2 : line;
    if (pin >= kPins) return;
    counts_[line] += level;
    const auto bit = 1u << pin;
    const bool rises = level && !(levels_ & bit);
    levels_ = level ? levels_ | bit : levels_ & ~bit;
    if (table_[pin] & kLevel) requests_ = level ? requests_ | bit : requests_ & ~bit;
    else if (rises && !(table_[pin] & kMasked)) requests_ |= bit;
    service(pin);
}

void IoApic::service(unsigned pin) {
    auto& entry = table_[pin];
    const bool level = (entry & kLevel) != 0;
    if (!(requests_ & 1u << pin) || (entry & kMasked) || (level && (entry & kRemoteIrr))) return;
    if (level) entry |= kRemoteIrr;
    else requests_ &= ~(1u << pin);
    if (deliver_)
        deliver_({static_cast<std::uint8_t>(entry), static_cast<std::uint8_t>(entry >> 8 & 7), (entry & kLogical) != 0,
                  static_cast<std::uint8_t>(entry >> 56), level});
}

void IoApic::end_of_interrupt(std::uint8_t vector) {
    for (unsigned pin = 0; pin < kPins; ++pin) {
        if (!(table_[pin] & kRemoteIrr) || static_cast<std::uint8_t>(table_[pin]) != vector) continue;
        table_[pin] &= ~kRemoteIrr;
        service(pin);
    }
}

std::uint32_t IoApic::read() const {
    switch (selected_) {
        case kId:
        case kArbitration: return static_cast<std::uint32_t>(id_) << 24;
        case kVersion: return kLastPin | static_cast<std::uint32_t>(values().integer("version"));
        default: break;
    }
    const unsigned pin = (selected_ - kTable) / 2u;
    if (selected_ < kTable || pin >= kPins) return 0;
    return static_cast<std::uint32_t>(selected_ & 1 ? table_[pin] >> 32 : table_[pin]);
}

void IoApic::write(std::uint32_t value) {
    if (selected_ == kId) id_ = value >> 24 & 0x0f;
    const unsigned pin = (selected_ - kTable) / 2u;
    if (selected_ < kTable || pin >= kPins) return;
    auto& entry = table_[pin];
    if (selected_ & 1) {
        entry = (entry & 0xffffffff) | std::uint64_t{value} << 32;
    } else {
        entry = (entry & (0xffffffff00000000 | kReadOnly)) | (value & ~kReadOnly);
        if (!(entry & kLevel)) entry &= ~kRemoteIrr;
        else requests_ = levels_ & 1u << pin ? requests_ | 1u << pin : requests_ & ~(1u << pin);
    }
    service(pin);
}

// The window takes whole dwords only.
std::uint64_t IoApic::Registers::io_read(std::uint64_t offset, unsigned size) {
    const std::uint32_t value = offset == kSelect ? apic.selected_ : offset == kWindow && size == 4 ? apic.read() : 0;
    trace_device<"ioapic_mem_read">("ioapic mem read addr {:#04x} regsel: {:#04x} size {:#x} retval {:#x}", offset, apic.selected_, size,
                                    value);
    return value;
}

void IoApic::Registers::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    trace_device<"ioapic_mem_write">("ioapic mem write addr {:#04x} regsel: {:#04x} size {:#x} val {:#x}", offset, apic.selected_, size,
                                     value);
    if (offset == kSelect) apic.selected_ = static_cast<std::uint8_t>(value);
    if (offset == kWindow && size == 4) apic.write(static_cast<std::uint32_t>(value));
}

// --- QOM

namespace {

constexpr const qom::Type* kCommonInterfaces[] = {&qom::kIntctrl};
constexpr qom::Property kProperties[] = {
    qom::property("version", qom::kUint8, 32),
};
constexpr qom::Region kPlace[] = {{qom::kMemorySpace, IoApic::kAddress, 0x1000}};
constexpr qom::Nodes kNodes[] = {qom::regions("ioapic", kPlace)};
constexpr qom::Pins kInputPins[] = {{"", true, 24, false}};

}  // namespace

constinit const qom::Type kIoApicCommon{.name = "ioapic-common", .parent = &kSystemDevice, .abstract = true, .interfaces = kCommonInterfaces};
constinit const qom::Type IoApic::kType{.name = "ioapic",
    .parent = &kIoApicCommon,
    .properties = kProperties,
    .nodes = kNodes,
    .pins = kInputPins,
    .pluggable = false};

}  // namespace rhea
