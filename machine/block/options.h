#pragma once
/// The options of block nodes, typed as blockdev-add takes them. -drive's text is turned into these (flat_options.h).
#include "machine/block/driver.h"
#include "machine/block/driver_filters.h"
#include "machine/block/driver_formats.h"
#include "machine/block/driver_protocols.h"

namespace rhea {

struct BlockdevCache {
    std::optional<bool> direct;
    std::optional<bool> no_flush;
};
template <>
inline constexpr auto description<BlockdevCache> = object("BlockdevCacheOptions", member<&BlockdevCache::direct>("direct"),
                                                          member<&BlockdevCache::no_flush>("no-flush"));

struct BlockdevFile {
    std::string filename;
    std::optional<std::string> pr_manager;
    std::optional<FileLocking> locking;
    std::optional<BlockdevAio> aio;
    std::optional<std::int64_t> aio_max_batch;
    std::optional<bool> drop_cache;
    std::optional<bool> x_check_cache_dropped;
};
template <>
inline constexpr auto description<BlockdevFile> = object(
    "BlockdevOptionsFile", member<&BlockdevFile::filename>("filename"), member<&BlockdevFile::pr_manager>("pr-manager"),
    member<&BlockdevFile::locking>("locking"), member<&BlockdevFile::aio>("aio"),
    member<&BlockdevFile::aio_max_batch>("aio-max-batch"), member<&BlockdevFile::drop_cache>("drop-cache"),
    member<&BlockdevFile::x_check_cache_dropped>("x-check-cache-dropped", feature::kUnstable))
    .with_features(feature::kDynamicAutoReadOnly);

struct BlockdevNull {
    std::optional<std::int64_t> size;  ///< bytes; 1 GiB when absent
    std::optional<std::uint64_t> latency_ns;
    std::optional<bool> read_zeroes;
};
template <>
inline constexpr auto description<BlockdevNull> = object("BlockdevOptionsNull", member<&BlockdevNull::size>("size"),
                                                         member<&BlockdevNull::latency_ns>("latency-ns"),
                                                         member<&BlockdevNull::read_zeroes>("read-zeroes"));

struct BlockdevRaw {
    BlockdevRef file;
    std::optional<std::int64_t> offset;
    std::optional<std::int64_t> size;
};
template <>
inline constexpr auto description<BlockdevRaw> = object("BlockdevOptionsRaw", member<&BlockdevRaw::file>("file"),
                                                        member<&BlockdevRaw::offset>("offset"),
                                                        member<&BlockdevRaw::size>("size"));

struct BlockdevOptions {
    BlockdevDriver driver = BlockdevDriver::raw;
    std::optional<std::string> node_name;
    std::optional<BlockdevDiscard> discard;
    std::optional<BlockdevCache> cache;
    std::optional<bool> read_only, auto_read_only, force_share;
    std::optional<BlockdevDetectZeroes> detect_zeroes;
    std::variant<std::monostate, BlockdevBlkdebug, BlockdevBlklogwrites, BlockdevBlkverify, BlockdevBlkreplay,
                 BlockdevGenericFormat, BlockdevCbw, BlockdevCor, BlockdevFile, BlockdevCurlFtp, BlockdevCurlFtps,
                 BlockdevGluster, BlockdevCurlHttp, BlockdevCurlHttps, BlockdevIscsi, BlockdevLuks, BlockdevNbd, BlockdevNfs,
                 BlockdevNull, BlockdevNvme, BlockdevPreallocate, BlockdevQcow2, BlockdevQcow, BlockdevGenericCow,
                 BlockdevQuorum, BlockdevRaw, BlockdevRbd, BlockdevReplication, BlockdevSsh, BlockdevThrottle, BlockdevVvfat>
        u;

    /// Not an option: members that the user wrote as text, which a "json:" file name repeats as text ("size": "1M").
    QDict written;
};
template <>
inline constexpr auto description<BlockdevOptions> = flat_union<&BlockdevOptions::driver, &BlockdevOptions::u>(
    "BlockdevOptions",
    branches(branch<BlockdevBlkdebug>(BlockdevDriver::blkdebug), branch<BlockdevBlklogwrites>(BlockdevDriver::blklogwrites),
             branch<BlockdevBlkreplay>(BlockdevDriver::blkreplay), branch<BlockdevBlkverify>(BlockdevDriver::blkverify),
             branch<BlockdevGenericFormat>(BlockdevDriver::bochs), branch<BlockdevGenericFormat>(BlockdevDriver::cloop),
             branch<BlockdevGenericFormat>(BlockdevDriver::compress), branch<BlockdevCbw>(BlockdevDriver::copy_before_write),
             branch<BlockdevCor>(BlockdevDriver::copy_on_read), branch<BlockdevGenericFormat>(BlockdevDriver::dmg),
             branch<BlockdevFile>(BlockdevDriver::file), branch<BlockdevGenericFormat>(BlockdevDriver::snapshot_access),
             branch<BlockdevCurlFtp>(BlockdevDriver::ftp), branch<BlockdevCurlFtps>(BlockdevDriver::ftps),
             branch<BlockdevGluster>(BlockdevDriver::gluster), branch<BlockdevFile>(BlockdevDriver::host_cdrom),
             branch<BlockdevFile>(BlockdevDriver::host_device), branch<BlockdevCurlHttp>(BlockdevDriver::http),
             branch<BlockdevCurlHttps>(BlockdevDriver::https), branch<BlockdevIscsi>(BlockdevDriver::iscsi),
             branch<BlockdevLuks>(BlockdevDriver::luks), branch<BlockdevNbd>(BlockdevDriver::nbd),
             branch<BlockdevNfs>(BlockdevDriver::nfs), branch<BlockdevNull>(BlockdevDriver::null_aio),
             branch<BlockdevNull>(BlockdevDriver::null_co), branch<BlockdevNvme>(BlockdevDriver::nvme),
             branch<BlockdevGenericFormat>(BlockdevDriver::parallels),
             branch<BlockdevPreallocate>(BlockdevDriver::preallocate), branch<BlockdevQcow>(BlockdevDriver::qcow),
             branch<BlockdevQcow2>(BlockdevDriver::qcow2), branch<BlockdevGenericCow>(BlockdevDriver::qed),
             branch<BlockdevQuorum>(BlockdevDriver::quorum), branch<BlockdevRaw>(BlockdevDriver::raw),
             branch<BlockdevRbd>(BlockdevDriver::rbd), branch<BlockdevReplication>(BlockdevDriver::replication),
             branch<BlockdevSsh>(BlockdevDriver::ssh), branch<BlockdevThrottle>(BlockdevDriver::throttle),
             branch<BlockdevGenericFormat>(BlockdevDriver::vdi), branch<BlockdevGenericFormat>(BlockdevDriver::vhdx),
             branch<BlockdevGenericCow>(BlockdevDriver::vmdk), branch<BlockdevGenericFormat>(BlockdevDriver::vpc),
             branch<BlockdevVvfat>(BlockdevDriver::vvfat)),
    member<&BlockdevOptions::driver>("driver"), member<&BlockdevOptions::node_name>("node-name"),
    member<&BlockdevOptions::discard>("discard"), member<&BlockdevOptions::cache>("cache"),
    member<&BlockdevOptions::read_only>("read-only"), member<&BlockdevOptions::auto_read_only>("auto-read-only"),
    member<&BlockdevOptions::force_share>("force-share"), member<&BlockdevOptions::detect_zeroes>("detect-zeroes"));

}  // namespace rhea
