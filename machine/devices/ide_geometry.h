#pragma once
/// Cylinders, heads and sectors: what a disk says of itself, and what the BIOS is told.
#include <cstdint>
#include <optional>
#include <span>

#include "machine/devices/drive_properties.h"

namespace rhea {

struct DiskGeometry {
    std::uint32_t cylinders = 0, heads = 0, sectors = 0;
    BiosAtaTranslation translation = BiosAtaTranslation::none;
};

/// What a disk of `total_sectors` most likely has, from the partition table in its first sector (empty: it cannot be read).
DiskGeometry guess_geometry(std::uint64_t total_sectors, std::span<const std::uint8_t> first_sector);

/// With `cyls`, `heads`, `secs` and `bios-chs-trans` of the options, which may be wrong: "cyls must be between 1 and 65535".
struct AskedGeometry { std::uint32_t cylinders = 0, heads = 0, sectors = 0; };      ///< all 0: not asked for
Result<DiskGeometry> resolve_geometry(const AskedGeometry& asked, std::uint32_t most_heads, std::uint64_t total_sectors,
                                      std::span<const std::uint8_t> first_sector);
Result<DiskGeometry> resolve_geometry(const IdeOptions& options, std::uint64_t total_sectors,
                                      std::span<const std::uint8_t> first_sector);

}  // namespace rhea
