#pragma once
/// The options of block nodes, typed as blockdev-add takes them. -drive's text is turned into these (flat_options.h).
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "qobject/describe.h"

namespace rhea {

/// The drivers of this build; blockdev-add knows no other name.
enum class BlockdevDriver { file, host_device, null_aio, null_co, raw };
template <>
inline constexpr auto description<BlockdevDriver> = enumeration<BlockdevDriver>("BlockdevDriver", "file", "host_device",
                                                                                "null-aio", "null-co", "raw");

enum class BlockdevDiscard { ignore, unmap };
template <>
inline constexpr auto description<BlockdevDiscard> = enumeration<BlockdevDiscard>("BlockdevDiscardOptions", "ignore",
                                                                                  "unmap");

enum class BlockdevDetectZeroes { off, on, unmap };
template <>
inline constexpr auto description<BlockdevDetectZeroes> = enumeration<BlockdevDetectZeroes>("BlockdevDetectZeroesOptions",
                                                                                            "off", "on", "unmap");

enum class FileLocking { automatic, on, off };
template <>
inline constexpr auto description<FileLocking> = enumeration<FileLocking>("OnOffAuto", "auto", "on", "off");

enum class BlockdevAio { threads, native, io_uring };
template <>
inline constexpr auto description<BlockdevAio> = enumeration<BlockdevAio>("BlockdevAioOptions", "threads", "native",
                                                                          "io_uring");

struct BlockdevCache {
    std::optional<bool> direct;
    std::optional<bool> no_flush;
};
template <>
inline constexpr auto description<BlockdevCache> = object("BlockdevCacheOptions", member<&BlockdevCache::direct>("direct"),
                                                          member<&BlockdevCache::no_flush>("no-flush"));

struct BlockdevOptions;

/// A node defined in place, or the name of one (or of a -drive).
struct BlockdevRef {
    std::shared_ptr<BlockdevOptions> definition;
    std::string reference;
};

struct BlockdevFile {
    std::string filename;
    std::optional<std::string> pr_manager;
    std::optional<FileLocking> locking;
    std::optional<BlockdevAio> aio;
    std::optional<std::int64_t> aio_max_batch;
    std::optional<bool> drop_cache;
    std::optional<bool> x_check_cache_dropped;
};
inline constexpr std::string_view kUnstable[] = {"unstable"};
template <>
inline constexpr auto description<BlockdevFile> = object(
    "BlockdevOptionsFile", member<&BlockdevFile::filename>("filename"), member<&BlockdevFile::pr_manager>("pr-manager"),
    member<&BlockdevFile::locking>("locking"), member<&BlockdevFile::aio>("aio"),
    member<&BlockdevFile::aio_max_batch>("aio-max-batch"), member<&BlockdevFile::drop_cache>("drop-cache"),
    member<&BlockdevFile::x_check_cache_dropped>("x-check-cache-dropped", kUnstable));

struct BlockdevNull {
    std::optional<std::int64_t> size;  ///< bytes; 1 GiB when absent
    std::optional<std::uint64_t> latency_ns;
    std::optional<bool> read_zeroes;
};
template <>
inline constexpr auto description<BlockdevNull> = object("BlockdevOptionsNull", member<&BlockdevNull::size>("size"),
                                                         member<&BlockdevNull::latency_ns>("latency-ns"),
                                                         member<&BlockdevNull::read_zeroes>("read-zeroes"));

struct BlockdevRaw {
    BlockdevRef file;
    std::optional<std::int64_t> offset;
    std::optional<std::int64_t> size;
};
template <>
inline constexpr auto description<BlockdevRaw> = object("BlockdevOptionsRaw", member<&BlockdevRaw::file>("file"),
                                                        member<&BlockdevRaw::offset>("offset"),
                                                        member<&BlockdevRaw::size>("size"));

struct BlockdevOptions {
    BlockdevDriver driver = BlockdevDriver::raw;
    std::optional<std::string> node_name;
    std::optional<BlockdevDiscard> discard;
    std::optional<BlockdevCache> cache;
    std::optional<bool> read_only;
    std::optional<bool> auto_read_only;
    std::optional<bool> force_share;
    std::optional<BlockdevDetectZeroes> detect_zeroes;
    std::variant<std::monostate, BlockdevFile, BlockdevNull, BlockdevRaw> u;

    /// Not an option: members that the user wrote as text, which a "json:" file name repeats as text ("size": "1M").
    QDict written;
};
template <>
inline constexpr auto description<BlockdevOptions> = flat_union<&BlockdevOptions::driver, &BlockdevOptions::u>(
    "BlockdevOptions",
    branches(branch<BlockdevFile>(BlockdevDriver::file), branch<BlockdevFile>(BlockdevDriver::host_device),
             branch<BlockdevNull>(BlockdevDriver::null_aio), branch<BlockdevNull>(BlockdevDriver::null_co),
             branch<BlockdevRaw>(BlockdevDriver::raw)),
    member<&BlockdevOptions::driver>("driver"), member<&BlockdevOptions::node_name>("node-name"),
    member<&BlockdevOptions::discard>("discard"), member<&BlockdevOptions::cache>("cache"),
    member<&BlockdevOptions::read_only>("read-only"), member<&BlockdevOptions::auto_read_only>("auto-read-only"),
    member<&BlockdevOptions::force_share>("force-share"), member<&BlockdevOptions::detect_zeroes>("detect-zeroes"));

template <>
inline constexpr auto description<BlockdevRef> = alternate<BlockdevRef>("BlockdevRef");

namespace detail {
// A std::variant cannot hold a type that contains it; this says the same of BlockdevRef.
template <>
struct AlternateOps<BlockdevRef> {
    static std::size_t index(const void* v) { return static_cast<const BlockdevRef*>(v)->definition ? 0 : 1; }
    static const void* get(const void* v, std::size_t at) {
        const auto* ref = static_cast<const BlockdevRef*>(v);
        return at == 0 ? static_cast<const void*>(ref->definition.get()) : &ref->reference;
    }
    static void* make(void* v, std::size_t at) {
        auto* ref = static_cast<BlockdevRef*>(v);
        ref->definition = at == 0 ? std::make_shared<BlockdevOptions>() : nullptr;
        return at == 0 ? static_cast<void*>(ref->definition.get()) : &ref->reference;
    }
    static constexpr std::array<Alternative, 2> alternatives{Alternative{&type_ref<BlockdevOptions>},
                                                             Alternative{&type_ref<std::string>}};
};
}  // namespace detail

}  // namespace rhea
