#include "machine/block/info.h"

#include "machine/block/block_layer.h"
#include "machine/block/dirty_bitmap.h"
#include "machine/block/jobs/copy_nodes.h"

namespace rhea {
namespace {

void show_limit(const ThrottleLimit& limit, std::int64_t& average, std::optional<std::int64_t>& max,
                std::optional<std::int64_t>& length) {
    average = static_cast<std::int64_t>(limit.average);
    if (!limit.max) return;
    max = static_cast<std::int64_t>(limit.max);
    length = static_cast<std::int64_t>(limit.burst_length);
}

void show_throttle(const ThrottleGroup& group, BlockDeviceInfo& info) {
    using enum ThrottleBucket;
    const ThrottleConfig& config = group.config();
    show_limit(config.at(bps), info.bps, info.bps_max, info.bps_max_length);
    show_limit(config.at(bps_rd), info.bps_rd, info.bps_rd_max, info.bps_rd_max_length);
    show_limit(config.at(bps_wr), info.bps_wr, info.bps_wr_max, info.bps_wr_max_length);
    show_limit(config.at(iops), info.iops, info.iops_max, info.iops_max_length);
    show_limit(config.at(iops_rd), info.iops_rd, info.iops_rd_max, info.iops_rd_max_length);
    show_limit(config.at(iops_wr), info.iops_wr, info.iops_wr_max, info.iops_wr_max_length);
    if (config.iops_size) info.iops_size = static_cast<std::int64_t>(config.iops_size);
    info.group = group.name();
}

ImageInfo image_info(const BlockNode& node) {
    ImageInfo image;
    image.filename = node.filename();
    image.format = node.driver_name();
    image.virtual_size = static_cast<std::int64_t>(node.size());
    if (const auto bytes = node.allocated_size()) image.actual_size = static_cast<std::int64_t>(*bytes);
    if (node.has_image_info()) image.dirty_flag = false;
    return image;
}

}  // namespace

BlockDeviceInfo node_info(const BlockNode& node, const BlockBackend* backend, bool flat) {
    BlockDeviceInfo info;
    info.file = node.filename();
    info.node_name = node.name();
    info.ro = node.read_only();
    info.drv = node.driver_name();
    info.detect_zeroes = node.settings().detect_zeroes;
    info.write_threshold = static_cast<std::int64_t>(node.write_threshold());
    info.cache = {!backend || backend->write_cache(), node.settings().cache_direct, node.settings().cache_no_flush};
    if (!node.bitmaps().empty()) {
        info.dirty_bitmaps.emplace();  // the newest first
        for (auto bitmap = node.bitmaps().rbegin(); bitmap != node.bitmaps().rend(); ++bitmap)
            info.dirty_bitmaps->push_back((*bitmap)->info());
    }
    info.image = image_info(node);
    ImageInfo* last = &info.image;
    for (const BlockNode* filter = &node; !flat && filter->is_filter(); filter = filter->child()) {
        ++info.backing_file_depth;
        last->backing_image = std::make_shared<ImageInfo>(image_info(*filter->child()));
        last = last->backing_image.get();
    }
    if (backend && backend->throttle()) show_throttle(*backend->throttle(), info);
    return info;
}

BlockInfo backend_info(const BlockBackend& backend) {
    BlockInfo info;
    info.device = backend.name();
    if (auto qdev = backend.qdev(); !qdev.empty()) info.qdev = std::move(qdev);
    info.removable = backend.removable();
    if (const BlockDevice* device = backend.device()) {
        info.locked = device->medium_locked();
        if (device->has_tray()) info.tray_open = device->tray_open();
    }
    if (backend.io_status_enabled()) info.io_status = backend.io_status();
    const BlockNode* node = backend.root();
    for (const JobFilterNode* filter; (filter = dynamic_cast<const JobFilterNode*>(node)) && filter->implicit();) node = filter->child();
    if (node) info.inserted = node_info(*node, &backend);
    return info;
}

std::vector<BlockInfo> all_backend_info(const BlockLayer& layer) {
    std::vector<BlockInfo> all;
    for (const auto& backend : layer.backends())
        if (!backend->name().empty() || backend->device()) all.push_back(backend_info(*backend));
    return all;
}

}  // namespace rhea
