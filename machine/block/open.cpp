// How nodes come into being: from typed options (blockdev-add) or from a file name and dotted keys (-drive).
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "json/stream.h"
#include "machine/block/blkdebug_node.h"
#include "machine/block/block_layer.h"
#include "machine/block/driver_options.h"
#include "machine/block/file_node.h"
#include "machine/block/flat_options.h"
#include "machine/block/host.h"
#include "machine/block/null_node.h"
#include "machine/block/options.h"
#include "machine/block/probe.h"
#include "machine/block/raw_node.h"
#include "machine/block/trace_points.h"
#include "machine/not_yet.h"

namespace rhea {
namespace {

constexpr std::size_t kMaxNodeName = 31;
constexpr std::size_t kMaxDepth = 64;  // of nodes upon nodes: requests pass them on the stack

/// What a warning calls an image: the plain name of the lowest node that has one.
std::string plain_name(const BlockNode& top) {
    for (const BlockNode* node = &top; node; node = node->child())
        if (auto exact = node->exact_filename()) return *std::move(exact);
    return top.filename();
}

std::size_t height(const BlockNode* node) {
    std::size_t nodes = 0;
    for (; node; node = node->child()) ++nodes;
    return nodes;
}

bool in_this_build(BlockdevDriver driver) {
    switch (driver) {
        case BlockdevDriver::blkdebug:
        case BlockdevDriver::compress:
        case BlockdevDriver::copy_on_read:
        case BlockdevDriver::file:
        case BlockdevDriver::host_device:
        case BlockdevDriver::null_aio:
        case BlockdevDriver::null_co:
        case BlockdevDriver::raw:
        case BlockdevDriver::throttle: return true;
        default: return false;
    }
}

Error driver_not_supported(BlockdevDriver driver) {
    return not_supported(fmt::format("Block driver '{}'", enum_name(driver)));
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool well_formed(std::string_view name) {
    if (name.empty() || !is_letter(name[0])) return false;
    for (const char c : name)
        if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '-' && c != '.' && c != '_') return false;
    return true;
}

/// The protocol before the colon of "nbd:…"; a colon behind a slash is part of a path.
std::optional<std::string_view> protocol_prefix(std::string_view filename) {
    const std::size_t at = filename.find_first_of(":/");
    if (at == std::string_view::npos || filename[at] != ':') return std::nullopt;
    return filename.substr(0, at);
}

bool is_device(const std::string& path) {
    struct stat st {};
    return ::stat(path.c_str(), &st) == 0 && (S_ISBLK(st.st_mode) || S_ISCHR(st.st_mode));
}

Result<BlockdevDriver> driver_for_filename(std::string& filename) {
    const auto prefix = protocol_prefix(filename);
    if (!prefix) return is_device(filename) ? BlockdevDriver::host_device : BlockdevDriver::file;
    if (*prefix == "file") {
        filename.erase(0, prefix->size() + 1);
        return BlockdevDriver::file;
    }
    const auto driver = enum_from_name<BlockdevDriver>(*prefix);
    if (driver == BlockdevDriver::null_co || driver == BlockdevDriver::null_aio || driver == BlockdevDriver::blkdebug)
        return *driver;
    return fail(fmt::format("Unknown protocol '{}'", *prefix));
}

}  // namespace

/// What a node defined inside another one takes over from it.
struct BlockLayer::Inherited {
    std::optional<bool> read_only, auto_read_only, force_share, direct, no_flush;
    std::size_t depth = 0;

    static Inherited from(const BlockdevOptions& options, const Inherited* above) {
        const auto pick = [](const std::optional<bool>& own, const std::optional<bool>& other) { return own ? own : other; };
        const Inherited none, &a = above ? *above : none;
        const BlockdevCache cache = options.cache.value_or(BlockdevCache{});
        return {pick(options.read_only, a.read_only),     pick(options.auto_read_only, a.auto_read_only),
                pick(options.force_share, a.force_share), pick(cache.direct, a.direct),
                pick(cache.no_flush, a.no_flush),         a.depth + 1};
    }
};

std::string BlockLayer::generate_node_name() {
    // Two digits by chance, as QEMU's, keep clients from counting on the name.
    random_ = random_ * 6364136223846793005u + 1442695040888963407u;
    return fmt::format("#block{}{:02}", node_names_++, (random_ >> 33) % 100);
}

Result<void> BlockLayer::check_node_name(const std::string& name) const {
    if (!well_formed(name)) return fail(fmt::format("Invalid node-name: '{}'", name));
    if (find_backend(name)) return fail(fmt::format("node-name={} is conflicting with a device id", name));
    if (find_node(name)) return fail(fmt::format("Duplicate nodes with node-name='{}'", name));
    if (name.size() > kMaxNodeName) return fail("Node name too long");
    return {};
}

Result<BlockNodeSettings> BlockLayer::make_settings(const BlockdevOptions& options, const Inherited* parent) {
    const Inherited all = Inherited::from(options, parent);
    BlockNodeSettings settings;
    settings.read_only = all.read_only.value_or(false);
    settings.auto_read_only = all.auto_read_only.value_or(false);
    settings.force_share = all.force_share.value_or(false);
    settings.cache_direct = all.direct.value_or(false);
    settings.cache_no_flush = all.no_flush.value_or(false);
    // A child gets what its parent lets through.
    settings.unmap = options.discard ? options.discard == BlockdevDiscard::unmap : parent != nullptr;
    settings.detect_zeroes = options.detect_zeroes.value_or(BlockdevDetectZeroes::off);
    if (settings.force_share && !settings.read_only) return fail("force-share=on can only be used with read-only images");
    if (options.node_name) RHEA_CHECK(check_node_name(*options.node_name));
    if (settings.detect_zeroes == BlockdevDetectZeroes::unmap && !settings.unmap)
        return fail("setting detect-zeroes to unmap is not allowed without setting discard operation to unmap");
    settings.name = options.node_name ? *options.node_name : generate_node_name();
    return settings;
}

Result<std::shared_ptr<BlockNode>> BlockLayer::make_node(const BlockdevOptions& options, const Inherited* parent,
                                                         std::shared_ptr<BlockNode> child, bool probed) {
    if (height(child.get()) >= kMaxDepth) return fail("Too many nested block nodes");
    auto settings = RHEA_TRY(make_settings(options, parent));
    Result<std::shared_ptr<BlockNode>> node;
    switch (options.driver) {
        case BlockdevDriver::file:
        case BlockdevDriver::host_device:
            node = FileNode::open(host_, options.driver, std::move(settings), std::get<BlockdevFile>(options.u));
            break;
        case BlockdevDriver::null_aio:
        case BlockdevDriver::null_co: node = NullNode::open(options, std::move(settings)); break;
        case BlockdevDriver::raw: node = RawNode::open(options, std::move(settings), std::move(child), probed); break;
        case BlockdevDriver::blkdebug: node = BlkdebugNode::open(options, std::move(settings), std::move(child)); break;
        case BlockdevDriver::copy_on_read: {
            const auto& cor = std::get<BlockdevCor>(options.u);
            node = CopyOnReadNode::open(cor, std::move(settings), std::move(child), find_node(cor.bottom.value_or("")));
            break;
        }
        case BlockdevDriver::throttle: {
            auto group = RHEA_TRY(named_throttle_group(std::get<BlockdevThrottle>(options.u).throttle_group));
            node = ThrottleNode::open(std::move(group), std::move(settings), std::move(child));
            break;
        }
        case BlockdevDriver::compress:
            // No format of this build can write compressed data.
            return fail(fmt::format("Compression is not supported for underlying format: {}", child->driver_name()));
        default: return fail(driver_not_supported(options.driver));
    }
    if (!node) return node;
    trace_block<"bdrv_open_common">("bs {} filename \"{}\" format_name \"{}\"", fmt::ptr(node->get()), (*node)->exact_filename().value_or(""),
                                    (*node)->driver_name());
    (*node)->set_options(std::make_shared<const BlockdevOptions>(options));
    nodes_.push_back(*node);
    return node;
}

Result<std::shared_ptr<BlockNode>> BlockLayer::open_options(const BlockdevOptions& options, const Inherited* parent) {
    std::shared_ptr<BlockNode> child;
    if (!in_this_build(options.driver)) return fail(driver_not_supported(options.driver));
    if (const BlockdevRef* ref = child_of(options)) {
        const Inherited inherited = Inherited::from(options, parent);
        if (inherited.depth > kMaxDepth) return fail("Too many nested block nodes");
        child = ref->definition ? RHEA_TRY(open_options(*ref->definition, &inherited))
                                : RHEA_TRY(lookup(ref->reference, ref->reference));
    }
    return make_node(options, parent, std::move(child), false);
}

Result<std::shared_ptr<BlockNode>> BlockLayer::open_reference(const BlockdevRef& reference) {
    if (reference.definition) return open_options(*reference.definition, nullptr);
    return lookup(reference.reference, reference.reference);
}

Result<BlockNodeSettings> BlockLayer::filter_settings(const BlockNode& below, const std::optional<std::string>& name) {
    if (name) RHEA_CHECK(check_node_name(*name));
    BlockNodeSettings settings = below.settings();
    settings.name = name ? *name : generate_node_name();
    settings.detect_zeroes = BlockdevDetectZeroes::off;
    return settings;
}

Result<void> BlockLayer::add_node(const BlockdevOptions& options) {
    if (!options.node_name) return fail("'node-name' must be specified for the root node");
    auto node = RHEA_TRY(open_options(options, nullptr));
    node->set_monitor_owned(true);
    monitor_nodes_.push_back(std::move(node));
    return {};
}

Result<std::shared_ptr<BlockNode>> BlockLayer::open_image(std::optional<std::string> filename, FlatOptions flat) {
    return open_flat(std::move(filename), std::move(flat), nullptr);
}

Result<std::shared_ptr<BlockNode>> BlockLayer::open_flat(std::optional<std::string> filename, FlatOptions flat,
                                                         const Inherited* parent) {
    if (filename && filename->rfind("json:", 0) == 0) {
        auto parsed = json::parse(std::string_view(*filename).substr(5));
        if (!parsed) return fail(std::move(parsed).error().prefixed("Could not parse the JSON options: "));
        const QDict* dict = parsed->dict();
        if (!dict) return fail("Invalid JSON object given");
        FlatOptions named = FlatOptions::from_dict(*dict);
        while (!named.empty()) {
            const std::string key = named.first_key();
            flat.put_default(key, *named.take_value(key));
        }
        filename.reset();
    }
    if (auto own = flat.take("filename")) {
        if (filename) return fail("Can't specify 'file' and 'filename' options at the same time");
        filename = std::move(own);
    }
    BlockdevOptions options;
    const auto driver_name = flat.take("driver");
    std::optional<BlockdevDriver> driver;
    if (driver_name) {
        driver = enum_from_name<BlockdevDriver>(*driver_name);
        if (!driver) return fail(fmt::format("Unknown driver '{}'", *driver_name));
        if (!in_this_build(*driver)) return fail(driver_not_supported(*driver));
    } else if (parent) {
        if (!filename) return fail("Must specify either driver or file");
        driver = RHEA_TRY(driver_for_filename(*filename));
    }
    RHEA_CHECK(take_common(flat, options));
    options.driver = driver.value_or(BlockdevDriver::raw);
    const Inherited inherited = Inherited::from(options, parent);
    if (inherited.depth > kMaxDepth) return fail("Too many nested block nodes");
    std::shared_ptr<BlockNode> child;
    if (const std::string_view key = child_option(options.driver); !key.empty()) {
        if (options.driver == BlockdevDriver::blkdebug && filename)
            filename = RHEA_TRY(take_blkdebug_filename(flat, *filename));
        FlatOptions below = flat.take_group(key);
        const auto reference = flat.take(key);
        if (reference && parent) {
            child = RHEA_TRY(lookup(*reference, *reference));
        } else if (filename || !below.empty()) {
            if (filename && below.contains("filename"))
                return fail("Can't specify 'file' and 'filename' options at the same time");
            child = RHEA_TRY(open_flat(std::move(filename), std::move(below), &inherited));
        } else {
            return fail(driver ? fmt::format("A block device must be specified for \"{}\"", key)
                               : "Must specify either driver or file");
        }
        if (!driver) {
            std::array<std::uint8_t, kProbeBytes> head{};
            const std::size_t bytes = std::min<std::size_t>(head.size(), child->size());
            if (const int error = child->pread(0, std::span(head).first(bytes)))
                return fail(fmt::format("Could not read image for determining its format: {}", std::strerror(error)));
            if (const auto format = probe_format(head); format != "raw")
                return fail(fmt::format("Could not open '{}': image format '{}' is not supported by this build",
                                        child->filename(), format));
        }
        if (flat.contains("backing")) return fail("Driver doesn't support backing files");
        filename.reset();
    }
    RHEA_CHECK(take_driver_options(flat, options, std::move(filename)));
    auto node = RHEA_TRY(make_node(options, parent, std::move(child), !driver));
    if (!driver && !node->read_only()) {
        host_.warn(
            fmt::format("WARNING: Image format was not specified for '{}' and probing guessed raw.\n"
                        "         Automatically detecting the format is dangerous for raw images, write operations on "
                        "block 0 will be restricted.\n"
                        "         Specify the 'raw' format explicitly to remove the restrictions.\n",
                        plain_name(*node)));
    }
    if (!flat.empty()) {
        if (is_protocol(options.driver))
            return fail(
                fmt::format("Block protocol '{}' doesn't support the option '{}'", node->driver_name(), flat.first_key()));
        return fail(
            fmt::format("Block format '{}' does not support the option '{}'", node->driver_name(), flat.first_key()));
    }
    return node;
}

}  // namespace rhea
