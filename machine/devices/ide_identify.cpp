#include "machine/devices/ide_identify.h"

#include <algorithm>
#include <bit>
#include <initializer_list>
#include <utility>

namespace rhea {

namespace {

constexpr std::uint64_t kMostSectors28 = 0x0fffffff;
constexpr std::uint16_t kHasWwn = 0x100;

constexpr std::uint16_t low_word(std::uint64_t value) { return static_cast<std::uint16_t>(value); }

}  // namespace

IdeIdentification IdeIdentification::of_disk(const Names& names, const Disk& disk) {
    IdeIdentification id;
    id.set_common(names);
    const auto& chs = disk.geometry;
    const auto cylinders = low_word(chs.cylinders), heads = low_word(chs.heads), sectors = low_word(chs.sectors);
    const auto in_chs = std::uint64_t{chs.cylinders} * chs.heads * chs.sectors;
    const std::initializer_list<std::pair<unsigned, std::uint16_t>> words = {
        {0, 0x0040},                             // fixed drive
        {1, cylinders}, {3, heads}, {4, low_word(512 * chs.sectors)}, {5, 512}, {6, sectors},
        {47, 0x8000 | kMaxMultiple},
        {49, 0x0b00},                            // LBA, DMA, IORDY
        {51, 0x200}, {52, 0x200},                // PIO and DMA timing modes of old
        {54, cylinders}, {55, heads}, {56, sectors}, {57, low_word(in_chs)}, {58, low_word(in_chs >> 16)},
        {59, 0x100 | kMaxMultiple},
        {65, 120}, {66, 120}, {67, 120}, {68, 120},       // cycle times in ns
        {69, disk.trim ? 0x4000 : 0},            // TRIM gives the same data at every later read
        {80, 0x00f0}, {81, 0x0016},              // ATA/ATAPI-4 to -7
        {82, 0x4021}, {83, 0x7400}, {86, 0x3400},         // NOP, write cache, SMART; 48 bits, both flushes
        {kEnabledFeatures, 0x4001},
        {93, 0x6001},                            // cable reset result
        {106, 0x6000 | std::countr_zero(std::max(disk.physical_block, 512u) / 512)},
        {169, disk.trim ? 1 : 0},
        {217, disk.rotation_rate},
    };
    for (const auto& [index, value] : words) id.set(index, value);
    id.words_[84] |= 0x4000;
    id.words_[87] |= 0x4000;
    id.set_sectors(disk.sectors);
    id.set_write_cache(disk.write_cache);
    return id;
}

IdeIdentification IdeIdentification::of_cdrom(const Names& names) {
    IdeIdentification id;
    id.set_common(names);
    const std::initializer_list<std::pair<unsigned, std::uint16_t>> words = {
        {0, 0x85c0},                             // removable CD-ROM, DRQ within 50 us, packets of 12 bytes
        {49, 0x0300},                            // LBA, DMA
        {65, 180}, {66, 180}, {67, 300}, {68, 180},
        {71, 30}, {72, 30},                      // ns for a bus release and from SERVICE to BSY clear
        {80, 0x001e},                            // ATA/ATAPI-1 to -4
    };
    for (const auto& [index, value] : words) id.set(index, value);
    return id;
}

void IdeIdentification::set_common(const Names& names) {
    set_text(10, 10, names.serial);
    set_text(23, 4, names.version);
    set_text(27, 20, names.model);
    const std::initializer_list<std::pair<unsigned, std::uint16_t>> words = {
        {20, 3}, {21, 512}, {22, 4},             // buffer kind, its size in sectors, ECC bytes
        {48, 1},                                 // 32-bit data port
        {53, 7},                                 // words 54-58, 64-70 and 88 hold
        {kSingleWordDma, 0x07}, {kMultiwordDma, 0x07}, {64, 0x03}, {kUltraDma, 0x203f},
    };
    for (const auto& [index, value] : words) words_[index] = value;
    if (names.wwn == 0) return;
    words_[84] = words_[87] = kHasWwn;
    for (unsigned i = 0; i < 4; ++i) words_[108 + i] = low_word(names.wwn >> (48 - 16 * i));
}

void IdeIdentification::set_text(unsigned first, unsigned count, std::string_view text) {
    const auto letter = [text](std::size_t at) { return static_cast<std::uint8_t>(at < text.size() ? text[at] : ' '); };
    for (unsigned i = 0; i < count; ++i) words_[first + i] = static_cast<std::uint16_t>(letter(2 * i) << 8 | letter(2 * i + 1));
}

void IdeIdentification::set_sectors(std::uint64_t sectors) {
    const auto sectors28 = std::min(sectors, kMostSectors28);
    for (unsigned i = 0; i < 2; ++i) words_[60 + i] = low_word(sectors28 >> (16 * i));
    for (unsigned i = 0; i < 4; ++i) words_[100 + i] = low_word(sectors >> (16 * i));
}

void IdeIdentification::set_write_cache(bool on) {
    auto& word = words_[kEnabledFeatures];
    word = static_cast<std::uint16_t>(on ? word | kWriteCache : word & ~kWriteCache);
}

void IdeIdentification::set_queue_depth(unsigned depth) {
    if (depth == 0) return;
    words_[75] = static_cast<std::uint16_t>(depth - 1);
    words_[76] = 1u << 8;
}

void IdeIdentification::set_transfer_mode(unsigned word, unsigned mode) {
    words_[kSingleWordDma] = words_[kMultiwordDma] = 0x07;
    words_[kUltraDma] = 0x3f;
    if (word != 0) words_[word] = static_cast<std::uint16_t>(words_[word] | 1u << (mode + 8));
}

std::vector<std::uint8_t> IdeIdentification::bytes() const {
    std::vector<std::uint8_t> out;
    out.reserve(2 * words_.size());
    for (const auto word : words_) {
        out.push_back(static_cast<std::uint8_t>(word));
        out.push_back(static_cast<std::uint8_t>(word >> 8));
    }
    return out;
}

}  // namespace rhea
