#pragma once
/// What only one image format can tell of itself.
#include "machine/block/create_options.h"
#include "qobject/data.h"

namespace rhea {

struct ImageInfo;  // in info.h

struct SnapshotInfo {
    std::string id, name;
    std::int64_t vm_state_size = 0, date_sec = 0, date_nsec = 0, vm_clock_sec = 0, vm_clock_nsec = 0;
    std::optional<std::int64_t> icount;
};
template <>
inline constexpr auto description<SnapshotInfo> =
    object("SnapshotInfo", member<&SnapshotInfo::id>("id"), member<&SnapshotInfo::name>("name"),
           member<&SnapshotInfo::vm_state_size>("vm-state-size"), member<&SnapshotInfo::date_sec>("date-sec"),
           member<&SnapshotInfo::date_nsec>("date-nsec"), member<&SnapshotInfo::vm_clock_sec>("vm-clock-sec"),
           member<&SnapshotInfo::vm_clock_nsec>("vm-clock-nsec"), member<&SnapshotInfo::icount>("icount"));

enum class ImageInfoSpecificKind { qcow2, vmdk, luks, rbd };
template <>
inline constexpr auto description<ImageInfoSpecificKind> = enumeration<ImageInfoSpecificKind>("ImageInfoSpecificKind",
                                                                                              "qcow2", "vmdk", "luks",
                                                                                              "rbd");

struct LuksSlotInfo {
    bool active = false;
    std::optional<std::int64_t> iters, stripes;
    std::int64_t key_offset = 0;
};
template <>
inline constexpr auto description<LuksSlotInfo> = object("QCryptoBlockInfoLUKSSlot", member<&LuksSlotInfo::active>("active"),
                                                         member<&LuksSlotInfo::iters>("iters"),
                                                         member<&LuksSlotInfo::stripes>("stripes"),
                                                         member<&LuksSlotInfo::key_offset>("key-offset"));

struct ImageInfoSpecificLuks {
    QcryptoCipherAlgorithm cipher_alg{};
    QcryptoCipherMode cipher_mode{};
    QcryptoIvgenAlgorithm ivgen_alg{};
    std::optional<QcryptoHashAlgorithm> ivgen_hash_alg;
    QcryptoHashAlgorithm hash_alg{};
    std::int64_t payload_offset = 0, master_key_iters = 0;
    std::string uuid;
    std::vector<LuksSlotInfo> slots;
};
template <>
inline constexpr auto description<ImageInfoSpecificLuks> = object(
    "QCryptoBlockInfoLUKS", member<&ImageInfoSpecificLuks::cipher_alg>("cipher-alg"),
    member<&ImageInfoSpecificLuks::cipher_mode>("cipher-mode"), member<&ImageInfoSpecificLuks::ivgen_alg>("ivgen-alg"),
    member<&ImageInfoSpecificLuks::ivgen_hash_alg>("ivgen-hash-alg"), member<&ImageInfoSpecificLuks::hash_alg>("hash-alg"),
    member<&ImageInfoSpecificLuks::payload_offset>("payload-offset"),
    member<&ImageInfoSpecificLuks::master_key_iters>("master-key-iters"), member<&ImageInfoSpecificLuks::uuid>("uuid"),
    member<&ImageInfoSpecificLuks::slots>("slots"));

struct ImageInfoQcow2Encryption {
    BlockdevQcow2EncryptionFormat format{};
    std::variant<std::monostate, ImageInfoSpecificLuks> u;
};
template <>
inline constexpr auto description<ImageInfoQcow2Encryption> =
    flat_union<&ImageInfoQcow2Encryption::format, &ImageInfoQcow2Encryption::u>(
        "ImageInfoSpecificQCow2Encryption", branches(branch<ImageInfoSpecificLuks>(BlockdevQcow2EncryptionFormat::luks)),
        member<&ImageInfoQcow2Encryption::format>("format"));

enum class Qcow2BitmapInfoFlags { in_use, automatic };
template <>
inline constexpr auto description<Qcow2BitmapInfoFlags> = enumeration<Qcow2BitmapInfoFlags>("Qcow2BitmapInfoFlags", "in-use",
                                                                                            "auto");

struct Qcow2BitmapInfo {
    std::string name;
    std::int64_t granularity = 0;
    std::vector<Qcow2BitmapInfoFlags> flags;
};
template <>
inline constexpr auto description<Qcow2BitmapInfo> = object("Qcow2BitmapInfo", member<&Qcow2BitmapInfo::name>("name"),
                                                            member<&Qcow2BitmapInfo::granularity>("granularity"),
                                                            member<&Qcow2BitmapInfo::flags>("flags"));

struct ImageInfoSpecificQcow2 {
    std::string compat;
    std::optional<std::string> data_file;
    std::optional<bool> data_file_raw, extended_l2, lazy_refcounts, corrupt;
    std::int64_t refcount_bits = 0;
    std::optional<ImageInfoQcow2Encryption> encrypt;
    std::optional<std::vector<Qcow2BitmapInfo>> bitmaps;
    Qcow2CompressionType compression_type{};
};
template <>
inline constexpr auto description<ImageInfoSpecificQcow2> = object(
    "ImageInfoSpecificQcow2", member<&ImageInfoSpecificQcow2::compat>("compat"),
    member<&ImageInfoSpecificQcow2::data_file>("data-file"), member<&ImageInfoSpecificQcow2::data_file_raw>("data-file-raw"),
    member<&ImageInfoSpecificQcow2::extended_l2>("extended-l2"),
    member<&ImageInfoSpecificQcow2::lazy_refcounts>("lazy-refcounts"), member<&ImageInfoSpecificQcow2::corrupt>("corrupt"),
    member<&ImageInfoSpecificQcow2::refcount_bits>("refcount-bits"), member<&ImageInfoSpecificQcow2::encrypt>("encrypt"),
    member<&ImageInfoSpecificQcow2::bitmaps>("bitmaps"),
    member<&ImageInfoSpecificQcow2::compression_type>("compression-type"));

struct ImageInfoSpecificVmdk {
    std::string create_type;
    std::int64_t cid = 0, parent_cid = 0;
    std::vector<ImageInfo> extents;
};
template <>
inline constexpr auto description<ImageInfoSpecificVmdk> = object("ImageInfoSpecificVmdk",
                                                                  member<&ImageInfoSpecificVmdk::create_type>("create-type"),
                                                                  member<&ImageInfoSpecificVmdk::cid>("cid"),
                                                                  member<&ImageInfoSpecificVmdk::parent_cid>("parent-cid"),
                                                                  member<&ImageInfoSpecificVmdk::extents>("extents"));

struct ImageInfoSpecificRbd {
    std::optional<RbdImageEncryptionFormat> encryption_format;
};
template <>
inline constexpr auto description<ImageInfoSpecificRbd> =
    object("ImageInfoSpecificRbd", member<&ImageInfoSpecificRbd::encryption_format>("encryption-format"));

struct ImageInfoSpecific {
    ImageInfoSpecificKind type{};
    std::variant<std::monostate, Data<ImageInfoSpecificQcow2>, Data<ImageInfoSpecificVmdk>, Data<ImageInfoSpecificLuks>,
                 Data<ImageInfoSpecificRbd>>
        u;
};
template <>
inline constexpr auto description<ImageInfoSpecific> = flat_union<&ImageInfoSpecific::type, &ImageInfoSpecific::u>(
    "ImageInfoSpecific",
    branches(branch<Data<ImageInfoSpecificQcow2>>(ImageInfoSpecificKind::qcow2),
             branch<Data<ImageInfoSpecificVmdk>>(ImageInfoSpecificKind::vmdk),
             branch<Data<ImageInfoSpecificLuks>>(ImageInfoSpecificKind::luks),
             branch<Data<ImageInfoSpecificRbd>>(ImageInfoSpecificKind::rbd)),
    member<&ImageInfoSpecific::type>("type"));

}  // namespace rhea
