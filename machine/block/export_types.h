#pragma once
/// Exports of block nodes to other programs.
#include "machine/block/bitmap_types.h"
#include "machine/socket_options.h"

namespace rhea {

enum class BlockExportType { nbd, vhost_user_blk, fuse, vduse_blk };
template <>
inline constexpr auto description<BlockExportType> = enumeration<BlockExportType>("BlockExportType", "nbd", "vhost-user-blk",
                                                                                  "fuse", "vduse-blk");

struct BlockExportNbd {
    std::optional<std::string> name, description;
    std::optional<std::vector<BlockDirtyBitmapOrStr>> bitmaps;
    std::optional<bool> allocation_depth;
};
template <>
inline constexpr auto description<BlockExportNbd> = object("BlockExportOptionsNbd", member<&BlockExportNbd::name>("name"),
                                                           member<&BlockExportNbd::description>("description"),
                                                           member<&BlockExportNbd::bitmaps>("bitmaps"),
                                                           member<&BlockExportNbd::allocation_depth>("allocation-depth"));

struct BlockExportVhostUserBlk {
    SocketAddress addr;
    std::optional<std::uint64_t> logical_block_size;
    std::optional<std::uint16_t> num_queues;
};
template <>
inline constexpr auto description<BlockExportVhostUserBlk> =
    object("BlockExportOptionsVhostUserBlk", member<&BlockExportVhostUserBlk::addr>("addr"),
           member<&BlockExportVhostUserBlk::logical_block_size>("logical-block-size"),
           member<&BlockExportVhostUserBlk::num_queues>("num-queues"));

enum class FuseExportAllowOther { off, on, automatic };
template <>
inline constexpr auto description<FuseExportAllowOther> = enumeration<FuseExportAllowOther>("FuseExportAllowOther", "off",
                                                                                            "on", "auto");

struct BlockExportFuse {
    std::string mountpoint;
    std::optional<bool> growable;
    std::optional<FuseExportAllowOther> allow_other;
};
template <>
inline constexpr auto description<BlockExportFuse> = object("BlockExportOptionsFuse",
                                                            member<&BlockExportFuse::mountpoint>("mountpoint"),
                                                            member<&BlockExportFuse::growable>("growable"),
                                                            member<&BlockExportFuse::allow_other>("allow-other"));

struct BlockExportVduseBlk {
    std::string name;
    std::optional<std::uint16_t> num_queues, queue_size;
    std::optional<std::uint64_t> logical_block_size;
    std::optional<std::string> serial;
};
template <>
inline constexpr auto description<BlockExportVduseBlk> = object(
    "BlockExportOptionsVduseBlk", member<&BlockExportVduseBlk::name>("name"),
    member<&BlockExportVduseBlk::num_queues>("num-queues"), member<&BlockExportVduseBlk::queue_size>("queue-size"),
    member<&BlockExportVduseBlk::logical_block_size>("logical-block-size"), member<&BlockExportVduseBlk::serial>("serial"));

struct BlockExportOptions {
    BlockExportType type{};
    std::string id;
    std::optional<bool> fixed_iothread;
    std::optional<std::string> iothread;
    std::string node_name;
    std::optional<bool> writable, writethrough;
    std::variant<std::monostate, BlockExportNbd, BlockExportVhostUserBlk, BlockExportFuse, BlockExportVduseBlk> u;
};
template <>
inline constexpr auto description<BlockExportOptions> = flat_union<&BlockExportOptions::type, &BlockExportOptions::u>(
    "BlockExportOptions",
    branches(branch<BlockExportNbd>(BlockExportType::nbd), branch<BlockExportVhostUserBlk>(BlockExportType::vhost_user_blk),
             branch<BlockExportFuse>(BlockExportType::fuse), branch<BlockExportVduseBlk>(BlockExportType::vduse_blk)),
    member<&BlockExportOptions::type>("type"), member<&BlockExportOptions::id>("id"),
    member<&BlockExportOptions::fixed_iothread>("fixed-iothread"), member<&BlockExportOptions::iothread>("iothread"),
    member<&BlockExportOptions::node_name>("node-name"), member<&BlockExportOptions::writable>("writable"),
    member<&BlockExportOptions::writethrough>("writethrough"));

struct BlockExportInfo {
    std::string id;
    BlockExportType type{};
    std::string node_name;
    bool shutting_down = false;
};
template <>
inline constexpr auto description<BlockExportInfo> = object("BlockExportInfo", member<&BlockExportInfo::id>("id"),
                                                            member<&BlockExportInfo::type>("type"),
                                                            member<&BlockExportInfo::node_name>("node-name"),
                                                            member<&BlockExportInfo::shutting_down>("shutting-down"));

enum class BlockExportRemoveMode { safe, hard };
template <>
inline constexpr auto description<BlockExportRemoveMode> = enumeration<BlockExportRemoveMode>("BlockExportRemoveMode",
                                                                                              "safe", "hard");

}  // namespace rhea
