#pragma once
/// The options of image formats other than raw.
#include "machine/block/blockdev_ref.h"
#include "machine/block/crypto_options.h"

namespace rhea {

struct BlockdevGenericFormat {
    BlockdevRef file;
};
template <>
inline constexpr auto description<BlockdevGenericFormat> = object("BlockdevOptionsGenericFormat",
                                                                  member<&BlockdevGenericFormat::file>("file"));

struct BlockdevLuks {
    BlockdevRef file;
    std::optional<std::string> key_secret;
};
template <>
inline constexpr auto description<BlockdevLuks> = object("BlockdevOptionsLUKS", member<&BlockdevLuks::file>("file"),
                                                         member<&BlockdevLuks::key_secret>("key-secret"));

enum class Qcow2OverlapCheckMode { none, constant, cached, all };
template <>
inline constexpr auto description<Qcow2OverlapCheckMode> = enumeration<Qcow2OverlapCheckMode>("Qcow2OverlapCheckMode",
                                                                                              "none", "constant", "cached",
                                                                                              "all");

struct Qcow2OverlapCheckFlags {
    std::optional<Qcow2OverlapCheckMode> template_;
    std::optional<bool> main_header, active_l1, active_l2, refcount_table, refcount_block, snapshot_table, inactive_l1,
        inactive_l2, bitmap_directory;
};
template <>
inline constexpr auto description<Qcow2OverlapCheckFlags> = object(
    "Qcow2OverlapCheckFlags", member<&Qcow2OverlapCheckFlags::template_>("template"),
    member<&Qcow2OverlapCheckFlags::main_header>("main-header"), member<&Qcow2OverlapCheckFlags::active_l1>("active-l1"),
    member<&Qcow2OverlapCheckFlags::active_l2>("active-l2"),
    member<&Qcow2OverlapCheckFlags::refcount_table>("refcount-table"),
    member<&Qcow2OverlapCheckFlags::refcount_block>("refcount-block"),
    member<&Qcow2OverlapCheckFlags::snapshot_table>("snapshot-table"),
    member<&Qcow2OverlapCheckFlags::inactive_l1>("inactive-l1"), member<&Qcow2OverlapCheckFlags::inactive_l2>("inactive-l2"),
    member<&Qcow2OverlapCheckFlags::bitmap_directory>("bitmap-directory"));

using Qcow2OverlapChecks = std::variant<Qcow2OverlapCheckFlags, Qcow2OverlapCheckMode>;
template <>
inline constexpr auto description<Qcow2OverlapChecks> = alternate<Qcow2OverlapChecks>("Qcow2OverlapChecks");

enum class BlockdevQcow2EncryptionFormat { aes, luks };
template <>
inline constexpr auto description<BlockdevQcow2EncryptionFormat> =
    enumeration<BlockdevQcow2EncryptionFormat>("BlockdevQcow2EncryptionFormat", "aes", "luks");

struct BlockdevQcow2Encryption {
    BlockdevQcow2EncryptionFormat format{};
    std::variant<std::monostate, QcryptoQcow, QcryptoLuks> u;
};
template <>
inline constexpr auto description<BlockdevQcow2Encryption> =
    flat_union<&BlockdevQcow2Encryption::format, &BlockdevQcow2Encryption::u>(
        "BlockdevQcow2Encryption",
        branches(branch<QcryptoQcow>(BlockdevQcow2EncryptionFormat::aes),
                 branch<QcryptoLuks>(BlockdevQcow2EncryptionFormat::luks)),
        member<&BlockdevQcow2Encryption::format>("format"));

struct BlockdevQcow2 {
    BlockdevRef file;
    std::optional<BlockdevRefOrNull> backing;
    std::optional<bool> lazy_refcounts, pass_discard_request, pass_discard_snapshot, pass_discard_other;
    std::optional<Qcow2OverlapChecks> overlap_check;
    std::optional<std::int64_t> cache_size, l2_cache_size, l2_cache_entry_size, refcount_cache_size, cache_clean_interval;
    std::optional<BlockdevQcow2Encryption> encrypt;
    std::optional<BlockdevRef> data_file;
};
template <>
inline constexpr auto description<BlockdevQcow2> = object(
    "BlockdevOptionsQcow2", member<&BlockdevQcow2::file>("file"), member<&BlockdevQcow2::backing>("backing"),
    member<&BlockdevQcow2::lazy_refcounts>("lazy-refcounts"),
    member<&BlockdevQcow2::pass_discard_request>("pass-discard-request"),
    member<&BlockdevQcow2::pass_discard_snapshot>("pass-discard-snapshot"),
    member<&BlockdevQcow2::pass_discard_other>("pass-discard-other"), member<&BlockdevQcow2::overlap_check>("overlap-check"),
    member<&BlockdevQcow2::cache_size>("cache-size"), member<&BlockdevQcow2::l2_cache_size>("l2-cache-size"),
    member<&BlockdevQcow2::l2_cache_entry_size>("l2-cache-entry-size"),
    member<&BlockdevQcow2::refcount_cache_size>("refcount-cache-size"),
    member<&BlockdevQcow2::cache_clean_interval>("cache-clean-interval"), member<&BlockdevQcow2::encrypt>("encrypt"),
    member<&BlockdevQcow2::data_file>("data-file"));

enum class BlockdevQcowEncryptionFormat { aes };
template <>
inline constexpr auto description<BlockdevQcowEncryptionFormat> =
    enumeration<BlockdevQcowEncryptionFormat>("BlockdevQcowEncryptionFormat", "aes");

struct BlockdevQcowEncryption {
    BlockdevQcowEncryptionFormat format{};
    std::variant<std::monostate, QcryptoQcow> u;
};
template <>
inline constexpr auto description<BlockdevQcowEncryption> =
    flat_union<&BlockdevQcowEncryption::format, &BlockdevQcowEncryption::u>(
        "BlockdevQcowEncryption", branches(branch<QcryptoQcow>(BlockdevQcowEncryptionFormat::aes)),
        member<&BlockdevQcowEncryption::format>("format"));

struct BlockdevQcow {
    BlockdevRef file;
    std::optional<BlockdevRefOrNull> backing;
    std::optional<BlockdevQcowEncryption> encrypt;
};
template <>
inline constexpr auto description<BlockdevQcow> = object("BlockdevOptionsQcow", member<&BlockdevQcow::file>("file"),
                                                         member<&BlockdevQcow::backing>("backing"),
                                                         member<&BlockdevQcow::encrypt>("encrypt"));

struct BlockdevGenericCow {
    BlockdevRef file;
    std::optional<BlockdevRefOrNull> backing;
};
template <>
inline constexpr auto description<BlockdevGenericCow> = object("BlockdevOptionsGenericCOWFormat",
                                                               member<&BlockdevGenericCow::file>("file"),
                                                               member<&BlockdevGenericCow::backing>("backing"));

}  // namespace rhea
