#pragma once
/// The names of block drivers, and of what every node can be asked for.
#include "qobject/describe.h"

namespace rhea {

/// All drivers of QEMU. Those that this build has are in open.cpp; the others are described, and refused when a node is
/// made.
enum class BlockdevDriver {
    blkdebug,
    blklogwrites,
    blkreplay,
    blkverify,
    bochs,
    cloop,
    compress,
    copy_before_write,
    copy_on_read,
    dmg,
    file,
    snapshot_access,
    ftp,
    ftps,
    gluster,
    host_cdrom,
    host_device,
    http,
    https,
    iscsi,
    luks,
    nbd,
    nfs,
    null_aio,
    null_co,
    nvme,
    parallels,
    preallocate,
    qcow,
    qcow2,
    qed,
    quorum,
    raw,
    rbd,
    replication,
    ssh,
    throttle,
    vdi,
    vhdx,
    vmdk,
    vpc,
    vvfat
};
template <>
inline constexpr auto description<BlockdevDriver> = enumeration<BlockdevDriver>(
    "BlockdevDriver", "blkdebug", "blklogwrites", "blkreplay", "blkverify", "bochs", "cloop", "compress",
    "copy-before-write", "copy-on-read", "dmg", "file", "snapshot-access", "ftp", "ftps", "gluster", "host_cdrom",
    "host_device", "http", "https", "iscsi", "luks", "nbd", "nfs", "null-aio", "null-co", "nvme", "parallels", "preallocate",
    "qcow", "qcow2", "qed", "quorum", "raw", "rbd", "replication", "ssh", "throttle", "vdi", "vhdx", "vmdk", "vpc", "vvfat");

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

}  // namespace rhea
