#include "machine/devices/smbus.h"

namespace rhea {

namespace {

enum Register { kStatus, kReserved, kControl, kCommand, kAddress, kData0, kData1, kBlockData, kAuxiliary = 0x0d };
constexpr std::uint8_t kBusy = 0x01, kDone = 0x02, kDeviceError = 0x04, kFailed = 0x10;
constexpr std::uint8_t kKill = 0x02, kStart = 0x40;
enum Protocol { kQuick, kByte, kByteData, kWordData };

}  // namespace

void Smbus::reset() {
    status_ = control_ = command_ = address_ = data0_ = data1_ = 0;
    auxiliary_ = auxiliary_default_;
    start_on_read_ = false;
}

bool Smbus::transact() {
    SmbusDevice* device = devices_[address_ >> 1];
    const bool reads = (address_ & 1) != 0;
    if (!device) return false;
    const auto next = static_cast<std::uint8_t>(command_ + 1);
    switch (control_ >> 2 & 7) {
        case kQuick: return true;
        case kByte: {
            if (!reads) return device->send_byte(command_);
            const auto value = device->receive_byte();
            data0_ = value.value_or(0);
            return value.has_value();
        }
        case kByteData:
            if (reads) data0_ = device->read(command_);
            else device->write(command_, data0_);
            return true;
        case kWordData:
            if (reads) {
                data0_ = device->read(command_);
                data1_ = device->read(next);
            } else {
                device->write(command_, data0_);
                device->write(next, data1_);
            }
            return true;
        default: return false;  // blocks: an EEPROM has none
    }
}

std::uint64_t Smbus::io_read(std::uint64_t offset, unsigned) {
    switch (offset) {
        case kStatus: {
            const auto value = status_;
            if (start_on_read_) {
                start_on_read_ = false;
                status_ = static_cast<std::uint8_t>((status_ & ~kBusy) | (transact() ? kDone : kDeviceError));
            }
            return value;
        }
        case kControl: return control_;
        case kCommand: return command_;
        case kAddress: return address_;
        case kData0: return data0_;
        case kData1: return data1_;
        case kAuxiliary: return auxiliary_;
        default: return 0;
    }
}

void Smbus::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    const auto byte = static_cast<std::uint8_t>(value);
    switch (offset) {
        case kStatus: status_ = static_cast<std::uint8_t>(status_ & (~byte | kBusy)); return;
        case kControl:
            control_ = static_cast<std::uint8_t>(byte & ~kStart);
            if (byte & kStart) {
                status_ |= kBusy;
                start_on_read_ = true;
            }
            if (byte & kKill) {
                start_on_read_ = false;
                status_ = static_cast<std::uint8_t>((status_ & ~kBusy) | kFailed);
            }
            return;
        case kCommand: command_ = byte; return;
        case kAddress: address_ = byte; return;
        case kData0: data0_ = byte; return;
        case kData1: data1_ = byte; return;
        case kAuxiliary: auxiliary_ = byte & 3; return;
        default: return;
    }
}

// --- QOM

namespace {

QObject address_of(const SmbusEeprom& eeprom) { return std::int64_t{eeprom.address()}; }

constexpr qom::Property kProperties[] = {qom::property("address", qom::kUint8, 0).shown_by<address_of>()};

}  // namespace

constinit const qom::Type kI2cSlave{
    .name = "i2c-slave", .parent = &Device::kType, .abstract = true, .properties = kProperties, .bus = "i2c-bus", .category = "Misc"};
constinit const qom::Type kSmbusDevice{.name = "smbus-device", .parent = &kI2cSlave, .abstract = true};
constinit const qom::Type SmbusEeprom::kType{.name = "smbus-eeprom", .parent = &kSmbusDevice, .pluggable = false};

}  // namespace rhea
