#include "machine/block/stats_info.h"

#include "machine/block/backend.h"

namespace rhea {
namespace {

std::int64_t as_int(std::uint64_t value) { return static_cast<std::int64_t>(value); }

void show_counters(const BlockStats& stats, BlockDeviceStats& info) {
    const auto &rd = stats.counter(IoKind::read), &wr = stats.counter(IoKind::write);
    const auto &flush = stats.counter(IoKind::flush), &unmap = stats.counter(IoKind::discard);
    info.rd_bytes = as_int(rd.bytes);
    info.wr_bytes = as_int(wr.bytes);
    info.unmap_bytes = as_int(unmap.bytes);
    info.rd_operations = as_int(rd.operations);
    info.wr_operations = as_int(wr.operations);
    info.flush_operations = as_int(flush.operations);
    info.unmap_operations = as_int(unmap.operations);
    info.rd_total_time_ns = as_int(rd.total_time_ns);
    info.wr_total_time_ns = as_int(wr.total_time_ns);
    info.flush_total_time_ns = as_int(flush.total_time_ns);
    info.unmap_total_time_ns = as_int(unmap.total_time_ns);
    info.rd_merged = as_int(rd.merged);
    info.wr_merged = as_int(wr.merged);
    info.unmap_merged = as_int(unmap.merged);
    info.failed_rd_operations = as_int(rd.failed);
    info.failed_wr_operations = as_int(wr.failed);
    info.failed_flush_operations = as_int(flush.failed);
    info.failed_unmap_operations = as_int(unmap.failed);
    info.invalid_rd_operations = as_int(rd.invalid);
    info.invalid_wr_operations = as_int(wr.invalid);
    info.invalid_flush_operations = as_int(flush.invalid);
    info.invalid_unmap_operations = as_int(unmap.invalid);
    auto show = [&](IoKind kind, std::optional<BlockLatencyHistogramInfo>& shown) {
        if (const auto& histogram = stats.histogram(kind)) shown = {histogram->boundaries, histogram->bins};
    };
    show(IoKind::read, info.rd_latency_histogram);
    show(IoKind::write, info.wr_latency_histogram);
    show(IoKind::flush, info.flush_latency_histogram);
    info.account_invalid = stats.account_invalid;
    info.account_failed = stats.account_failed;
    info.idle_time_ns = stats.idle_ns();
}

}  // namespace

BlockStatsInfo node_stats(const BlockNode& node) {
    BlockStatsInfo info;
    info.node_name = node.name();
    info.stats.wr_highest_offset = as_int(node.write_highest_offset());
    if (node.driver() == BlockdevDriver::file || node.driver() == BlockdevDriver::host_device) {
        const auto& discards = node.discard_stats();
        info.driver_specific =
            BlockStatsSpecific{node.driver(), BlockStatsSpecificFile{discards.ok, discards.failed, discards.bytes}};
    }
    if (node.child()) info.parent = std::make_shared<BlockStatsInfo>(node_stats(*node.child()));
    return info;
}

BlockStatsInfo backend_stats(const BlockBackend& backend) {
    BlockStatsInfo info;
    if (backend.root()) info = node_stats(*backend.root());
    info.device = backend.name();
    if (auto qdev = backend.qdev(); !qdev.empty()) info.qdev = std::move(qdev);
    show_counters(backend.stats(), info.stats);
    return info;
}

}  // namespace rhea
