#pragma once
/// What blockdev-create takes: the driver and how the new image is to be.
#include "machine/block/options.h"

namespace rhea {

enum class PreallocMode { off, metadata, falloc, full };
template <>
inline constexpr auto description<PreallocMode> = enumeration<PreallocMode>("PreallocMode", "off", "metadata", "falloc",
                                                                            "full");

enum class Qcow2Version { v2, v3 };
template <>
inline constexpr auto description<Qcow2Version> = enumeration<Qcow2Version>("BlockdevQcow2Version", "v2", "v3");

enum class Qcow2CompressionType { zlib, zstd };
template <>
inline constexpr auto description<Qcow2CompressionType> = enumeration<Qcow2CompressionType>("Qcow2CompressionType", "zlib",
                                                                                            "zstd");

struct CreateFile {
    std::string filename;
    std::uint64_t size = 0;
    std::optional<PreallocMode> preallocation;
    std::optional<bool> nocow;
    std::optional<std::uint64_t> extent_size_hint;
};
template <>
inline constexpr auto description<CreateFile> = object("BlockdevCreateOptionsFile",
                                                       member<&CreateFile::filename>("filename"),
                                                       member<&CreateFile::size>("size"),
                                                       member<&CreateFile::preallocation>("preallocation"),
                                                       member<&CreateFile::nocow>("nocow"),
                                                       member<&CreateFile::extent_size_hint>("extent-size-hint"));

struct CreateGluster {
    BlockdevGluster location;
    std::uint64_t size = 0;
    std::optional<PreallocMode> preallocation;
};
template <>
inline constexpr auto description<CreateGluster> = object("BlockdevCreateOptionsGluster",
                                                          member<&CreateGluster::location>("location"),
                                                          member<&CreateGluster::size>("size"),
                                                          member<&CreateGluster::preallocation>("preallocation"));

struct CreateLuks {
    std::optional<std::string> key_secret;
    std::optional<QcryptoCipherAlgorithm> cipher_alg;
    std::optional<QcryptoCipherMode> cipher_mode;
    std::optional<QcryptoIvgenAlgorithm> ivgen_alg;
    std::optional<QcryptoHashAlgorithm> ivgen_hash_alg, hash_alg;
    std::optional<std::int64_t> iter_time;
    BlockdevRef file;
    std::uint64_t size = 0;
    std::optional<PreallocMode> preallocation;
};
template <>
inline constexpr auto description<CreateLuks> =
    object("BlockdevCreateOptionsLUKS", member<&CreateLuks::key_secret>("key-secret"),
           member<&CreateLuks::cipher_alg>("cipher-alg"), member<&CreateLuks::cipher_mode>("cipher-mode"),
           member<&CreateLuks::ivgen_alg>("ivgen-alg"), member<&CreateLuks::ivgen_hash_alg>("ivgen-hash-alg"),
           member<&CreateLuks::hash_alg>("hash-alg"), member<&CreateLuks::iter_time>("iter-time"),
           member<&CreateLuks::file>("file"), member<&CreateLuks::size>("size"),
           member<&CreateLuks::preallocation>("preallocation"));

struct CreateNfs {
    BlockdevNfs location;
    std::uint64_t size = 0;
};
template <>
inline constexpr auto description<CreateNfs> = object("BlockdevCreateOptionsNfs", member<&CreateNfs::location>("location"),
                                                      member<&CreateNfs::size>("size"));

struct CreateParallels {
    BlockdevRef file;
    std::uint64_t size = 0;
    std::optional<std::uint64_t> cluster_size;
};
template <>
inline constexpr auto description<CreateParallels> = object("BlockdevCreateOptionsParallels",
                                                            member<&CreateParallels::file>("file"),
                                                            member<&CreateParallels::size>("size"),
                                                            member<&CreateParallels::cluster_size>("cluster-size"));

struct CreateQcow {
    BlockdevRef file;
    std::uint64_t size = 0;
    std::optional<std::string> backing_file;
    std::optional<QcryptoCreate> encrypt;
};
template <>
inline constexpr auto description<CreateQcow> = object("BlockdevCreateOptionsQcow", member<&CreateQcow::file>("file"),
                                                       member<&CreateQcow::size>("size"),
                                                       member<&CreateQcow::backing_file>("backing-file"),
                                                       member<&CreateQcow::encrypt>("encrypt"));

struct CreateQcow2 {
    BlockdevRef file;
    std::optional<BlockdevRef> data_file;
    std::optional<bool> data_file_raw, extended_l2;
    std::uint64_t size = 0;
    std::optional<Qcow2Version> version;
    std::optional<std::string> backing_file;
    std::optional<BlockdevDriver> backing_fmt;
    std::optional<QcryptoCreate> encrypt;
    std::optional<std::uint64_t> cluster_size;
    std::optional<PreallocMode> preallocation;
    std::optional<bool> lazy_refcounts;
    std::optional<std::int64_t> refcount_bits;
    std::optional<Qcow2CompressionType> compression_type;
};
template <>
inline constexpr auto description<CreateQcow2> =
    object("BlockdevCreateOptionsQcow2", member<&CreateQcow2::file>("file"), member<&CreateQcow2::data_file>("data-file"),
           member<&CreateQcow2::data_file_raw>("data-file-raw"), member<&CreateQcow2::extended_l2>("extended-l2"),
           member<&CreateQcow2::size>("size"), member<&CreateQcow2::version>("version"),
           member<&CreateQcow2::backing_file>("backing-file"), member<&CreateQcow2::backing_fmt>("backing-fmt"),
           member<&CreateQcow2::encrypt>("encrypt"), member<&CreateQcow2::cluster_size>("cluster-size"),
           member<&CreateQcow2::preallocation>("preallocation"), member<&CreateQcow2::lazy_refcounts>("lazy-refcounts"),
           member<&CreateQcow2::refcount_bits>("refcount-bits"), member<&CreateQcow2::compression_type>("compression-type"));

struct CreateQed {
    BlockdevRef file;
    std::uint64_t size = 0;
    std::optional<std::string> backing_file;
    std::optional<BlockdevDriver> backing_fmt;
    std::optional<std::uint64_t> cluster_size;
    std::optional<std::int64_t> table_size;
};
template <>
inline constexpr auto description<CreateQed> = object("BlockdevCreateOptionsQed", member<&CreateQed::file>("file"),
                                                      member<&CreateQed::size>("size"),
                                                      member<&CreateQed::backing_file>("backing-file"),
                                                      member<&CreateQed::backing_fmt>("backing-fmt"),
                                                      member<&CreateQed::cluster_size>("cluster-size"),
                                                      member<&CreateQed::table_size>("table-size"));

struct RbdEncryptionCreateLuks {
    std::string key_secret;
    std::optional<QcryptoCipherAlgorithm> cipher_alg;
};
template <>
inline constexpr auto description<RbdEncryptionCreateLuks> =
    object("RbdEncryptionCreateOptionsLUKS", member<&RbdEncryptionCreateLuks::key_secret>("key-secret"),
           member<&RbdEncryptionCreateLuks::cipher_alg>("cipher-alg"));

struct RbdEncryptionCreateLuks2 {
    std::string key_secret;
    std::optional<QcryptoCipherAlgorithm> cipher_alg;
};
template <>
inline constexpr auto description<RbdEncryptionCreateLuks2> =
    object("RbdEncryptionCreateOptionsLUKS2", member<&RbdEncryptionCreateLuks2::key_secret>("key-secret"),
           member<&RbdEncryptionCreateLuks2::cipher_alg>("cipher-alg"));

struct RbdEncryptionCreate {
    RbdImageEncryptionFormat format{};
    std::variant<std::monostate, RbdEncryptionCreateLuks, RbdEncryptionCreateLuks2> u;
};
template <>
inline constexpr auto description<RbdEncryptionCreate> = flat_union<&RbdEncryptionCreate::format, &RbdEncryptionCreate::u>(
    "RbdEncryptionCreateOptions",
    branches(branch<RbdEncryptionCreateLuks>(RbdImageEncryptionFormat::luks),
             branch<RbdEncryptionCreateLuks2>(RbdImageEncryptionFormat::luks2)),
    member<&RbdEncryptionCreate::format>("format"));

struct CreateRbd {
    BlockdevRbd location;
    std::uint64_t size = 0;
    std::optional<std::uint64_t> cluster_size;
    std::optional<RbdEncryptionCreate> encrypt;
};
template <>
inline constexpr auto description<CreateRbd> = object("BlockdevCreateOptionsRbd", member<&CreateRbd::location>("location"),
                                                      member<&CreateRbd::size>("size"),
                                                      member<&CreateRbd::cluster_size>("cluster-size"),
                                                      member<&CreateRbd::encrypt>("encrypt"));

struct CreateSsh {
    BlockdevSsh location;
    std::uint64_t size = 0;
};
template <>
inline constexpr auto description<CreateSsh> = object("BlockdevCreateOptionsSsh", member<&CreateSsh::location>("location"),
                                                      member<&CreateSsh::size>("size"));

struct CreateVdi {
    BlockdevRef file;
    std::uint64_t size = 0;
    std::optional<PreallocMode> preallocation;
};
template <>
inline constexpr auto description<CreateVdi> = object("BlockdevCreateOptionsVdi", member<&CreateVdi::file>("file"),
                                                      member<&CreateVdi::size>("size"),
                                                      member<&CreateVdi::preallocation>("preallocation"));

enum class VhdxSubformat { dynamic, fixed };
template <>
inline constexpr auto description<VhdxSubformat> = enumeration<VhdxSubformat>("BlockdevVhdxSubformat", "dynamic", "fixed");

struct CreateVhdx {
    BlockdevRef file;
    std::uint64_t size = 0;
    std::optional<std::uint64_t> log_size, block_size;
    std::optional<VhdxSubformat> subformat;
    std::optional<bool> block_state_zero;
};
template <>
inline constexpr auto description<CreateVhdx> = object("BlockdevCreateOptionsVhdx", member<&CreateVhdx::file>("file"),
                                                       member<&CreateVhdx::size>("size"),
                                                       member<&CreateVhdx::log_size>("log-size"),
                                                       member<&CreateVhdx::block_size>("block-size"),
                                                       member<&CreateVhdx::subformat>("subformat"),
                                                       member<&CreateVhdx::block_state_zero>("block-state-zero"));

enum class VmdkSubformat { monolithicSparse, monolithicFlat, twoGbMaxExtentSparse, twoGbMaxExtentFlat, streamOptimized };
template <>
inline constexpr auto description<VmdkSubformat> = enumeration<VmdkSubformat>("BlockdevVmdkSubformat", "monolithicSparse",
                                                                              "monolithicFlat", "twoGbMaxExtentSparse",
                                                                              "twoGbMaxExtentFlat", "streamOptimized");

enum class VmdkAdapterType { ide, buslogic, lsilogic, legacyESX };
template <>
inline constexpr auto description<VmdkAdapterType> = enumeration<VmdkAdapterType>("BlockdevVmdkAdapterType", "ide",
                                                                                  "buslogic", "lsilogic", "legacyESX");

struct CreateVmdk {
    BlockdevRef file;
    std::uint64_t size = 0;
    std::optional<std::vector<BlockdevRef>> extents;
    std::optional<VmdkSubformat> subformat;
    std::optional<std::string> backing_file;
    std::optional<VmdkAdapterType> adapter_type;
    std::optional<std::string> hwversion, toolsversion;
    std::optional<bool> zeroed_grain;
};
template <>
inline constexpr auto description<CreateVmdk> =
    object("BlockdevCreateOptionsVmdk", member<&CreateVmdk::file>("file"), member<&CreateVmdk::size>("size"),
           member<&CreateVmdk::extents>("extents"), member<&CreateVmdk::subformat>("subformat"),
           member<&CreateVmdk::backing_file>("backing-file"), member<&CreateVmdk::adapter_type>("adapter-type"),
           member<&CreateVmdk::hwversion>("hwversion"), member<&CreateVmdk::toolsversion>("toolsversion"),
           member<&CreateVmdk::zeroed_grain>("zeroed-grain"));

enum class VpcSubformat { dynamic, fixed };
template <>
inline constexpr auto description<VpcSubformat> = enumeration<VpcSubformat>("BlockdevVpcSubformat", "dynamic", "fixed");

struct CreateVpc {
    BlockdevRef file;
    std::uint64_t size = 0;
    std::optional<VpcSubformat> subformat;
    std::optional<bool> force_size;
};
template <>
inline constexpr auto description<CreateVpc> = object("BlockdevCreateOptionsVpc", member<&CreateVpc::file>("file"),
                                                      member<&CreateVpc::size>("size"),
                                                      member<&CreateVpc::subformat>("subformat"),
                                                      member<&CreateVpc::force_size>("force-size"));

struct BlockdevCreateOptions {
    BlockdevDriver driver{};
    std::variant<std::monostate, CreateFile, CreateGluster, CreateLuks, CreateNfs, CreateParallels, CreateQcow, CreateQcow2,
                 CreateQed, CreateRbd, CreateSsh, CreateVdi, CreateVhdx, CreateVmdk, CreateVpc>
        u;
};
template <>
inline constexpr auto description<BlockdevCreateOptions> =
    flat_union<&BlockdevCreateOptions::driver, &BlockdevCreateOptions::u>(
        "BlockdevCreateOptions",
        branches(branch<CreateFile>(BlockdevDriver::file), branch<CreateGluster>(BlockdevDriver::gluster),
                 branch<CreateLuks>(BlockdevDriver::luks), branch<CreateNfs>(BlockdevDriver::nfs),
                 branch<CreateParallels>(BlockdevDriver::parallels), branch<CreateQcow>(BlockdevDriver::qcow),
                 branch<CreateQcow2>(BlockdevDriver::qcow2), branch<CreateQed>(BlockdevDriver::qed),
                 branch<CreateRbd>(BlockdevDriver::rbd), branch<CreateSsh>(BlockdevDriver::ssh),
                 branch<CreateVdi>(BlockdevDriver::vdi), branch<CreateVhdx>(BlockdevDriver::vhdx),
                 branch<CreateVmdk>(BlockdevDriver::vmdk), branch<CreateVpc>(BlockdevDriver::vpc)),
        member<&BlockdevCreateOptions::driver>("driver"));

}  // namespace rhea
