#include "machine/migration/parameters.h"

#include <fmt/format.h>

#include <bit>
#include <set>

#include "qobject/keyval.h"

namespace rhea {
namespace {

constexpr std::size_t kLongestName = 255;  // of a node or an alias: its length travels in a byte
constexpr std::size_t kLongestBitmapName = 1023;
constexpr std::uint64_t kTargetPage = 4096;

/// QEMU spells the names here with underscores.
Result<void> in_range(std::string_view name, std::uint64_t value, std::uint64_t low, std::uint64_t high) {
    if (value >= low && value <= high) return {};
    return fail(Error::invalid_parameter_value(name, fmt::format("a value between {} and {}", low, high)));
}

Result<void> in_percent(std::string_view name, std::uint64_t value, std::uint64_t high) {
    if (value >= 1 && value <= high) return {};
    return fail(Error::invalid_parameter_value(name, fmt::format("an integer in the range of 1 to {}", high)));
}

Result<void> check_mapping(const std::vector<BitmapMigrationNodeAlias>& nodes) {
    std::set<std::string_view> node_names, node_aliases;
    for (const BitmapMigrationNodeAlias& node : nodes) {
        if (!is_well_formed_id(node.alias)) return fail(fmt::format("The node alias '{}' is not well-formed", node.alias));
        if (node.alias.size() > kLongestName)
            return fail(fmt::format("The node alias '{}' is longer than {} bytes", node.alias, kLongestName));
        if (node.node_name.size() > kLongestName)
            return fail(fmt::format("The node name '{}' is longer than {} bytes", node.node_name, kLongestName));
        if (!node_names.insert(node.node_name).second)
            return fail(fmt::format("The node name '{}' is mapped twice", node.node_name));
        if (!node_aliases.insert(node.alias).second)
            return fail(fmt::format("The node alias '{}' is used twice", node.alias));
        std::set<std::string_view> names, aliases;
        for (const BitmapMigrationBitmapAlias& bitmap : node.bitmaps) {
            if (bitmap.alias.size() > kLongestName)
                return fail(fmt::format("The bitmap alias '{}' is longer than {} bytes", bitmap.alias, kLongestName));
            if (bitmap.name.size() > kLongestBitmapName)
                return fail(fmt::format("The bitmap name '{}' is longer than {} bytes", bitmap.name, kLongestBitmapName));
            if (!names.insert(bitmap.name).second)
                return fail(fmt::format("The bitmap '{}'/'{}' is mapped twice", node.node_name, bitmap.name));
            if (!aliases.insert(bitmap.alias).second)
                return fail(fmt::format("The bitmap alias '{}'/'{}' is used twice", node.alias, bitmap.alias));
        }
    }
    return {};
}

Result<void> check(const MigrationParametersInfo& p) {
    RHEA_CHECK(in_range("compress_level", *p.compress_level, 0, 9));
    RHEA_CHECK(in_range("compress_threads", *p.compress_threads, 1, 255));
    RHEA_CHECK(in_range("decompress_threads", *p.decompress_threads, 1, 255));
    RHEA_CHECK(in_percent("throttle_trigger_threshold", *p.throttle_trigger_threshold, 100));
    RHEA_CHECK(in_percent("cpu_throttle_initial", *p.cpu_throttle_initial, 99));
    RHEA_CHECK(in_percent("cpu_throttle_increment", *p.cpu_throttle_increment, 99));
    if (*p.downtime_limit > 2'000'000)
        return fail(Error::invalid_parameter_value("downtime_limit", "an integer in the range of 0 to (2000 * 1000) ms"));
    RHEA_CHECK(in_range("multifd_channels", *p.multifd_channels, 1, 255));
    if (*p.xbzrle_cache_size < kTargetPage || !std::has_single_bit(*p.xbzrle_cache_size))
        return fail(Error::invalid_parameter_value("xbzrle_cache_size", "a power of two no less than the target page size"));
    if (*p.max_cpu_throttle < *p.cpu_throttle_initial || *p.max_cpu_throttle > 99)
        return fail(
            Error::invalid_parameter_value("max_cpu_throttle", "an integer in the range of cpu_throttle_initial to 99"));
    RHEA_CHECK(in_range("announce_initial", *p.announce_initial, 0, 100'000));
    RHEA_CHECK(in_range("announce_max", *p.announce_max, 0, 100'000));
    RHEA_CHECK(in_range("announce_rounds", *p.announce_rounds, 0, 1000));
    // 0 is refused too; QEMU's text says otherwise.
    if (*p.announce_step == 0 || *p.announce_step > 10'000)
        return fail(Error::invalid_parameter_value("announce_step", "a value between 0 and 10000"));
    if (p.block_bitmap_mapping)
        if (auto good = check_mapping(*p.block_bitmap_mapping); !good)
            return fail(std::move(good).error().prefixed("Invalid mapping given for block-bitmap-mapping: "));
    return {};
}

template <class T>
void take(std::optional<T>& value, const std::optional<T>& wanted) {
    if (wanted) value = wanted;
}

/// Null takes a text away; it is shown as the empty one.
void take(std::optional<std::string>& value, const std::optional<StrOrNull>& wanted) {
    if (!wanted) return;
    const std::string* text = std::get_if<std::string>(&*wanted);
    value = text ? *text : std::string();
}

}  // namespace

MigrationParameters::MigrationParameters() {
    values_.announce_initial = 50;  // milliseconds, as the other announce_* but the rounds
    values_.announce_max = 550;
    values_.announce_rounds = 5;
    values_.announce_step = 100;
    values_.compress_level = 1;
    values_.compress_threads = 8;
    values_.compress_wait_thread = true;
    values_.decompress_threads = 2;
    values_.throttle_trigger_threshold = 50;
    values_.cpu_throttle_initial = 20;
    values_.cpu_throttle_increment = 10;
    values_.cpu_throttle_tailslow = false;
    values_.tls_creds = values_.tls_hostname = values_.tls_authz = std::string();
    values_.max_bandwidth = 128u << 20;
    values_.downtime_limit = 300;
    values_.x_checkpoint_delay = 20'000;
    values_.block_incremental = false;
    values_.multifd_channels = 2;
    values_.xbzrle_cache_size = 64u << 20;
    values_.max_postcopy_bandwidth = 0;
    values_.max_cpu_throttle = 99;
    values_.multifd_compression = MultifdCompression::none;
    values_.multifd_zlib_level = values_.multifd_zstd_level = 1;
}

Result<void> MigrationParameters::set(const MigrateSetParameters& wanted) {
    MigrationParametersInfo p = values_;
    take(p.announce_initial, wanted.announce_initial);
    take(p.announce_max, wanted.announce_max);
    take(p.announce_rounds, wanted.announce_rounds);
    take(p.announce_step, wanted.announce_step);
    take(p.compress_level, wanted.compress_level);
    take(p.compress_threads, wanted.compress_threads);
    take(p.compress_wait_thread, wanted.compress_wait_thread);
    take(p.decompress_threads, wanted.decompress_threads);
    take(p.throttle_trigger_threshold, wanted.throttle_trigger_threshold);
    take(p.cpu_throttle_initial, wanted.cpu_throttle_initial);
    take(p.cpu_throttle_increment, wanted.cpu_throttle_increment);
    take(p.cpu_throttle_tailslow, wanted.cpu_throttle_tailslow);
    take(p.tls_creds, wanted.tls_creds);
    take(p.tls_hostname, wanted.tls_hostname);
    take(p.tls_authz, wanted.tls_authz);
    take(p.max_bandwidth, wanted.max_bandwidth);
    take(p.downtime_limit, wanted.downtime_limit);
    take(p.x_checkpoint_delay, wanted.x_checkpoint_delay);
    take(p.block_incremental, wanted.block_incremental);
    take(p.multifd_channels, wanted.multifd_channels);
    take(p.xbzrle_cache_size, wanted.xbzrle_cache_size);
    take(p.max_postcopy_bandwidth, wanted.max_postcopy_bandwidth);
    take(p.max_cpu_throttle, wanted.max_cpu_throttle);
    take(p.multifd_compression, wanted.multifd_compression);
    // multifd-zlib-level and -zstd-level are taken and forgotten, as QEMU 7.2 does.
    take(p.block_bitmap_mapping, wanted.block_bitmap_mapping);
    RHEA_CHECK(check(p));
    values_ = std::move(p);
    return {};
}

}  // namespace rhea
