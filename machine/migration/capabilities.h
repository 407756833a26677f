#pragma once
/// The switches of a migration, and which of them exclude each other.
#include <bitset>

#include "machine/schema_features.h"
#include "qobject/convert.h"

namespace rhea {

enum class MigrationCapability {
    xbzrle,
    rdma_pin_all,
    auto_converge,
    zero_blocks,
    compress,
    events,
    postcopy_ram,
    x_colo,
    release_ram,
    block,
    return_path,
    pause_before_switchover,
    multifd,
    dirty_bitmaps,
    postcopy_blocktime,
    late_block_activate,
    x_ignore_shared,
    validate_uuid,
    background_snapshot,
    zero_copy_send,
    postcopy_preempt
};
template <>
inline constexpr auto description<MigrationCapability> = enumeration<MigrationCapability>(
    "MigrationCapability", "xbzrle", "rdma-pin-all", "auto-converge", "zero-blocks", "compress", "events", "postcopy-ram",
    EnumValue("x-colo", feature::kUnstable), "release-ram", "block", "return-path", "pause-before-switchover", "multifd",
    "dirty-bitmaps", "postcopy-blocktime", "late-block-activate", EnumValue("x-ignore-shared", feature::kUnstable),
    "validate-uuid", "background-snapshot", "zero-copy-send", "postcopy-preempt");

struct MigrationCapabilityStatus {
    MigrationCapability capability{};
    bool state = false;
};
template <>
inline constexpr auto description<MigrationCapabilityStatus> =
    object("MigrationCapabilityStatus", member<&MigrationCapabilityStatus::capability>("capability"),
           member<&MigrationCapabilityStatus::state>("state"));

class MigrationCapabilities {
public:
    static constexpr std::size_t kCount = description<MigrationCapability>.values.size();

    /// All or nothing. `compressed_or_tls`: the parameters ask for either.
    Result<void> set(const std::vector<MigrationCapabilityStatus>& wanted, bool compressed_or_tls);
    bool has(MigrationCapability capability) const { return on_[static_cast<std::size_t>(capability)]; }

private:
    std::bitset<kCount> on_;
};

}  // namespace rhea
