#include <fmt/format.h>

#include <algorithm>

#include "machine/machine.h"
#include "machine/migration/commands.h"
#include "machine/migration/migration.h"
#include "machine/not_yet.h"
#include "monitor/fd_commands.h"
#include "machine/socket_options.h"

namespace rhea {

struct MigrationStats {
    std::int64_t transferred = 0, remaining = 0, total = 0, duplicate = 0, skipped = 0, normal = 0, normal_bytes = 0,
                 dirty_pages_rate = 0;
    double mbps = 0;
    std::int64_t dirty_sync_count = 0, postcopy_requests = 0, page_size = 0, multifd_bytes = 0, pages_per_second = 0,
                 precopy_bytes = 0, downtime_bytes = 0, postcopy_bytes = 0, dirty_sync_missed_zero_copy = 0;
};
template <>
inline constexpr auto description<MigrationStats> = object(
    "MigrationStats", member<&MigrationStats::transferred>("transferred"), member<&MigrationStats::remaining>("remaining"),
    member<&MigrationStats::total>("total"), member<&MigrationStats::duplicate>("duplicate"),
    member<&MigrationStats::skipped>("skipped"), member<&MigrationStats::normal>("normal"),
    member<&MigrationStats::normal_bytes>("normal-bytes"), member<&MigrationStats::dirty_pages_rate>("dirty-pages-rate"),
    member<&MigrationStats::mbps>("mbps"), member<&MigrationStats::dirty_sync_count>("dirty-sync-count"),
    member<&MigrationStats::postcopy_requests>("postcopy-requests"), member<&MigrationStats::page_size>("page-size"),
    member<&MigrationStats::multifd_bytes>("multifd-bytes"), member<&MigrationStats::pages_per_second>("pages-per-second"),
    member<&MigrationStats::precopy_bytes>("precopy-bytes"), member<&MigrationStats::downtime_bytes>("downtime-bytes"),
    member<&MigrationStats::postcopy_bytes>("postcopy-bytes"),
    member<&MigrationStats::dirty_sync_missed_zero_copy>("dirty-sync-missed-zero-copy"));

struct VfioStats {
    std::int64_t transferred = 0;
};
template <>
inline constexpr auto description<VfioStats> = object("VfioStats", member<&VfioStats::transferred>("transferred"));

struct XbzrleCacheStats {
    std::int64_t cache_size = 0, bytes = 0, pages = 0, cache_miss = 0;
    double cache_miss_rate = 0, encoding_rate = 0;
    std::int64_t overflow = 0;
};
template <>
inline constexpr auto description<XbzrleCacheStats> = object(
    "XBZRLECacheStats", member<&XbzrleCacheStats::cache_size>("cache-size"), member<&XbzrleCacheStats::bytes>("bytes"),
    member<&XbzrleCacheStats::pages>("pages"), member<&XbzrleCacheStats::cache_miss>("cache-miss"),
    member<&XbzrleCacheStats::cache_miss_rate>("cache-miss-rate"), member<&XbzrleCacheStats::encoding_rate>("encoding-rate"),
    member<&XbzrleCacheStats::overflow>("overflow"));

struct CompressionStats {
    std::int64_t pages = 0, busy = 0;
    double busy_rate = 0;
    std::int64_t compressed_size = 0;
    double compression_rate = 0;
};
template <>
inline constexpr auto description<CompressionStats> =
    object("CompressionStats", member<&CompressionStats::pages>("pages"), member<&CompressionStats::busy>("busy"),
           member<&CompressionStats::busy_rate>("busy-rate"), member<&CompressionStats::compressed_size>("compressed-size"),
           member<&CompressionStats::compression_rate>("compression-rate"));

struct MigrationInfo {
    std::optional<MigrationStatus> status;
    std::optional<MigrationStats> ram, disk;
    std::optional<VfioStats> vfio;
    std::optional<XbzrleCacheStats> xbzrle_cache;
    std::optional<std::int64_t> total_time, expected_downtime, downtime, setup_time, cpu_throttle_percentage;
    std::optional<std::string> error_desc;
    std::optional<std::vector<std::string>> blocked_reasons;
    std::optional<std::int64_t> postcopy_blocktime;
    std::optional<std::vector<std::int64_t>> postcopy_vcpu_blocktime;
    std::optional<CompressionStats> compression;
    std::optional<std::vector<SocketAddress>> socket_address;
};
template <>
inline constexpr auto description<MigrationInfo> =
    object("MigrationInfo", member<&MigrationInfo::status>("status"), member<&MigrationInfo::ram>("ram"),
           member<&MigrationInfo::disk>("disk"), member<&MigrationInfo::vfio>("vfio"),
           member<&MigrationInfo::xbzrle_cache>("xbzrle-cache"), member<&MigrationInfo::total_time>("total-time"),
           member<&MigrationInfo::expected_downtime>("expected-downtime"), member<&MigrationInfo::downtime>("downtime"),
           member<&MigrationInfo::setup_time>("setup-time"),
           member<&MigrationInfo::cpu_throttle_percentage>("cpu-throttle-percentage"),
           member<&MigrationInfo::error_desc>("error-desc"), member<&MigrationInfo::blocked_reasons>("blocked-reasons"),
           member<&MigrationInfo::postcopy_blocktime>("postcopy-blocktime"),
           member<&MigrationInfo::postcopy_vcpu_blocktime>("postcopy-vcpu-blocktime"),
           member<&MigrationInfo::compression>("compression"), member<&MigrationInfo::socket_address>("socket-address"));

struct Migrate {
    std::string uri;
    std::optional<bool> blk, inc, detach, resume;
};
template <>
inline constexpr auto description<Migrate> = object("q_obj_migrate-arg", member<&Migrate::uri>("uri"),
                                                    member<&Migrate::blk>("blk"), member<&Migrate::inc>("inc"),
                                                    member<&Migrate::detach>("detach"), member<&Migrate::resume>("resume"));

struct MigrateContinue {
    MigrationStatus state{};
};
template <>
inline constexpr auto description<MigrateContinue> = object("q_obj_migrate-continue-arg",
                                                            member<&MigrateContinue::state>("state"));

struct MigrateIncoming {
    std::string uri;
};
template <>
inline constexpr auto description<MigrateIncoming> = object("q_obj_migrate-incoming-arg",
                                                            member<&MigrateIncoming::uri>("uri"));

struct MigrateRecover {
    std::string uri;
};
template <>
inline constexpr auto description<MigrateRecover> = object("q_obj_migrate-recover-arg", member<&MigrateRecover::uri>("uri"));

struct MigrateSetCapabilities {
    std::vector<MigrationCapabilityStatus> capabilities;
};
template <>
inline constexpr auto description<MigrateSetCapabilities> =
    object("q_obj_migrate-set-capabilities-arg", member<&MigrateSetCapabilities::capabilities>("capabilities"));

namespace {

constexpr std::string_view kProtocols[] = {"tcp:", "unix:", "vsock:", "exec:", "fd:"};

Result<void> check_uri(std::string_view uri) {
    for (const std::string_view protocol : kProtocols)
        if (uri.starts_with(protocol)) return {};
    return fail(Error::invalid_parameter_value("uri", "a valid migration protocol"));
}

/// What the rest of an address lacks, for each protocol.
Result<void> check_address(std::string_view uri, const Caller& caller) {
    const std::string_view protocol = uri.substr(0, uri.find(':'));
    const std::string address(uri.substr(protocol.size() + 1));
    if (protocol == "fd") return take_named_fd(caller, address).map([](const FileDescriptor&) {});
    if (protocol == "unix" && address.empty()) return fail("invalid Unix socket address");
    if (protocol != "tcp" && protocol != "vsock") return {};
    if (address.starts_with('[') && address.find("]:") == address.npos)
        return fail(fmt::format("error parsing IPv6 address '{}'", address));
    const auto colon = address.rfind(':');
    if (colon == address.npos || colon + 1 == address.size()) return fail(fmt::format("error parsing address '{}'", address));
    return {};
}

Result<MigrationInfo> query_migrate(Machine& machine, const Empty&) {
    const Migration& migration = machine.migration();
    MigrationInfo info;
    if (migration.status != MigrationStatus::none) info.status = migration.status;
    info.error_desc = migration.error;
    return info;
}

Result<Empty> migrate(Machine& machine, const Migrate& args, const Caller& caller) {
    Migration& migration = machine.migration();
    if (args.resume.value_or(false)) return fail("Cannot resume if there is no paused migration");
    if (machine.life().state() == RunState::inmigrate) return fail("Guest is waiting for an incoming migration");
    if (auto good = check_uri(args.uri); !good) {
        migration.status = MigrationStatus::failed;
        migration.error.reset();
        return fail(good.error());
    }
    if (auto good = check_address(args.uri, caller); !good) {
        migration.status = MigrationStatus::failed;
        migration.error = good.error().description();
        return fail(good.error());
    }
    return fail(not_supported("migrate"));
}

Result<Empty> migrate_cancel(Machine&, const Empty&) { return Empty{}; }  // there is never one to cancel

Result<Empty> migrate_continue(Machine& machine, const MigrateContinue& args) {
    const MigrationStatus status = machine.migration().status;
    if (status != args.state) return fail(fmt::format("Migration not in expected state: {}", enum_name(status)));
    return Empty{};
}

Result<Empty> migrate_incoming(Machine& machine, const MigrateIncoming& args) {
    if (!machine.config().incoming) return fail("'-incoming' was not specified on the command line");
    if (machine.life().state() != RunState::inmigrate) return fail("The incoming migration has already been started");
    RHEA_CHECK(check_uri(args.uri));
    return fail(not_supported("migrate-incoming"));
}

Result<Empty> migrate_pause(Machine&, const Empty&) {
    return fail("migrate-pause is currently only supported during postcopy-active state");
}

Result<Empty> migrate_recover(Machine&, const MigrateRecover&) {
    return fail("Migrate recover can only be run when postcopy is paused.");
}

Result<Empty> migrate_start_postcopy(Machine& machine, const Empty&) {
    if (!machine.migration().capabilities.has(MigrationCapability::postcopy_ram))
        return fail("Enable postcopy with migrate_set_capability before the start of migration");
    return fail("Postcopy must be started after migration has been started");
}

Result<std::vector<MigrationCapabilityStatus>> query_migrate_capabilities(Machine& machine, const Empty&) {
    std::vector<MigrationCapabilityStatus> all;
    for (std::size_t i = 0; i < MigrationCapabilities::kCount; ++i) {
        const auto capability = static_cast<MigrationCapability>(i);
        all.push_back({capability, machine.migration().capabilities.has(capability)});
    }
    return all;
}

Result<Empty> migrate_set_capabilities(Machine& machine, const MigrateSetCapabilities& args) {
    Migration& migration = machine.migration();
    const MigrationParametersInfo& p = migration.parameters.values();
    const bool compressed_or_tls = *p.multifd_compression != MultifdCompression::none || !p.tls_creds->empty();
    RHEA_CHECK(migration.capabilities.set(args.capabilities, compressed_or_tls));
    return Empty{};
}

Result<MigrationParametersInfo> query_migrate_parameters(Machine& machine, const Empty&) {
    return machine.migration().parameters.values();
}

Result<Empty> migrate_set_parameters(Machine& machine, const MigrateSetParameters& args) {
    RHEA_CHECK(machine.migration().parameters.set(args));
    return Empty{};
}

constexpr Command kCommands[] = {
    command<query_migrate>("query-migrate", "Tells how far the migration is."),
    command<migrate>("migrate", "Starts to move the machine to another process.").not_yet(),
    command<migrate_cancel>("migrate_cancel", "Ends the migration under way."),
    command<migrate_continue>("migrate-continue", "Lets a migration go on that waits in a state."),
    command<migrate_incoming>("migrate-incoming", "Begins to wait for a machine that moves here.").not_yet(),
    command<migrate_pause>("migrate-pause", "Holds a postcopy migration.").oob(),
    command<migrate_recover>("migrate-recover", "Waits for the rest of a postcopy migration whose connection broke.").oob(),
    command<migrate_start_postcopy>("migrate-start-postcopy",
                                    "Lets the machine run on at its destination before all is there."),
    command<query_migrate_capabilities>("query-migrate-capabilities", "Lists the switches of migration."),
    command<migrate_set_capabilities>("migrate-set-capabilities", "Turns switches of migration on and off."),
    command<query_migrate_parameters>("query-migrate-parameters", "Lists the parameters of migration."),
    command<migrate_set_parameters>("migrate-set-parameters", "Sets parameters of migration."),
};

}  // namespace

void add_migration_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
