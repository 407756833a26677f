#include "machine/migration/capabilities.h"

#include <fmt/format.h>

namespace rhea {
namespace {

using Capability = MigrationCapability;

/// What a background snapshot cannot be taken with, in the order of QEMU's checks.
constexpr Capability kNotInBackground[] = {Capability::postcopy_ram,
                                           Capability::dirty_bitmaps,
                                           Capability::postcopy_blocktime,
                                           Capability::late_block_activate,
                                           Capability::return_path,
                                           Capability::multifd,
                                           Capability::pause_before_switchover,
                                           Capability::auto_converge,
                                           Capability::release_ram,
                                           Capability::rdma_pin_all,
                                           Capability::compress,
                                           Capability::xbzrle,
                                           Capability::x_colo,
                                           Capability::validate_uuid,
                                           Capability::zero_copy_send};

}  // namespace

Result<void> MigrationCapabilities::set(const std::vector<MigrationCapabilityStatus>& wanted, bool compressed_or_tls) {
    MigrationCapabilities next = *this;
    for (const MigrationCapabilityStatus& status : wanted)
        next.on_[static_cast<std::size_t>(status.capability)] = status.state;
    if (next.has(Capability::postcopy_ram) && next.has(Capability::x_ignore_shared))
        return fail("Postcopy is not compatible with ignore-shared");
    if (next.has(Capability::background_snapshot))
        for (const Capability other : kNotInBackground)
            if (next.has(other)) return fail(fmt::format("Background-snapshot is not compatible with {}", enum_name(other)));
    if (next.has(Capability::zero_copy_send) && (!next.has(Capability::multifd) || next.has(Capability::compress) ||
                                                 next.has(Capability::xbzrle) || compressed_or_tls))
        return fail("Zero copy only available for non-compressed non-TLS multifd migration");
    if (next.has(Capability::postcopy_preempt) && !next.has(Capability::postcopy_ram))
        return fail("Postcopy preempt requires postcopy-ram");
    if (next.has(Capability::multifd) && next.has(Capability::compress))
        return fail("Multifd is not compatible with compress");
    on_ = next.on_;
    return {};
}

}  // namespace rhea
