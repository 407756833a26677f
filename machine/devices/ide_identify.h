#pragma once
/// The 256 words with which IDENTIFY DEVICE and IDENTIFY PACKET DEVICE answer (ATA/ATAPI-6, 8.15 and 8.16).
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "machine/devices/ide_geometry.h"

namespace rhea {

/// Made once for each drive; what changes later (modes, the write cache) is set word by word.
class IdeIdentification {
public:
    // Words that commands change.
    static constexpr unsigned kSingleWordDma = 62, kMultiwordDma = 63, kEnabledFeatures = 85, kUltraDma = 88;
    static constexpr std::uint16_t kWriteCache = 0x20;
    static constexpr unsigned kMaxMultiple = 16;      ///< sectors of READ/WRITE MULTIPLE

    struct Names {
        std::string serial, version, model;           ///< cut at 20, 8 and 40 characters
        std::uint64_t wwn = 0;                        ///< 0: none
    };
    struct Disk {
        DiskGeometry geometry;
        std::uint64_t sectors = 0;
        std::uint32_t physical_block = 512;
        std::uint16_t rotation_rate = 0;
        bool write_cache = true, trim = true;
    };

    static IdeIdentification of_disk(const Names& names, const Disk& disk);
    static IdeIdentification of_cdrom(const Names& names);

    std::uint16_t word(unsigned index) const { return words_[index]; }
    void set(unsigned index, std::uint16_t value) { words_[index] = value; }
    void set_sectors(std::uint64_t sectors);
    void set_write_cache(bool on);
    /// A Serial ATA drive takes so many commands at a time; 0: it is none.
    void set_queue_depth(unsigned depth);
    /// `word`: one of kSingleWordDma, kMultiwordDma and kUltraDma, or 0 for PIO.
    void set_transfer_mode(unsigned word, unsigned mode);
    std::vector<std::uint8_t> bytes() const;

private:
    void set_common(const Names& names);
    void set_text(unsigned first, unsigned count, std::string_view text);

    std::array<std::uint16_t, 256> words_{};
};

}  // namespace rhea
