#include "machine/devices/ide_smart.h"

#include <algorithm>

namespace rhea {

namespace {

// Subcommands, in the features register.
constexpr std::uint8_t kReadData = 0xd0, kReadThresholds = 0xd1, kAutosave = 0xd2, kOfflineNow = 0xd4, kReadLog = 0xd5, kEnable = 0xd8,
                       kDisable = 0xd9, kStatus = 0xda;
constexpr std::uint8_t kKeyMiddle = 0x4f, kKeyHigh = 0xc2;
constexpr std::uint8_t kSummaryErrorLog = 1, kSelfTestLog = 6;
constexpr std::size_t kAttributeSize = 12, kSelfTestSize = 24, kSelfTestIndex = 508;
constexpr std::uint16_t kHoursOfLife = 0x1234;

struct Attribute {
    std::uint8_t id, flags, value, worst;
    std::array<std::uint8_t, 6> raw;
    std::uint8_t threshold;
};
constexpr std::array<Attribute, 7> kAttributes = {{
    {0x01, 0x03, 0x64, 0x64, {}, 0x06},                                      // read error rate
    {0x03, 0x03, 0x64, 0x64, {0x10}, 0x00},                                  // spin-up time
    {0x04, 0x02, 0x64, 0x64, {0x64}, 0x14},                                  // starts and stops
    {0x05, 0x03, 0x64, 0x64, {}, 0x24},                                      // remapped sectors
    {0x09, 0x03, 0x64, 0x64, {0x01}, 0x00},                                  // hours of operation
    {0x0c, 0x03, 0x64, 0x64, {}, 0x00},                                      // power cycles
    {0xbe, 0x03, 0x45, 0x45, {0x1f, 0x00, 0x1f, 0x00, 0x1f, 0x00}, 0x32},    // air temperature
}};

std::vector<std::uint8_t> sector() {
    std::vector<std::uint8_t> out(512);
    out[0] = 1;      // revision of the structure
    return out;
}

void add_checksum(std::vector<std::uint8_t>& out) {
    unsigned sum = 0;
    for (std::size_t i = 0; i < 511; ++i) sum += out[i];
    out[511] = static_cast<std::uint8_t>(0x100 - (sum & 0xff));
}

std::vector<std::uint8_t> attributes() {
    auto out = sector();
    for (std::size_t i = 0; i < kAttributes.size(); ++i) {
        const auto& attribute = kAttributes[i];
        auto* at = out.data() + 2 + i * kAttributeSize;
        at[0] = attribute.id;
        at[1] = attribute.flags;
        at[3] = attribute.value;
        at[4] = attribute.worst;
        std::copy(attribute.raw.begin(), attribute.raw.end(), at + 5);
    }
    out[362] = 2;                      // off-line collection completed
    out[364] = 0x20;                   // takes 288 s
    out[365] = 0x01;
    out[367] = 0x19;                   // off-line now, reads stop it, self-tests
    out[368] = 3;                      // saves attributes
    out[370] = 1;                      // logs errors
    out[372] = 2;                      // minutes of the short, the long and the conveyance test
    out[373] = 54;
    out[374] = 1;
    add_checksum(out);
    return out;
}

std::vector<std::uint8_t> thresholds() {
    auto out = sector();
    for (std::size_t i = 0; i < kAttributes.size(); ++i) {
        out[2 + i * kAttributeSize] = kAttributes[i].id;
        out[3 + i * kAttributeSize] = kAttributes[i].threshold;
    }
    add_checksum(out);
    return out;
}

}  // namespace

IdeSmart::Answer IdeSmart::command(const Registers& registers) {
    if (registers.lba_middle != kKeyMiddle || registers.lba_high != kKeyHigh) return {};
    if (!enabled_ && registers.feature != kEnable) return {};
    switch (registers.feature) {
        case kEnable: enabled_ = true; return {true, {}};
        case kDisable: enabled_ = false; return {true, {}};
        case kAutosave:
        case kStatus: return {true, {}};      // the key in the LBA registers stays: no threshold is exceeded
        case kReadData: return {true, attributes()};
        case kReadThresholds: return {true, thresholds()};
        case kReadLog:
            if (auto data = log(registers.lba_low)) return {true, std::move(*data)};
            return {};
        case kOfflineNow: return run_self_test(registers.lba_low);
        default: return {};
    }
}

IdeSmart::Answer IdeSmart::run_self_test(std::uint8_t kind) {
    if (kind > 2) return {};      // 0 off-line collection, 1 short, 2 extended
    self_tests_[self_tests_done_ % kSelfTests] = {kind, 0};
    ++self_tests_done_;
    return {true, {}};
}

std::optional<std::vector<std::uint8_t>> IdeSmart::log(std::uint8_t address) const {
    auto out = sector();
    if (address == kSelfTestLog) {
        const auto shown = std::min(self_tests_done_, kSelfTests);
        for (unsigned i = 0; i < shown; ++i) {
            auto* at = out.data() + 2 + i * kSelfTestSize;
            at[0] = self_tests_[i].kind;
            at[1] = self_tests_[i].status;
            at[2] = static_cast<std::uint8_t>(kHoursOfLife & 0xff);
            at[3] = static_cast<std::uint8_t>(kHoursOfLife >> 8);
        }
        // The newest entry, counted from 1.
        out[kSelfTestIndex] = static_cast<std::uint8_t>(self_tests_done_ == 0 ? 0 : (self_tests_done_ - 1) % kSelfTests + 1);
    } else if (address != kSummaryErrorLog) {
        return std::nullopt;
    }
    add_checksum(out);
    return out;
}

}  // namespace rhea
