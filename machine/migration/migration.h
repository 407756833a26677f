#pragma once
/// The migration of the machine to another process: what it was told, and how far it is. None can run yet.
#include "machine/migration/capabilities.h"
#include "machine/migration/parameters.h"

namespace rhea {

enum class MigrationStatus {
    none,
    setup,
    cancelling,
    cancelled,
    active,
    postcopy_active,
    postcopy_paused,
    postcopy_recover,
    completed,
    failed,
    colo,
    pre_switchover,
    device,
    wait_unplug
};
template <>
inline constexpr auto description<MigrationStatus> = enumeration<MigrationStatus>(
    "MigrationStatus", "none", "setup", "cancelling", "cancelled", "active", "postcopy-active", "postcopy-paused",
    "postcopy-recover", "completed", "failed", "colo", "pre-switchover", "device", "wait-unplug");

struct Migration {
    MigrationParameters parameters;
    MigrationCapabilities capabilities;
    MigrationStatus status = MigrationStatus::none;
    /// Why it failed; a wrong address leaves none.
    std::optional<std::string> error;
};

}  // namespace rhea
