#include "machine/devices/drive_properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "machine/block/backend.h"
#include "machine/devices/attached_drive.h"
#include "machine/devices/block_properties.h"
#include "qobject/convert.h"

namespace rhea {

namespace {

constexpr std::array<std::string_view, 8> kDiskOnly = {"cyls",  "heads", "secs",           "lcyls",
                                                       "lheads", "lsecs", "bios-chs-trans", "rotation_rate"};
constexpr std::uint64_t kSector = 512, kLeastBlock = 512, kMostBlock = 2 << 20, kMostIoSize = 0xffffffff;

Error property_not_found(std::string_view type_name, std::string_view name) {
    return Error::generic(fmt::format("Property '{}.{}' not found", type_name, name));
}

Result<void> check_names(const TypeInfo& type, std::string_view type_name, const QDict& pairs, bool disk) {
    for (const QDictEntry& entry : pairs) {
        const auto& members = type.members;
        const bool known = std::any_of(members.begin(), members.end(), [&](const Member& m) { return m.name == entry.key; });
        const bool absent = !disk && std::find(kDiskOnly.begin(), kDiskOnly.end(), entry.key) != kDiskOnly.end();
        if (!known || absent) return fail(property_not_found(type_name, entry.key));
    }
    return {};
}

Result<void> check_block(std::string_view name, const std::optional<std::uint64_t>& size) {
    if (!size || *size == 0) return {};
    if (*size < kLeastBlock || *size > kMostBlock)
        return fail(fmt::format("Property .{} doesn't take value {} (minimum: {}, maximum: {})", name, *size, kLeastBlock, kMostBlock));
    if (!std::has_single_bit(*size))
        return fail(fmt::format("Property .{} doesn't take value '{}', it's not a power of 2", name, *size));
    return {};
}

Result<void> check_io_size(std::string_view type_name, std::string_view name, const std::optional<std::uint64_t>& size) {
    if (size && *size > kMostIoSize)
        return fail(fmt::format("Property {}.{} doesn't take value {} (maximum: {})", type_name, name, *size, kMostIoSize));
    return {};
}

/// Each value by itself, as it is set.
template <class Options>
Result<void> check_values(std::string_view type_name, const Options& o) {
    RHEA_CHECK(check_block("logical_block_size", o.logical_block_size));
    RHEA_CHECK(check_block("physical_block_size", o.physical_block_size));
    RHEA_CHECK(check_io_size(type_name, "min_io_size", o.min_io_size));
    RHEA_CHECK(check_io_size(type_name, "opt_io_size", o.opt_io_size));
    return {};
}

template <class Options>
BlockSizes resolve(const Options& o) {
    const auto or_default = [](const std::optional<std::uint64_t>& size) {
        return static_cast<std::uint32_t>(size && *size ? *size : kLeastBlock);
    };
    return {or_default(o.logical_block_size), or_default(o.physical_block_size), o.discard_granularity.value_or(1) != 0};
}

/// The values against one another.
template <class Options>
Result<void> check_relations(const Options& o, std::uint64_t default_discard_granularity) {
    const auto sizes = resolve(o);
    if (sizes.logical > sizes.physical) return fail("logical_block_size > physical_block_size not supported");
    if (o.min_io_size.value_or(0) % sizes.logical != 0) return fail("min_io_size must be a multiple of logical_block_size");
    if (o.opt_io_size.value_or(0) % sizes.logical != 0) return fail("opt_io_size must be a multiple of logical_block_size");
    if (o.discard_granularity.value_or(default_discard_granularity) % sizes.logical != 0)
        return fail("discard_granularity must be a multiple of logical_block_size");
    return {};
}

}  // namespace

Result<IdeOptions> parse_ide_options(const QDict& pairs, bool cdrom, InputMode mode) {
    const auto type_name = cdrom ? "ide-cd" : "ide-hd";
    RHEA_CHECK(check_names(type_of<IdeOptions>(), type_name, pairs, !cdrom));
    auto options = RHEA_TRY(from_qdict<IdeOptions>(pairs, mode));
    RHEA_CHECK(check_values(type_name, options));
    return options;
}

Result<FloppyOptions> parse_floppy_options(const QDict& pairs, InputMode mode) {
    RHEA_CHECK(check_names(type_of<FloppyOptions>(), "floppy", pairs, true));
    auto options = RHEA_TRY(from_qdict<FloppyOptions>(pairs, mode));
    RHEA_CHECK(check_values("floppy", options));
    return options;
}

Result<BlockSizes> check_block_sizes(const IdeOptions& options) {
    if (options.discard_granularity.value_or(0) != 0 && *options.discard_granularity != kSector)
        return fail("discard_granularity must be 512 for ide");
    RHEA_CHECK(check_relations(options, kSector));
    const auto sizes = resolve(options);
    if (sizes.logical != kSector) return fail("logical_block_size must be 512 for IDE");
    return sizes;
}

Result<void> check_block_sizes(const FloppyOptions& options) {
    RHEA_CHECK(check_relations(options, 0));
    const auto sizes = resolve(options);
    if (sizes.logical != kLeastBlock || sizes.physical != kLeastBlock)
        return fail("Physical and logical block size must be 512 for floppy");
    return {};
}

Result<BlockSizes> check_block_sizes(const qom::Values& values, std::uint64_t default_discard) {
    struct {
        std::optional<std::uint64_t> logical_block_size, physical_block_size, min_io_size, opt_io_size, discard_granularity;
    } sizes;
    const auto said = [&](std::string_view name) {
        return values.given(name) ? std::optional(static_cast<std::uint64_t>(values.integer(name))) : std::nullopt;
    };
    sizes = {said("logical_block_size"), said("physical_block_size"), said("min_io_size"), said("opt_io_size"), said("discard_granularity")};
    RHEA_CHECK(check_relations(sizes, default_discard));
    return resolve(sizes);
}

QObject boot_index_of(const qom::Object& device) {
    const QObject* said = device.values().given("bootindex");
    return said ? *said : QObject(-1);
}

QObject drive_property(const BlockBackend& backend) {
    if (!backend.name().empty()) return backend.name();
    return backend.root() ? backend.root()->name() : std::string();
}

constinit const qom::ValueType kErrorPolicy{.name = "BlockdevOnError",
                                            .parse = &type_ref<BlockdevOnError>,
                                            .description = "Error handling policy, report/ignore/enospc/stop/auto"};
constinit const qom::ValueType kBiosTranslation{.name = "BiosAtaTranslation",
                                                .parse = &type_ref<BiosAtaTranslation>,
                                                .description = "Logical CHS translation algorithm, auto/none/lba/large/rechs"};
constinit const qom::ValueType kFloppyType{
    .name = "FdcDriveType", .parse = &type_ref<FdcDriveType>, .description = "FDC drive type, 144/288/120/none/auto"};

Error drive_value_not_found(std::string_view type_name, std::string_view value) {
    return Error::generic(fmt::format("Property '{}.drive' can't find value '{}'", type_name, value));
}

Error drive_in_use(std::string_view name) {
    return Error::generic(fmt::format("Drive '{}' is already in use by another device", name));
}

}  // namespace rhea
