#include "machine/devices/attached_drive.h"

#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/platform.h"
#include "machine/qom/tree.h"

namespace rhea {

namespace {

constexpr std::size_t kSector = 512;

BlockdevOnError policy(const qom::Values& values, std::string_view name) {
    if (!values.type().find(name)) return BlockdevOnError::automatic;
    return enum_from_name<BlockdevOnError>(values.text(name).value_or("auto")).value_or(BlockdevOnError::automatic);
}

}  // namespace

Result<BlockBackend*> drive_of_values(BlockLayer& block, const qom::Values& values) {
    const auto drive = values.text("drive");
    if (!drive) return static_cast<BlockBackend*>(nullptr);
    return block.backend_for_property(fmt::format("{}.drive", values.type().name), *drive);
}

void release_drive(BlockBackend& backend) {
    if (backend.name().empty() && !backend.device()) backend.detach();
}

void leave_drive(BlockBackend& backend, const BlockDevice& device, bool realized) {
    if (backend.device() != &device) return;
    if (realized) backend.retire();
    else backend.detach();
}

std::string future_name(const qom::Creation& creation) {
    return creation.id.empty() ? creation.platform.tree.next_path({}) : creation.id;
}

Result<void> attach_drive(BlockBackend& backend, BlockDevice& device, const qom::Values& values, BlockUse use) {
    use.share_rw = values.boolean("share-rw");
    use.rerror = policy(values, "rerror");
    use.werror = policy(values, "werror");
    RHEA_CHECK(backend.attach(device, use));
    const auto decide = [&](std::string_view name, auto set) {
        const auto value = values.type().find(name) ? values.text(name) : std::nullopt;
        if (value && *value != "auto") set(*value == "on");
    };
    decide("write-cache", [&](bool on) { backend.set_write_cache(on); });
    decide("account-invalid", [&](bool on) { backend.stats().account_invalid = on; });
    decide("account-failed", [&](bool on) { backend.stats().account_failed = on; });
    return {};
}

Result<DiskGeometry> resolve_geometry(const qom::Values& values, std::uint32_t most_heads, BlockBackend& backend) {
    std::vector<std::uint8_t> sector(kSector);
    if (!backend.inserted() || backend.read_now(0, sector) != 0) sector.clear();
    const auto number = [&](std::string_view name) { return static_cast<std::uint32_t>(values.integer(name)); };
    return resolve_geometry({number("cyls"), number("heads"), number("secs")}, most_heads, backend.size() / kSector, sector);
}

}  // namespace rhea
