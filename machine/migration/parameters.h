#pragma once
/// What a migration is told before it starts: its parameters.
#include "machine/schema_features.h"
#include "qobject/convert.h"

namespace rhea {

using StrOrNull = std::variant<std::string, QNull>;
template <>
inline constexpr auto description<StrOrNull> = alternate<StrOrNull>("StrOrNull");

enum class MultifdCompression { none, zlib, zstd };
template <>
inline constexpr auto description<MultifdCompression> = enumeration<MultifdCompression>("MultiFDCompression", "none", "zlib",
                                                                                        "zstd");

struct BitmapMigrationTransform {
    std::optional<bool> persistent;
};
template <>
inline constexpr auto description<BitmapMigrationTransform> =
    object("BitmapMigrationBitmapAliasTransform", member<&BitmapMigrationTransform::persistent>("persistent"));

struct BitmapMigrationBitmapAlias {
    std::string name, alias;
    std::optional<BitmapMigrationTransform> transform;
};
template <>
inline constexpr auto description<BitmapMigrationBitmapAlias> =
    object("BitmapMigrationBitmapAlias", member<&BitmapMigrationBitmapAlias::name>("name"),
           member<&BitmapMigrationBitmapAlias::alias>("alias"), member<&BitmapMigrationBitmapAlias::transform>("transform"));

struct BitmapMigrationNodeAlias {
    std::string node_name, alias;
    std::vector<BitmapMigrationBitmapAlias> bitmaps;
};
template <>
inline constexpr auto description<BitmapMigrationNodeAlias> =
    object("BitmapMigrationNodeAlias", member<&BitmapMigrationNodeAlias::node_name>("node-name"),
           member<&BitmapMigrationNodeAlias::alias>("alias"), member<&BitmapMigrationNodeAlias::bitmaps>("bitmaps"));

struct MigrateSetParameters {
    std::optional<std::uint64_t> announce_initial, announce_max, announce_rounds, announce_step;
    std::optional<std::uint8_t> compress_level, compress_threads;
    std::optional<bool> compress_wait_thread;
    std::optional<std::uint8_t> decompress_threads, throttle_trigger_threshold, cpu_throttle_initial, cpu_throttle_increment;
    std::optional<bool> cpu_throttle_tailslow;
    std::optional<StrOrNull> tls_creds, tls_hostname, tls_authz;
    std::optional<std::uint64_t> max_bandwidth, downtime_limit;
    std::optional<std::uint32_t> x_checkpoint_delay;
    std::optional<bool> block_incremental;
    std::optional<std::uint8_t> multifd_channels;
    std::optional<std::uint64_t> xbzrle_cache_size, max_postcopy_bandwidth;
    std::optional<std::uint8_t> max_cpu_throttle;
    std::optional<MultifdCompression> multifd_compression;
    std::optional<std::uint8_t> multifd_zlib_level, multifd_zstd_level;
    std::optional<std::vector<BitmapMigrationNodeAlias>> block_bitmap_mapping;
};
template <>
inline constexpr auto description<MigrateSetParameters> = object(
    "MigrateSetParameters", member<&MigrateSetParameters::announce_initial>("announce-initial"),
    member<&MigrateSetParameters::announce_max>("announce-max"),
    member<&MigrateSetParameters::announce_rounds>("announce-rounds"),
    member<&MigrateSetParameters::announce_step>("announce-step"),
    member<&MigrateSetParameters::compress_level>("compress-level"),
    member<&MigrateSetParameters::compress_threads>("compress-threads"),
    member<&MigrateSetParameters::compress_wait_thread>("compress-wait-thread"),
    member<&MigrateSetParameters::decompress_threads>("decompress-threads"),
    member<&MigrateSetParameters::throttle_trigger_threshold>("throttle-trigger-threshold"),
    member<&MigrateSetParameters::cpu_throttle_initial>("cpu-throttle-initial"),
    member<&MigrateSetParameters::cpu_throttle_increment>("cpu-throttle-increment"),
    member<&MigrateSetParameters::cpu_throttle_tailslow>("cpu-throttle-tailslow"),
    member<&MigrateSetParameters::tls_creds>("tls-creds"), member<&MigrateSetParameters::tls_hostname>("tls-hostname"),
    member<&MigrateSetParameters::tls_authz>("tls-authz"), member<&MigrateSetParameters::max_bandwidth>("max-bandwidth"),
    member<&MigrateSetParameters::downtime_limit>("downtime-limit"),
    member<&MigrateSetParameters::x_checkpoint_delay>("x-checkpoint-delay", feature::kUnstable),
    member<&MigrateSetParameters::block_incremental>("block-incremental"),
    member<&MigrateSetParameters::multifd_channels>("multifd-channels"),
    member<&MigrateSetParameters::xbzrle_cache_size>("xbzrle-cache-size"),
    member<&MigrateSetParameters::max_postcopy_bandwidth>("max-postcopy-bandwidth"),
    member<&MigrateSetParameters::max_cpu_throttle>("max-cpu-throttle"),
    member<&MigrateSetParameters::multifd_compression>("multifd-compression"),
    member<&MigrateSetParameters::multifd_zlib_level>("multifd-zlib-level"),
    member<&MigrateSetParameters::multifd_zstd_level>("multifd-zstd-level"),
    member<&MigrateSetParameters::block_bitmap_mapping>("block-bitmap-mapping"));

struct MigrationParametersInfo {
    std::optional<std::uint64_t> announce_initial, announce_max, announce_rounds, announce_step;
    std::optional<std::uint8_t> compress_level, compress_threads;
    std::optional<bool> compress_wait_thread;
    std::optional<std::uint8_t> decompress_threads, throttle_trigger_threshold, cpu_throttle_initial, cpu_throttle_increment;
    std::optional<bool> cpu_throttle_tailslow;
    std::optional<std::string> tls_creds, tls_hostname, tls_authz;
    std::optional<std::uint64_t> max_bandwidth, downtime_limit;
    std::optional<std::uint32_t> x_checkpoint_delay;
    std::optional<bool> block_incremental;
    std::optional<std::uint8_t> multifd_channels;
    std::optional<std::uint64_t> xbzrle_cache_size, max_postcopy_bandwidth;
    std::optional<std::uint8_t> max_cpu_throttle;
    std::optional<MultifdCompression> multifd_compression;
    std::optional<std::uint8_t> multifd_zlib_level, multifd_zstd_level;
    std::optional<std::vector<BitmapMigrationNodeAlias>> block_bitmap_mapping;
};
template <>
inline constexpr auto description<MigrationParametersInfo> = object(
    "MigrationParameters", member<&MigrationParametersInfo::announce_initial>("announce-initial"),
    member<&MigrationParametersInfo::announce_max>("announce-max"),
    member<&MigrationParametersInfo::announce_rounds>("announce-rounds"),
    member<&MigrationParametersInfo::announce_step>("announce-step"),
    member<&MigrationParametersInfo::compress_level>("compress-level"),
    member<&MigrationParametersInfo::compress_threads>("compress-threads"),
    member<&MigrationParametersInfo::compress_wait_thread>("compress-wait-thread"),
    member<&MigrationParametersInfo::decompress_threads>("decompress-threads"),
    member<&MigrationParametersInfo::throttle_trigger_threshold>("throttle-trigger-threshold"),
    member<&MigrationParametersInfo::cpu_throttle_initial>("cpu-throttle-initial"),
    member<&MigrationParametersInfo::cpu_throttle_increment>("cpu-throttle-increment"),
    member<&MigrationParametersInfo::cpu_throttle_tailslow>("cpu-throttle-tailslow"),
    member<&MigrationParametersInfo::tls_creds>("tls-creds"), member<&MigrationParametersInfo::tls_hostname>("tls-hostname"),
    member<&MigrationParametersInfo::tls_authz>("tls-authz"),
    member<&MigrationParametersInfo::max_bandwidth>("max-bandwidth"),
    member<&MigrationParametersInfo::downtime_limit>("downtime-limit"),
    member<&MigrationParametersInfo::x_checkpoint_delay>("x-checkpoint-delay", feature::kUnstable),
    member<&MigrationParametersInfo::block_incremental>("block-incremental"),
    member<&MigrationParametersInfo::multifd_channels>("multifd-channels"),
    member<&MigrationParametersInfo::xbzrle_cache_size>("xbzrle-cache-size"),
    member<&MigrationParametersInfo::max_postcopy_bandwidth>("max-postcopy-bandwidth"),
    member<&MigrationParametersInfo::max_cpu_throttle>("max-cpu-throttle"),
    member<&MigrationParametersInfo::multifd_compression>("multifd-compression"),
    member<&MigrationParametersInfo::multifd_zlib_level>("multifd-zlib-level"),
    member<&MigrationParametersInfo::multifd_zstd_level>("multifd-zstd-level"),
    member<&MigrationParametersInfo::block_bitmap_mapping>("block-bitmap-mapping"));

/// The parameters in force. All of them are always there, but for the bitmap mapping.
class MigrationParameters {
public:
    MigrationParameters();

    /// All or nothing. The errors are QEMU's.
    Result<void> set(const MigrateSetParameters& wanted);
    const MigrationParametersInfo& values() const { return values_; }

private:
    MigrationParametersInfo values_;
};

}  // namespace rhea
