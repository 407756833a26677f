#include "machine/block/driver_options.h"

#include <fmt/format.h>

#include "machine/block/blkdebug_rules.h"
#include "qobject/convert.h"

namespace rhea {
namespace {

Result<std::int64_t> to_int64(std::uint64_t value, std::string_view key) {
    if (value > INT64_MAX) return fail(Error::invalid_parameter_value(key, "a non-negative number below 2^64"));
    return static_cast<std::int64_t>(value);
}

Result<std::optional<std::int64_t>> take_bytes(FlatOptions& flat, BlockdevOptions& options, std::string_view key) {
    FlatOptions as_written = flat;
    const auto bytes = RHEA_TRY(flat.take_size(key));
    if (!bytes) return std::nullopt;
    options.written.put(std::string(key), *as_written.take_value(key));
    return RHEA_TRY(to_int64(*bytes, key));
}

Result<void> take_file(FlatOptions& flat, BlockdevOptions& options, std::optional<std::string> filename) {
    BlockdevFile file;
    file.filename = filename.value_or("");
    file.locking = RHEA_TRY(flat.take_enum<FileLocking>("locking"));
    file.aio = RHEA_TRY(flat.take_enum<BlockdevAio>("aio"));
    file.pr_manager = flat.take("pr-manager");
    if (const auto batch = RHEA_TRY(flat.take_number("aio-max-batch")))
        file.aio_max_batch = RHEA_TRY(to_int64(*batch, "aio-max-batch"));
    file.drop_cache = RHEA_TRY(flat.take_bool("drop-cache"));
    file.x_check_cache_dropped = RHEA_TRY(flat.take_bool("x-check-cache-dropped"));
    options.u = file;
    return {};
}

Result<void> take_null(FlatOptions& flat, BlockdevOptions& options, const std::optional<std::string>& filename) {
    const std::string only = fmt::format("{}://", enum_name(options.driver));
    if (filename && *filename != only) return fail(fmt::format("The only allowed filename for this driver is '{}'", only));
    BlockdevNull null;
    null.size = RHEA_TRY(take_bytes(flat, options, "size"));
    null.latency_ns = RHEA_TRY(flat.take_number("latency-ns"));
    FlatOptions as_written = flat;
    null.read_zeroes = RHEA_TRY(flat.take_bool("read-zeroes"));
    if (null.read_zeroes) options.written.put("read-zeroes", *as_written.take_value("read-zeroes"));
    options.u = null;
    return {};
}

Result<void> take_raw(FlatOptions& flat, BlockdevOptions& options) {
    BlockdevRaw raw;
    raw.offset = RHEA_TRY(take_bytes(flat, options, "offset"));
    raw.size = RHEA_TRY(take_bytes(flat, options, "size"));
    options.u = raw;
    return {};
}

template <class Rule>
Result<std::optional<std::vector<Rule>>> take_rules(FlatOptions& flat, std::string_view name,
                                                    Result<Rule> (&take)(FlatOptions&)) {
    std::vector<Rule> rules;
    for (;;) {
        FlatOptions one = flat.take_group(fmt::format("{}.{}", name, rules.size()));
        if (one.empty()) break;
        rules.push_back(RHEA_TRY(take(one)));
        if (!one.empty())
            return fail(fmt::format("[{}] section doesn't support the option '{}'", name, one.first_key()));
    }
    if (rules.empty()) return std::nullopt;
    return rules;
}

Result<std::optional<std::vector<BlockPermission>>> take_permissions(FlatOptions& flat, std::string_view name) {
    std::vector<BlockPermission> list;
    while (const auto one = RHEA_TRY(flat.take_enum<BlockPermission>(fmt::format("{}.{}", name, list.size()))))
        list.push_back(*one);
    if (list.empty()) return std::nullopt;
    return list;
}

Result<void> take_blkdebug(FlatOptions& flat, BlockdevOptions& options) {
    BlockdevBlkdebug blkdebug;
    QDict written = flat.to_dict();
    blkdebug.config = flat.take("config");
    blkdebug.inject_error = RHEA_TRY(take_rules(flat, "inject-error", take_inject_error));
    blkdebug.set_state = RHEA_TRY(take_rules(flat, "set-state", take_set_state));
    const auto take_limit = [&](std::string_view key) -> Result<std::optional<std::int32_t>> {
        const auto bytes = RHEA_TRY(flat.take_size(key));
        if (!bytes) return std::nullopt;
        if (*bytes >= INT32_MAX) return fail(fmt::format("Cannot meet constraints with {} {}", key, *bytes));
        return static_cast<std::int32_t>(*bytes);
    };
    blkdebug.align = RHEA_TRY(take_limit("align"));
    blkdebug.max_transfer = RHEA_TRY(take_limit("max-transfer"));
    blkdebug.opt_write_zero = RHEA_TRY(take_limit("opt-write-zero"));
    blkdebug.max_write_zero = RHEA_TRY(take_limit("max-write-zero"));
    blkdebug.opt_discard = RHEA_TRY(take_limit("opt-discard"));
    blkdebug.max_discard = RHEA_TRY(take_limit("max-discard"));
    blkdebug.take_child_perms = RHEA_TRY(take_permissions(flat, "take-child-perms"));
    blkdebug.unshare_child_perms = RHEA_TRY(take_permissions(flat, "unshare-child-perms"));
    for (const QDictEntry& entry : flat.to_dict()) written.erase(entry.key);
    options.written = std::move(written);
    options.u = std::move(blkdebug);
    return {};
}

Result<void> take_throttle(FlatOptions& flat, BlockdevOptions& options) {
    const auto group = flat.take("throttle-group");
    if (!group) return fail("Please specify a throttle group");
    options.u = BlockdevThrottle{*group, {}};
    return {};
}

}  // namespace

Result<void> take_driver_options(FlatOptions& flat, BlockdevOptions& options, std::optional<std::string> filename) {
    switch (options.driver) {
        case BlockdevDriver::file:
        case BlockdevDriver::host_device: return take_file(flat, options, std::move(filename));
        case BlockdevDriver::null_aio:
        case BlockdevDriver::null_co: return take_null(flat, options, filename);
        case BlockdevDriver::blkdebug: return take_blkdebug(flat, options);
        case BlockdevDriver::throttle: return take_throttle(flat, options);
        case BlockdevDriver::copy_on_read: options.u = BlockdevCor{{}, flat.take("bottom")}; return {};
        case BlockdevDriver::compress: options.u = BlockdevGenericFormat{}; return {};
        default: return take_raw(flat, options);
    }
}

Result<void> take_common(FlatOptions& flat, BlockdevOptions& options) {
    options.node_name = flat.take("node-name");
    if (const auto discard = flat.take("discard")) {
        if (*discard == "unmap" || *discard == "on") options.discard = BlockdevDiscard::unmap;
        else if (*discard == "ignore" || *discard == "off") options.discard = BlockdevDiscard::ignore;
        else return fail("Invalid discard option");
    }
    BlockdevCache cache;
    cache.direct = RHEA_TRY(flat.take_bool("cache.direct"));
    cache.no_flush = RHEA_TRY(flat.take_bool("cache.no-flush"));
    if (cache.direct || cache.no_flush) options.cache = cache;
    options.read_only = RHEA_TRY(flat.take_bool("read-only"));
    options.auto_read_only = RHEA_TRY(flat.take_bool("auto-read-only"));
    options.force_share = RHEA_TRY(flat.take_bool("force-share"));
    options.detect_zeroes = RHEA_TRY(flat.take_enum<BlockdevDetectZeroes>("detect-zeroes"));
    return {};
}

Result<std::string> take_blkdebug_filename(FlatOptions& flat, std::string_view filename) {
    constexpr std::string_view kPrefix = "blkdebug:";
    if (!filename.starts_with(kPrefix)) return std::string(filename);
    filename.remove_prefix(kPrefix.size());
    const std::size_t colon = filename.find(':');
    if (colon == std::string_view::npos) return fail("blkdebug requires both config file and image path");
    if (colon > 0) flat.put("config", filename.substr(0, colon));
    return std::string(filename.substr(colon + 1));
}

std::string_view child_option(BlockdevDriver driver) {
    switch (driver) {
        case BlockdevDriver::blkdebug: return "image";
        case BlockdevDriver::compress:
        case BlockdevDriver::copy_on_read:
        case BlockdevDriver::raw:
        case BlockdevDriver::throttle: return "file";
        default: return {};
    }
}

const BlockdevRef* child_of(const BlockdevOptions& options) {
    if (const auto* raw = std::get_if<BlockdevRaw>(&options.u)) return &raw->file;
    if (const auto* blkdebug = std::get_if<BlockdevBlkdebug>(&options.u)) return &blkdebug->image;
    if (const auto* throttle = std::get_if<BlockdevThrottle>(&options.u)) return &throttle->file;
    if (const auto* cor = std::get_if<BlockdevCor>(&options.u)) return &cor->file;
    if (const auto* compress = std::get_if<BlockdevGenericFormat>(&options.u)) return &compress->file;
    return nullptr;
}

QDict flat_options(const BlockdevOptions& options) {
    return FlatOptions::from_dict(*to_qobject(options).dict()).to_dict();
}

bool is_protocol(BlockdevDriver driver) { return driver == BlockdevDriver::blkdebug || child_option(driver).empty(); }

}  // namespace rhea
