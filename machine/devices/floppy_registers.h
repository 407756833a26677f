#pragma once
/// Registers of the 82078 and their bits; used by the sources of the floppy controller only.
#include <cstdint>

#include "machine/devices/floppy.h"

namespace rhea {

namespace floppy {

constexpr unsigned kStatusB = 0x3f1, kDigitalOutput = 0x3f2, kTapeDrive = 0x3f3, kMainStatus = 0x3f4, kFifo = 0x3f5,
                   kDigitalInput = 0x3f7;
constexpr std::uint8_t kStatusBFixed = 0xc0;
constexpr std::uint8_t kNotReset = 0x04, kDmaEnable = 0x08, kMotor0 = 0x10, kMotor1 = 0x20;      // digital output
constexpr std::uint8_t kBootSelect = 0x04;                                                       // tape drive
constexpr std::uint8_t kRequest = 0x80, kToHost = 0x40, kNonDma = 0x20, kCommandBusy = 0x10;     // main status
constexpr std::uint8_t kSoftReset = 0x80, kPowerDown = 0x40, kRate = 0x03;                       // data rate select
constexpr std::uint8_t kDiskChanged = 0x80;                                                      // digital input
constexpr std::uint8_t kImpliedSeek = 0x40, kFifoOff = 0x20;                                     // CONFIGURE

constexpr std::uint8_t kReadyChanged = 0xc0, kAbnormal = 0x40, kInvalidCommand = 0x80, kSeekEnd = 0x20, kHead = 0x04;      // ST0
constexpr std::uint8_t kEndOfCylinder = 0x80, kMissingMark = 0x01, kNotWritable = 0x02;                                    // ST1
constexpr std::uint8_t kScanEqual = 0x08, kScanNotSatisfied = 0x04;                                                        // ST2

constexpr unsigned kSensesAfterReset = 4;
constexpr std::uint8_t kSizeCode512 = 2;

}  // namespace floppy

/// One command: what its first byte is, how many follow, and what is done then.
struct FloppyController::Command {
    std::uint8_t mask, value;
    std::uint8_t parameters;
    void (FloppyController::*run)();
};

}  // namespace rhea
