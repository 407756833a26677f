#include "machine/block/drive.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "machine/block/backend.h"
#include "machine/block/block_layer.h"
#include "machine/block/host.h"

namespace rhea {
namespace {

constexpr std::array<std::string_view, 9> kInterfaceNames = {"none", "ide", "scsi",   "floppy", "pflash",
                                                             "mtd",  "sd",  "virtio", "xen"};

bool has_policies(DriveInterface interface) {
    return interface == DriveInterface::ide || interface == DriveInterface::scsi || interface == DriveInterface::virtio ||
           interface == DriveInterface::none;
}

struct Alias {
    std::string_view old_name, name;
};
constexpr Alias kAliases[] = {
    {"iops", "throttling.iops-total"},
    {"iops_rd", "throttling.iops-read"},
    {"iops_wr", "throttling.iops-write"},
    {"bps", "throttling.bps-total"},
    {"bps_rd", "throttling.bps-read"},
    {"bps_wr", "throttling.bps-write"},
    {"iops_max", "throttling.iops-total-max"},
    {"iops_rd_max", "throttling.iops-read-max"},
    {"iops_wr_max", "throttling.iops-write-max"},
    {"bps_max", "throttling.bps-total-max"},
    {"bps_rd_max", "throttling.bps-read-max"},
    {"bps_wr_max", "throttling.bps-write-max"},
    {"iops_size", "throttling.iops-size"},
    {"group", "throttling.group"},
    {"readonly", "read-only"},
};

constexpr std::array<std::string_view, kThrottleBuckets> kBucketNames = {"bps-total",  "bps-read",  "bps-write",
                                                                         "iops-total", "iops-read", "iops-write"};

struct CacheMode {
    std::string_view name;
    bool writeback, direct, no_flush;
};
constexpr CacheMode kCacheModes[] = {
    {"none", true, true, false},           {"off", true, true, false},    {"writeback", true, false, false},
    {"writethrough", false, false, false}, {"unsafe", true, false, true}, {"directsync", false, true, false},
};

Result<void> expand_cache(FlatOptions& flat) {
    const auto cache = flat.take("cache");
    if (!cache) return {};
    for (const CacheMode& mode : kCacheModes) {
        if (mode.name != *cache) continue;
        flat.put_default("cache.writeback", mode.writeback);
        flat.put_default("cache.direct", mode.direct);
        flat.put_default("cache.no-flush", mode.no_flush);
        return {};
    }
    return fail("invalid cache option");
}

Result<std::optional<int>> take_place(FlatOptions& flat, std::string_view key) {
    const auto number = RHEA_TRY(flat.take_number(key));
    if (!number) return std::nullopt;
    const int place = static_cast<int>(static_cast<std::uint32_t>(*number));
    return place == -1 ? std::nullopt : std::optional(place);
}

Result<BlockdevOnError> parse_policy(const std::string& text, bool is_read) {
    const auto policy = enum_from_name<BlockdevOnError>(text);
    if (!policy || policy == BlockdevOnError::automatic || (is_read && policy == BlockdevOnError::enospc))
        return fail(fmt::format("'{}' invalid {} error action", text, is_read ? "read" : "write"));
    return *policy;
}

Result<ThrottleConfig> take_throttle(FlatOptions& flat) {
    ThrottleConfig config;
    for (std::size_t i = 0; i < kThrottleBuckets; ++i) {
        const std::string key = fmt::format("throttling.{}", kBucketNames[i]);
        ThrottleLimit& limit = config.limits[i];
        limit.average = RHEA_TRY(flat.take_number(key)).value_or(0);
        limit.max = RHEA_TRY(flat.take_number(key + "-max")).value_or(0);
        limit.burst_length = RHEA_TRY(flat.take_number(key + "-max-length")).value_or(1);
    }
    config.iops_size = RHEA_TRY(flat.take_number("throttling.iops-size")).value_or(0);
    RHEA_CHECK(config.check());
    return config;
}

bool well_formed_id(std::string_view id) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (id.empty() || !letter(id[0])) return false;
    for (const char c : id)
        if (!letter(c) && !(c >= '0' && c <= '9') && c != '-' && c != '.' && c != '_') return false;
    return true;
}

std::string default_name(DriveInterface interface, DriveMedia media, bool by_bus, int bus, int unit) {
    const std::string_view name = drive_interface_name(interface);
    const bool shows_media = interface == DriveInterface::ide || interface == DriveInterface::scsi;
    const std::string_view kind = !shows_media ? "" : media == DriveMedia::cdrom ? "-cd" : "-hd";
    return by_bus ? fmt::format("{}{}{}{}", name, bus, kind, unit) : fmt::format("{}{}{}", name, kind, unit);
}

}  // namespace

std::string_view drive_interface_name(DriveInterface interface) {
    return kInterfaceNames[static_cast<std::size_t>(interface)];
}

std::string DriveInfo::unclaimed_error() const {
    return fmt::format("machine type does not support if={},bus={},unit={}", drive_interface_name(interface), bus, unit);
}

Result<DriveOptions> DriveOptions::parse(const std::vector<std::pair<std::string, std::string>>& pairs,
                                         DriveInterface default_interface) {
    FlatOptions flat(pairs);
    DriveOptions drive;
    if (auto id = flat.take("id")) {
        if (!well_formed_id(*id))
            return fail(Error::invalid_parameter_value("id", "an identifier")
                            .with_hint("Identifiers consist of letters, digits, '-', '.', '_', starting with a letter."));
        drive.id = *id;
    }
    for (const Alias& alias : kAliases)
        if (!flat.rename(alias.old_name, alias.name))
            return fail(fmt::format("'{}' and its alias '{}' can't be used at the same time", alias.name, alias.old_name));
    RHEA_CHECK(expand_cache(flat));

    drive.index = RHEA_TRY(take_place(flat, "index"));
    drive.bus = RHEA_TRY(take_place(flat, "bus"));
    drive.unit = RHEA_TRY(take_place(flat, "unit"));
    drive.copy_on_read = RHEA_TRY(flat.take_bool("copy-on-read")).value_or(false);
    drive.read_only = RHEA_TRY(flat.take_bool("read-only")).value_or(false);
    if (const auto media = flat.take("media")) {
        if (*media == "cdrom") drive.media = DriveMedia::cdrom;
        else if (*media != "disk") return fail(fmt::format("'{}' invalid media", *media));
    }
    if (drive.media == DriveMedia::cdrom) drive.read_only = true;
    drive.interface = default_interface;
    if (const auto name = flat.take("if")) {
        const auto it = std::find(kInterfaceNames.begin(), kInterfaceNames.end(), *name);
        if (it == kInterfaceNames.end()) return fail(fmt::format("unsupported bus type '{}'", *name));
        drive.interface = static_cast<DriveInterface>(it - kInterfaceNames.begin());
    }
    if (drive.index && (drive.bus.value_or(0) != 0 || drive.unit)) return fail("index cannot be used with bus and unit");
    drive.filename = flat.take("file");
    if (drive.filename && drive.filename->empty()) drive.filename.reset();
    const auto werror = flat.take("werror"), rerror = flat.take("rerror");
    if (werror && !has_policies(drive.interface)) return fail("werror is not supported by this bus type");
    if (rerror && !has_policies(drive.interface)) return fail("rerror is not supported by this bus type");

    drive.snapshot = RHEA_TRY(flat.take_bool("snapshot")).value_or(false);
    drive.account_invalid = RHEA_TRY(flat.take_bool("stats-account-invalid")).value_or(true);
    drive.account_failed = RHEA_TRY(flat.take_bool("stats-account-failed")).value_or(true);
    drive.write_cache = RHEA_TRY(flat.take_bool("cache.writeback")).value_or(true);
    const auto aio = flat.take("aio");
    const auto aio_kind = aio ? enum_from_name<BlockdevAio>(*aio) : std::nullopt;
    if (aio && !aio_kind) return fail("invalid aio option");
    drive.throttle_group = flat.take("throttling.group");
    drive.throttle = RHEA_TRY(take_throttle(flat));
    if (const auto text = flat.take("detect-zeroes")) {
        const auto value = enum_from_name<BlockdevDetectZeroes>(*text);
        if (!value) return fail(fmt::format("invalid parameter value: {}", *text));
        drive.detect_zeroes = *value;
    }
    if (auto format = flat.take("format")) {
        if (flat.contains("driver")) return fail("Cannot specify both 'driver' and 'format'");
        flat.put("driver", *format);
    }
    if (werror) drive.werror = RHEA_TRY(parse_policy(*werror, false));
    if (rerror) drive.rerror = RHEA_TRY(parse_policy(*rerror, true));
    drive.node = std::move(flat);
    if (!drive.empty() && aio_kind == BlockdevAio::native) {
        FlatOptions peek = drive.node;
        if (!RHEA_TRY(peek.take_bool("cache.direct")).value_or(false))
            return fail("aio=native was specified, but it requires cache.direct=on, which was not specified.");
    }
    return drive;
}

int BlockLayer::units_per_bus(DriveInterface interface) const {
    if (interface == DriveInterface::ide) return ide_units_;
    return interface == DriveInterface::scsi ? 7 : 0;
}

Result<DriveInfo*> BlockLayer::add_drive(const DriveOptions& options) {
    const int max = units_per_bus(options.interface);
    int bus = options.bus.value_or(0);
    int unit = options.unit.value_or(-1);
    if (options.index) {
        bus = max ? *options.index / max : 0;
        unit = max ? *options.index % max : *options.index;
    }
    if (unit == -1) {
        unit = 0;
        while (find_drive_at(options.interface, bus, unit)) {
            if (++unit < max || !max) continue;
            unit = 0;
            ++bus;
        }
    }
    if (max && unit >= max) return fail(fmt::format("unit {} too big (max is {})", unit, max - 1));
    if (find_drive_at(options.interface, bus, unit))
        return fail(fmt::format("drive with bus={}, unit={} (index={}) exists", bus, unit, options.index.value_or(-1)));
    const std::string name = options.id.empty() ? default_name(options.interface, options.media, max != 0, bus, unit) : options.id;
    if (find_backend(name)) return fail(fmt::format("Duplicate ID '{}' for drive", name));
    if (find_node(name)) return fail(fmt::format("Device name '{}' conflicts with an existing node name", name));
    if (options.snapshot) return fail("snapshot=on is not supported by this build");

    std::shared_ptr<BlockNode> node;
    if (!options.empty()) {
        FlatOptions flat = options.node;
        flat.put("read-only", options.read_only);
        flat.put_default("auto-read-only", true);
        node = RHEA_TRY(open_image(options.filename, std::move(flat)));
        node->set_detect_zeroes(options.detect_zeroes);
    }
    BlockBackend& backend = make_backend(name);
    BlockBackend::RootState state;
    state.read_only = options.read_only;
    state.detect_zeroes = options.detect_zeroes;
    backend.set_root_state(state);
    backend.set_policies(options.rerror, options.werror);
    backend.set_write_cache(options.write_cache);
    backend.stats().account_invalid = options.account_invalid;
    backend.stats().account_failed = options.account_failed;
    if (options.throttle.enabled()) {
        auto group = throttle_group(options.throttle_group.value_or(name));
        group->set(options.throttle);
        backend.set_throttle(std::move(group));
    }
    if (node) {
        if (auto done = insert(backend, std::move(node)); !done) {
            remove_backend(backend);
            return fail(std::move(done).error());
        }
    }
    drives_.push_back(std::make_unique<DriveInfo>(DriveInfo{options.interface, bus, unit, options.media, &backend}));
    return drives_.back().get();
}

}  // namespace rhea
