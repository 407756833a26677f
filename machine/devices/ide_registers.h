#pragma once
/// The task file of an ATA device (ATA/ATAPI-6, 7.1) and its bits.
#include <cstdint>

namespace rhea::ata {

constexpr std::uint8_t kBusy = 0x80, kReady = 0x40, kSeekDone = 0x10, kDataRequest = 0x08, kError = 0x01;    // status
constexpr std::uint8_t kAborted = 0x04;                                                                      // error
constexpr std::uint8_t kLba = 0x40, kSlave = 0x10, kDeviceFixed = 0xa0;                                      // device
constexpr std::uint8_t kControlHighOrder = 0x80, kControlReset = 0x04, kControlNoInterrupt = 0x02;          // device control

// Offsets of the registers in the command block.
constexpr unsigned kDataPort = 0, kFeatures = 1, kCount = 2, kLbaLow = 3, kLbaMiddle = 4, kLbaHigh = 5, kDevice = 6, kStatus = 7;

constexpr unsigned kSectorSize = 512;

/// What the guest reads and writes, apart from data. `previous` holds what the five two-deep registers had before the last
/// write: the high bytes of 48-bit commands.
struct TaskFile {
    struct Pair {
        std::uint8_t now = 0, previous = 0;
        void push(std::uint8_t value) {
            previous = now;
            now = value;
        }
    };
    Pair features, count, lba_low, lba_middle, lba_high;
    std::uint8_t error = 0;
    std::uint8_t device = kDeviceFixed;
    std::uint8_t status = 0;

    void clear() { features = count = lba_low = lba_middle = lba_high = {}; }
    void signature(std::uint8_t middle, std::uint8_t high) {
        count.now = lba_low.now = 1;
        lba_middle.now = middle;
        lba_high.now = high;
        device &= 0xf0;
    }
};

}  // namespace rhea::ata
