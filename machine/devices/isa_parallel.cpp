#include "machine/devices/isa_parallel.h"

namespace rhea {

namespace {

enum Register { kData, kStatus, kControl };

// Status; busy and acknowledge are low when active.
constexpr std::uint8_t kNotBusy = 0x80, kNotAcknowledge = 0x40, kOnline = 0x10, kNoError = 0x08, kTimeout = 0x01;
// Control.
constexpr std::uint8_t kStrobe = 0x01, kNotInit = 0x04, kSelect = 0x08, kInterruptEnable = 0x10, kInput = 0x20, kUnused = 0xc0;

}  // namespace

IsaParallel::IsaParallel(AddressSpace& ports, std::uint16_t base, IrqLine irq, Chardev* chardev)
    : Device(kType),
      irq_(irq),
      port_(chardev, *this),
      registers_(*this),
      mapping_(ports, {.name = "parallel", .base = base, .size = 8, .handler = &registers_, .max_access = 1}) {
    IsaParallel::reset();
}

void IsaParallel::reset() {
    data_ = 0xff;
    status_ = kNotBusy | kNotAcknowledge | kOnline | kNoError | kTimeout;
    control_ = kSelect | kNotInit | kUnused;
    irq_pending_ = false;
    irq_.lower();
}

std::uint8_t IsaParallel::read_status() {
    const auto value = status_;
    irq_pending_ = false;
    // After the strobe the printer acknowledges, and is ready for the next byte when that was seen.
    if (!(status_ & kNotBusy) && !(control_ & kStrobe)) {
        if (status_ & kNotAcknowledge) status_ = static_cast<std::uint8_t>(status_ & ~kNotAcknowledge);
        else status_ |= kNotAcknowledge | kNotBusy;
    }
    irq_.lower();
    return value;
}

void IsaParallel::write_control(std::uint8_t value) {
    value |= kUnused;
    if (!(value & kNotInit)) {
        status_ = kNotBusy | kNotAcknowledge | kOnline | kNoError;
    } else if (value & kSelect) {
        if (value & kStrobe) {
            status_ = static_cast<std::uint8_t>(status_ & ~kNotBusy);
            if (!(control_ & kStrobe)) (void)port_.write(data_);  // a full printer's bytes are lost
        } else if (control_ & kInterruptEnable) {
            irq_pending_ = true;
        }
    }
    irq_.set(irq_pending_);
    control_ = value;
}

std::uint64_t IsaParallel::Registers::io_read(std::uint64_t offset, unsigned) {
    switch (offset) {
        case kData: return parallel.control_ & kInput ? 0xff : parallel.data_;
        case kStatus: return parallel.read_status();
        case kControl: return parallel.control_;
        default: return 0xff;
    }
}

void IsaParallel::Registers::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    const auto byte = static_cast<std::uint8_t>(value);
    if (offset == kData) {
        parallel.data_ = byte;
        parallel.irq_.set(parallel.irq_pending_);
    } else if (offset == kControl) {
        parallel.write_control(byte);
    }
}

}  // namespace rhea
