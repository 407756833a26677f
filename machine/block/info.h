#pragma once
/// What the query commands say of nodes and backends.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "machine/block/bitmap_types.h"
#include "machine/block/image_specific.h"
#include "machine/block/policy.h"

namespace rhea {

class BlockBackend;
class BlockLayer;
class BlockNode;

namespace detail {
template <class T>
struct BoxedValue;
template <class T>
struct BoxedValue<std::shared_ptr<T>> {
    using Type = T;
};
}  // namespace detail

/// An optional member of the type that it is a member of (std::optional cannot hold one): a std::shared_ptr, null when
/// absent.
template <auto M>
constexpr Member boxed_member(std::string_view name) {
    using Traits = detail::MemberTraits<M>;
    using T = typename detail::BoxedValue<typename Traits::Type>::Type;
    return {name,
            &type_ref<T>,
            true,
            [](const void* object) -> const void* { return (static_cast<const typename Traits::Class*>(object)->*M).get(); },
            [](void* object) -> void* {
                auto& box = static_cast<typename Traits::Class*>(object)->*M;
                box = std::make_shared<T>();
                return box.get();
            },
            {},
            member_bucket(name)};
}

struct ImageInfo {
    std::string filename;
    std::string format;
    std::optional<bool> dirty_flag;
    std::optional<std::int64_t> actual_size;
    std::int64_t virtual_size = 0;
    std::optional<std::int64_t> cluster_size;
    std::optional<bool> encrypted, compressed;
    std::optional<std::string> backing_filename, full_backing_filename, backing_filename_format;
    std::optional<std::vector<SnapshotInfo>> snapshots;
    std::shared_ptr<ImageInfo> backing_image;
    std::optional<ImageInfoSpecific> format_specific;
};
template <>
inline constexpr auto description<ImageInfo> =
    object("ImageInfo", member<&ImageInfo::filename>("filename"), member<&ImageInfo::format>("format"),
           member<&ImageInfo::dirty_flag>("dirty-flag"), member<&ImageInfo::actual_size>("actual-size"),
           member<&ImageInfo::virtual_size>("virtual-size"), member<&ImageInfo::cluster_size>("cluster-size"),
           member<&ImageInfo::encrypted>("encrypted"), member<&ImageInfo::compressed>("compressed"),
           member<&ImageInfo::backing_filename>("backing-filename"),
           member<&ImageInfo::full_backing_filename>("full-backing-filename"),
           member<&ImageInfo::backing_filename_format>("backing-filename-format"),
           member<&ImageInfo::snapshots>("snapshots"), boxed_member<&ImageInfo::backing_image>("backing-image"),
           member<&ImageInfo::format_specific>("format-specific"));

struct BlockdevCacheInfo {
    bool writeback = true, direct = false, no_flush = false;
};
template <>
inline constexpr auto description<BlockdevCacheInfo> = object("BlockdevCacheInfo",
                                                              member<&BlockdevCacheInfo::writeback>("writeback"),
                                                              member<&BlockdevCacheInfo::direct>("direct"),
                                                              member<&BlockdevCacheInfo::no_flush>("no-flush"));

struct BlockDeviceInfo {
    std::string file;
    std::optional<std::string> node_name;
    bool ro = false;
    std::string drv;
    std::optional<std::string> backing_file;
    std::int64_t backing_file_depth = 0;
    bool encrypted = false;
    BlockdevDetectZeroes detect_zeroes = BlockdevDetectZeroes::off;
    std::int64_t bps = 0, bps_rd = 0, bps_wr = 0, iops = 0, iops_rd = 0, iops_wr = 0;
    ImageInfo image;
    std::optional<std::int64_t> bps_max, bps_rd_max, bps_wr_max, iops_max, iops_rd_max, iops_wr_max;
    std::optional<std::int64_t> bps_max_length, bps_rd_max_length, bps_wr_max_length;
    std::optional<std::int64_t> iops_max_length, iops_rd_max_length, iops_wr_max_length;
    std::optional<std::int64_t> iops_size;
    std::optional<std::string> group;
    BlockdevCacheInfo cache;
    std::int64_t write_threshold = 0;
    std::optional<std::vector<BlockDirtyInfo>> dirty_bitmaps;
};
template <>
inline constexpr auto description<BlockDeviceInfo> =
    object("BlockDeviceInfo", member<&BlockDeviceInfo::file>("file"), member<&BlockDeviceInfo::node_name>("node-name"),
           member<&BlockDeviceInfo::ro>("ro"), member<&BlockDeviceInfo::drv>("drv"),
           member<&BlockDeviceInfo::backing_file>("backing_file"),
           member<&BlockDeviceInfo::backing_file_depth>("backing_file_depth"),
           member<&BlockDeviceInfo::encrypted>("encrypted"), member<&BlockDeviceInfo::detect_zeroes>("detect_zeroes"),
           member<&BlockDeviceInfo::bps>("bps"), member<&BlockDeviceInfo::bps_rd>("bps_rd"),
           member<&BlockDeviceInfo::bps_wr>("bps_wr"), member<&BlockDeviceInfo::iops>("iops"),
           member<&BlockDeviceInfo::iops_rd>("iops_rd"), member<&BlockDeviceInfo::iops_wr>("iops_wr"),
           member<&BlockDeviceInfo::image>("image"), member<&BlockDeviceInfo::bps_max>("bps_max"),
           member<&BlockDeviceInfo::bps_rd_max>("bps_rd_max"), member<&BlockDeviceInfo::bps_wr_max>("bps_wr_max"),
           member<&BlockDeviceInfo::iops_max>("iops_max"), member<&BlockDeviceInfo::iops_rd_max>("iops_rd_max"),
           member<&BlockDeviceInfo::iops_wr_max>("iops_wr_max"), member<&BlockDeviceInfo::bps_max_length>("bps_max_length"),
           member<&BlockDeviceInfo::bps_rd_max_length>("bps_rd_max_length"),
           member<&BlockDeviceInfo::bps_wr_max_length>("bps_wr_max_length"),
           member<&BlockDeviceInfo::iops_max_length>("iops_max_length"),
           member<&BlockDeviceInfo::iops_rd_max_length>("iops_rd_max_length"),
           member<&BlockDeviceInfo::iops_wr_max_length>("iops_wr_max_length"),
           member<&BlockDeviceInfo::iops_size>("iops_size"), member<&BlockDeviceInfo::group>("group"),
           member<&BlockDeviceInfo::cache>("cache"), member<&BlockDeviceInfo::write_threshold>("write_threshold"),
           member<&BlockDeviceInfo::dirty_bitmaps>("dirty-bitmaps"));

struct BlockInfo {
    std::string device;
    std::optional<std::string> qdev;
    std::string type = "unknown";
    bool removable = false, locked = false;
    std::optional<BlockDeviceInfo> inserted;
    std::optional<bool> tray_open;
    std::optional<BlockDeviceIoStatus> io_status;
};
template <>
inline constexpr auto description<BlockInfo> = object("BlockInfo", member<&BlockInfo::device>("device"),
                                                      member<&BlockInfo::qdev>("qdev"), member<&BlockInfo::type>("type"),
                                                      member<&BlockInfo::removable>("removable"),
                                                      member<&BlockInfo::locked>("locked"),
                                                      member<&BlockInfo::inserted>("inserted"),
                                                      member<&BlockInfo::tray_open>("tray_open"),
                                                      member<&BlockInfo::io_status>("io-status"));

/// `backend`: whose limits and write cache are shown; null for a node by itself.
/// `flat`: only the node itself, not the nodes below a filter.
BlockDeviceInfo node_info(const BlockNode& node, const BlockBackend* backend, bool flat = false);
BlockInfo backend_info(const BlockBackend& backend);
/// Those that query-block shows: named ones, and those with a device.
std::vector<BlockInfo> all_backend_info(const BlockLayer& layer);

}  // namespace rhea
