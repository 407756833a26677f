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

/// As set and as told: what is told has no null.
template <class TlsText>
struct MigrationParameterValues {
    std::optional<std::uint64_t> announce_initial, announce_max, announce_rounds, announce_step;
    std::optional<std::uint8_t> compress_level, compress_threads;
    std::optional<bool> compress_wait_thread;
    std::optional<std::uint8_t> decompress_threads, throttle_trigger_threshold, cpu_throttle_initial, cpu_throttle_increment;
    std::optional<bool> cpu_throttle_tailslow;
    std::optional<TlsText> tls_creds, tls_hostname, tls_authz;
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
template <class T>
inline constexpr auto description<MigrationParameterValues<T>> = object(
    std::is_same_v<T, StrOrNull> ? "MigrateSetParameters" : "MigrationParameters",
    member<&MigrationParameterValues<T>::announce_initial>("announce-initial"),
    member<&MigrationParameterValues<T>::announce_max>("announce-max"),
    member<&MigrationParameterValues<T>::announce_rounds>("announce-rounds"),
    member<&MigrationParameterValues<T>::announce_step>("announce-step"),
    member<&MigrationParameterValues<T>::compress_level>("compress-level"),
    member<&MigrationParameterValues<T>::compress_threads>("compress-threads"),
    member<&MigrationParameterValues<T>::compress_wait_thread>("compress-wait-thread"),
    member<&MigrationParameterValues<T>::decompress_threads>("decompress-threads"),
    member<&MigrationParameterValues<T>::throttle_trigger_threshold>("throttle-trigger-threshold"),
    member<&MigrationParameterValues<T>::cpu_throttle_initial>("cpu-throttle-initial"),
    member<&MigrationParameterValues<T>::cpu_throttle_increment>("cpu-throttle-increment"),
    member<&MigrationParameterValues<T>::cpu_throttle_tailslow>("cpu-throttle-tailslow"),
    member<&MigrationParameterValues<T>::tls_creds>("tls-creds"), member<&MigrationParameterValues<T>::tls_hostname>("tls-hostname"),
    member<&MigrationParameterValues<T>::tls_authz>("tls-authz"), member<&MigrationParameterValues<T>::max_bandwidth>("max-bandwidth"),
    member<&MigrationParameterValues<T>::downtime_limit>("downtime-limit"),
    member<&MigrationParameterValues<T>::x_checkpoint_delay>("x-checkpoint-delay", feature::kUnstable),
    member<&MigrationParameterValues<T>::block_incremental>("block-incremental"),
    member<&MigrationParameterValues<T>::multifd_channels>("multifd-channels"),
    member<&MigrationParameterValues<T>::xbzrle_cache_size>("xbzrle-cache-size"),
    member<&MigrationParameterValues<T>::max_postcopy_bandwidth>("max-postcopy-bandwidth"),
    member<&MigrationParameterValues<T>::max_cpu_throttle>("max-cpu-throttle"),
    member<&MigrationParameterValues<T>::multifd_compression>("multifd-compression"),
    member<&MigrationParameterValues<T>::multifd_zlib_level>("multifd-zlib-level"),
    member<&MigrationParameterValues<T>::multifd_zstd_level>("multifd-zstd-level"),
    member<&MigrationParameterValues<T>::block_bitmap_mapping>("block-bitmap-mapping"));
using MigrateSetParameters = MigrationParameterValues<StrOrNull>;
using MigrationParametersInfo = MigrationParameterValues<std::string>;

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
