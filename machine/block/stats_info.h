#pragma once
/// What query-blockstats says.
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "machine/block/info.h"

namespace rhea {

class BlockStats;

struct BlockDeviceTimedStats {
    std::int64_t interval_length = 0;
    std::int64_t min_rd_latency_ns = 0, max_rd_latency_ns = 0, avg_rd_latency_ns = 0;
    std::int64_t min_wr_latency_ns = 0, max_wr_latency_ns = 0, avg_wr_latency_ns = 0;
    std::int64_t min_flush_latency_ns = 0, max_flush_latency_ns = 0, avg_flush_latency_ns = 0;
    double avg_rd_queue_depth = 0, avg_wr_queue_depth = 0;
};
template <>
inline constexpr auto description<BlockDeviceTimedStats> =
    object("BlockDeviceTimedStats", member<&BlockDeviceTimedStats::interval_length>("interval_length"),
           member<&BlockDeviceTimedStats::min_rd_latency_ns>("min_rd_latency_ns"),
           member<&BlockDeviceTimedStats::max_rd_latency_ns>("max_rd_latency_ns"),
           member<&BlockDeviceTimedStats::avg_rd_latency_ns>("avg_rd_latency_ns"),
           member<&BlockDeviceTimedStats::min_wr_latency_ns>("min_wr_latency_ns"),
           member<&BlockDeviceTimedStats::max_wr_latency_ns>("max_wr_latency_ns"),
           member<&BlockDeviceTimedStats::avg_wr_latency_ns>("avg_wr_latency_ns"),
           member<&BlockDeviceTimedStats::min_flush_latency_ns>("min_flush_latency_ns"),
           member<&BlockDeviceTimedStats::max_flush_latency_ns>("max_flush_latency_ns"),
           member<&BlockDeviceTimedStats::avg_flush_latency_ns>("avg_flush_latency_ns"),
           member<&BlockDeviceTimedStats::avg_rd_queue_depth>("avg_rd_queue_depth"),
           member<&BlockDeviceTimedStats::avg_wr_queue_depth>("avg_wr_queue_depth"));

struct BlockLatencyHistogramInfo {
    std::vector<std::uint64_t> boundaries, bins;
};
template <>
inline constexpr auto description<BlockLatencyHistogramInfo> =
    object("BlockLatencyHistogramInfo", member<&BlockLatencyHistogramInfo::boundaries>("boundaries"),
           member<&BlockLatencyHistogramInfo::bins>("bins"));

struct BlockDeviceStats {
    std::int64_t rd_bytes = 0, wr_bytes = 0, unmap_bytes = 0;
    std::int64_t rd_operations = 0, wr_operations = 0, flush_operations = 0, unmap_operations = 0;
    std::int64_t rd_total_time_ns = 0, wr_total_time_ns = 0, flush_total_time_ns = 0, unmap_total_time_ns = 0;
    std::int64_t wr_highest_offset = 0;
    std::int64_t rd_merged = 0, wr_merged = 0, unmap_merged = 0;
    std::optional<std::int64_t> idle_time_ns;
    std::int64_t failed_rd_operations = 0, failed_wr_operations = 0, failed_flush_operations = 0,
                 failed_unmap_operations = 0;
    std::int64_t invalid_rd_operations = 0, invalid_wr_operations = 0, invalid_flush_operations = 0,
                 invalid_unmap_operations = 0;
    bool account_invalid = false, account_failed = false;
    std::vector<BlockDeviceTimedStats> timed_stats;
    std::optional<BlockLatencyHistogramInfo> rd_latency_histogram, wr_latency_histogram, flush_latency_histogram;
};
template <>
inline constexpr auto description<BlockDeviceStats> = object(
    "BlockDeviceStats", member<&BlockDeviceStats::rd_bytes>("rd_bytes"), member<&BlockDeviceStats::wr_bytes>("wr_bytes"),
    member<&BlockDeviceStats::unmap_bytes>("unmap_bytes"), member<&BlockDeviceStats::rd_operations>("rd_operations"),
    member<&BlockDeviceStats::wr_operations>("wr_operations"),
    member<&BlockDeviceStats::flush_operations>("flush_operations"),
    member<&BlockDeviceStats::unmap_operations>("unmap_operations"),
    member<&BlockDeviceStats::rd_total_time_ns>("rd_total_time_ns"),
    member<&BlockDeviceStats::wr_total_time_ns>("wr_total_time_ns"),
    member<&BlockDeviceStats::flush_total_time_ns>("flush_total_time_ns"),
    member<&BlockDeviceStats::unmap_total_time_ns>("unmap_total_time_ns"),
    member<&BlockDeviceStats::wr_highest_offset>("wr_highest_offset"), member<&BlockDeviceStats::rd_merged>("rd_merged"),
    member<&BlockDeviceStats::wr_merged>("wr_merged"), member<&BlockDeviceStats::unmap_merged>("unmap_merged"),
    member<&BlockDeviceStats::idle_time_ns>("idle_time_ns"),
    member<&BlockDeviceStats::failed_rd_operations>("failed_rd_operations"),
    member<&BlockDeviceStats::failed_wr_operations>("failed_wr_operations"),
    member<&BlockDeviceStats::failed_flush_operations>("failed_flush_operations"),
    member<&BlockDeviceStats::failed_unmap_operations>("failed_unmap_operations"),
    member<&BlockDeviceStats::invalid_rd_operations>("invalid_rd_operations"),
    member<&BlockDeviceStats::invalid_wr_operations>("invalid_wr_operations"),
    member<&BlockDeviceStats::invalid_flush_operations>("invalid_flush_operations"),
    member<&BlockDeviceStats::invalid_unmap_operations>("invalid_unmap_operations"),
    member<&BlockDeviceStats::account_invalid>("account_invalid"),
    member<&BlockDeviceStats::account_failed>("account_failed"), member<&BlockDeviceStats::timed_stats>("timed_stats"),
    member<&BlockDeviceStats::rd_latency_histogram>("rd_latency_histogram"),
    member<&BlockDeviceStats::wr_latency_histogram>("wr_latency_histogram"),
    member<&BlockDeviceStats::flush_latency_histogram>("flush_latency_histogram"));

struct BlockStatsSpecificFile {
    std::uint64_t discard_nb_ok = 0, discard_nb_failed = 0, discard_bytes_ok = 0;
};
template <>
inline constexpr auto description<BlockStatsSpecificFile> =
    object("BlockStatsSpecificFile", member<&BlockStatsSpecificFile::discard_nb_ok>("discard-nb-ok"),
           member<&BlockStatsSpecificFile::discard_nb_failed>("discard-nb-failed"),
           member<&BlockStatsSpecificFile::discard_bytes_ok>("discard-bytes-ok"));

struct BlockStatsSpecificNvme {
    std::uint64_t completion_errors = 0, aligned_accesses = 0, unaligned_accesses = 0;
};
template <>
inline constexpr auto description<BlockStatsSpecificNvme> =
    object("BlockStatsSpecificNvme", member<&BlockStatsSpecificNvme::completion_errors>("completion-errors"),
           member<&BlockStatsSpecificNvme::aligned_accesses>("aligned-accesses"),
           member<&BlockStatsSpecificNvme::unaligned_accesses>("unaligned-accesses"));

struct BlockStatsSpecific {
    BlockdevDriver driver = BlockdevDriver::file;
    std::variant<std::monostate, BlockStatsSpecificFile, BlockStatsSpecificNvme> u;
};
template <>
inline constexpr auto description<BlockStatsSpecific> = flat_union<&BlockStatsSpecific::driver, &BlockStatsSpecific::u>(
    "BlockStatsSpecific",
    branches(branch<BlockStatsSpecificFile>(BlockdevDriver::file),
             branch<BlockStatsSpecificFile>(BlockdevDriver::host_device),
             branch<BlockStatsSpecificNvme>(BlockdevDriver::nvme)),
    member<&BlockStatsSpecific::driver>("driver"));

struct BlockStatsInfo {
    std::optional<std::string> device, qdev, node_name;
    BlockDeviceStats stats;
    std::optional<BlockStatsSpecific> driver_specific;
    std::shared_ptr<BlockStatsInfo> parent, backing;
};
template <>
inline constexpr auto description<BlockStatsInfo> = object("BlockStats", member<&BlockStatsInfo::device>("device"),
                                                           member<&BlockStatsInfo::qdev>("qdev"),
                                                           member<&BlockStatsInfo::node_name>("node-name"),
                                                           member<&BlockStatsInfo::stats>("stats"),
                                                           member<&BlockStatsInfo::driver_specific>("driver-specific"),
                                                           boxed_member<&BlockStatsInfo::parent>("parent"),
                                                           boxed_member<&BlockStatsInfo::backing>("backing"));

/// A node's own counters, and those of its child.
BlockStatsInfo node_stats(const BlockNode& node);
BlockStatsInfo backend_stats(const BlockBackend& backend);

}  // namespace rhea
