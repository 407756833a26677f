#include "machine/devices/ide_geometry.h"

#include <algorithm>

namespace rhea {

namespace {

constexpr std::uint32_t kHeads = 16, kSectors = 63, kMostCylinders = 16383, kLeastCylinders = 2;
constexpr std::uint32_t kBiosCylinders = 1024, kLargeTracks = 131072;
// Master boot record.
constexpr std::size_t kPartitions = 0x1be, kPartitionSize = 16, kSignature = 0x1fe;

struct Layout {
    std::uint32_t cylinders, heads, sectors;
};

/// What the first partition that says anything was made for.
std::optional<Layout> layout_of_partitions(std::uint64_t total, std::span<const std::uint8_t> sector) {
    if (sector.size() < 512 || sector[kSignature] != 0x55 || sector[kSignature + 1] != 0xaa) return std::nullopt;
    for (std::size_t at = kPartitions; at < kSignature; at += kPartitionSize) {
        const auto entry = sector.subspan(at, kPartitionSize);
        const bool has_size = std::any_of(entry.begin() + 12, entry.end(), [](std::uint8_t byte) { return byte != 0; });
        const std::uint32_t last_head = entry[5], sectors = entry[6] & 63;
        if (!has_size || last_head == 0) continue;
        const std::uint32_t heads = last_head + 1;
        if (sectors == 0) continue;
        const std::uint64_t cylinders = total / (std::uint64_t{heads} * sectors);
        if (cylinders >= 1 && cylinders <= kMostCylinders) return Layout{static_cast<std::uint32_t>(cylinders), heads, sectors};
    }
    return std::nullopt;
}

Layout usual_layout(std::uint64_t total) {
    const auto cylinders = std::clamp<std::uint64_t>(total / (kHeads * kSectors), kLeastCylinders, kMostCylinders);
    return {static_cast<std::uint32_t>(cylinders), kHeads, kSectors};
}

Result<void> check_range(const char* name, std::uint32_t value, std::uint32_t most) {
    if (value >= 1 && value <= most) return {};
    return fail(std::string(name) + " must be between 1 and " + std::to_string(most));
}

}  // namespace

DiskGeometry guess_geometry(std::uint64_t total_sectors, std::span<const std::uint8_t> first_sector) {
    using enum BiosAtaTranslation;
    const auto usual = usual_layout(total_sectors);
    const auto found = layout_of_partitions(total_sectors, first_sector);
    if (!found) return {usual.cylinders, usual.heads, usual.sectors, usual.cylinders <= kBiosCylinders ? none : lba};
    if (found->heads <= kHeads) return {found->cylinders, found->heads, found->sectors, none};
    // The table was written through a translation: the disk itself has no more than 16 heads.
    return {usual.cylinders, usual.heads, usual.sectors, usual.cylinders * usual.heads <= kLargeTracks ? large : lba};
}

Result<DiskGeometry> resolve_geometry(const AskedGeometry& asked, std::uint32_t most_heads, std::uint64_t total_sectors,
                                      std::span<const std::uint8_t> first_sector) {
    const auto [cyls, heads, secs] = asked;
    if (cyls == 0 && heads == 0 && secs == 0) return guess_geometry(total_sectors, first_sector);
    RHEA_CHECK(check_range("cyls", cyls, 65535));
    RHEA_CHECK(check_range("heads", heads, most_heads));
    RHEA_CHECK(check_range("secs", secs, 255));
    const bool fits = cyls <= kBiosCylinders && heads <= kHeads && secs <= kSectors;
    return DiskGeometry{cyls, heads, secs, fits ? BiosAtaTranslation::none : BiosAtaTranslation::lba};
}

Result<DiskGeometry> resolve_geometry(const IdeOptions& options, std::uint64_t total_sectors,
                                      std::span<const std::uint8_t> first_sector) {
    DiskGeometry geometry = RHEA_TRY(resolve_geometry({options.cyls.value_or(0), options.heads.value_or(0), options.secs.value_or(0)},
                                                      kHeads, total_sectors, first_sector));
    const auto asked = options.bios_chs_trans.value_or(BiosAtaTranslation::automatic);
    if (asked != BiosAtaTranslation::automatic) geometry.translation = asked;
    return geometry;
}

}  // namespace rhea
