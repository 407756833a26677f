#pragma once
/// What a CD-ROM drive answers to packets that ask for facts (MMC-3, SPC-2): bytes made from a few values.
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace rhea {

using AtapiBytes = std::vector<std::uint8_t>;

/// What is in the drive.
struct AtapiMedium {
    bool present = false;           ///< inserted, and the tray is closed
    std::uint32_t blocks = 0;       ///< of 2048 bytes

    /// Longer than 80 minutes: it can be no CD.
    bool is_dvd() const { return blocks > 80 * 60 * 75; }
};

/// Of a block: 75 frames a second, two seconds before the first.
std::array<std::uint8_t, 3> minute_second_frame(std::uint32_t block);

AtapiBytes atapi_sense(std::uint8_t key, std::uint8_t code);
AtapiBytes atapi_inquiry(std::string_view version);
/// Vital product data: the pages that there are.
AtapiBytes atapi_pages();
/// Vital product data: page 83h, with those of its descriptors that fit into `allocated` bytes. Nothing: not even the first one.
std::optional<AtapiBytes> atapi_identification(std::string_view serial, std::string_view model, std::uint64_t wwn,
                                               std::size_t allocated);
AtapiBytes atapi_configuration(const AtapiMedium& medium);
std::optional<AtapiBytes> atapi_mode_page(std::uint8_t page, bool locked);
/// `format`: 0 tracks, 1 sessions, 2 raw. Nothing: no such track or format.
std::optional<AtapiBytes> atapi_toc(const AtapiMedium& medium, unsigned format, bool as_time, std::uint8_t first_track);
AtapiBytes atapi_disc_information();
std::optional<AtapiBytes> atapi_dvd_structure(const AtapiMedium& medium, std::uint8_t format);

}  // namespace rhea
