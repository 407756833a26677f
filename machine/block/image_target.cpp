#include "machine/block/image_target.h"

#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/block/create_file.h"
#include "machine/block/flat_options.h"
#include "machine/not_yet.h"

namespace rhea {
namespace {

bool can_be_created(BlockdevDriver driver) {
    switch (driver) {
        case BlockdevDriver::file:
        case BlockdevDriver::host_device:
        case BlockdevDriver::luks:
        case BlockdevDriver::parallels:
        case BlockdevDriver::qcow:
        case BlockdevDriver::qcow2:
        case BlockdevDriver::qed:
        case BlockdevDriver::raw:
        case BlockdevDriver::vdi:
        case BlockdevDriver::vhdx:
        case BlockdevDriver::vmdk:
        case BlockdevDriver::vpc: return true;
        default: return false;
    }
}

Result<void> create_image(BlockLayer& layer, const std::string& format, const std::string& filename, std::uint64_t size) {
    const auto driver = enum_from_name<BlockdevDriver>(format);
    if (!driver) return fail(fmt::format("Unknown file format '{}'", format));
    if (!can_be_created(*driver)) return fail(fmt::format("Format driver '{}' does not support image creation", format));
    if (*driver != BlockdevDriver::raw && *driver != BlockdevDriver::file)
        return fail(not_supported(fmt::format("Creating images of format '{}'", format)));
    const auto file = RHEA_TRY(open_for_creation(layer.host(), filename));
    CreateFile options;
    options.filename = filename;
    options.size = size;
    return fill_created(file.get(), options);
}

}  // namespace

Result<std::shared_ptr<BlockNode>> open_image_target(BlockLayer& layer, const BlockNode& source, const ImageTarget& target) {
    auto format = target.format;
    if (target.mode == NewImageMode::absolute_paths) {
        if (!format) format = std::string(source.driver_name());
        RHEA_CHECK(create_image(layer, *format, target.filename, source.size()));
    }
    FlatOptions options{std::vector<std::pair<std::string, std::string>>{}};
    if (format) options.put("driver", *format);
    if (target.node_name) options.put("node-name", *target.node_name);
    if (target.unmap) options.put("discard", "unmap");
    if (target.detect_zeroes) options.put("detect-zeroes", "unmap");
    return layer.open_image(target.filename, std::move(options));
}

}  // namespace rhea
