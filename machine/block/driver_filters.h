#pragma once
/// The options of drivers that stand over other nodes and pass their requests on.
#include "machine/block/bitmap_types.h"
#include "machine/block/blockdev_ref.h"
#include "machine/schema_features.h"

namespace rhea {

enum class BlkdebugEvent {
    l1_update,
    l1_grow_alloc_table,
    l1_grow_write_table,
    l1_grow_activate_table,
    l2_load,
    l2_update,
    l2_update_compressed,
    l2_alloc_cow_read,
    l2_alloc_write,
    read_aio,
    read_backing_aio,
    read_compressed,
    write_aio,
    write_compressed,
    vmstate_load,
    vmstate_save,
    cow_read,
    cow_write,
    reftable_load,
    reftable_grow,
    reftable_update,
    refblock_load,
    refblock_update,
    refblock_update_part,
    refblock_alloc,
    refblock_alloc_hookup,
    refblock_alloc_write,
    refblock_alloc_write_blocks,
    refblock_alloc_write_table,
    refblock_alloc_switch_table,
    cluster_alloc,
    cluster_alloc_bytes,
    cluster_free,
    flush_to_os,
    flush_to_disk,
    pwritev_rmw_head,
    pwritev_rmw_after_head,
    pwritev_rmw_tail,
    pwritev_rmw_after_tail,
    pwritev,
    pwritev_zero,
    pwritev_done,
    empty_image_prepare,
    l1_shrink_write_table,
    l1_shrink_free_l2_clusters,
    cor_write,
    cluster_alloc_space,
    none
};
template <>
inline constexpr auto description<BlkdebugEvent> = enumeration<BlkdebugEvent>(
    "BlkdebugEvent", "l1_update", "l1_grow_alloc_table", "l1_grow_write_table", "l1_grow_activate_table", "l2_load",
    "l2_update", "l2_update_compressed", "l2_alloc_cow_read", "l2_alloc_write", "read_aio", "read_backing_aio",
    "read_compressed", "write_aio", "write_compressed", "vmstate_load", "vmstate_save", "cow_read", "cow_write",
    "reftable_load", "reftable_grow", "reftable_update", "refblock_load", "refblock_update", "refblock_update_part",
    "refblock_alloc", "refblock_alloc_hookup", "refblock_alloc_write", "refblock_alloc_write_blocks",
    "refblock_alloc_write_table", "refblock_alloc_switch_table", "cluster_alloc", "cluster_alloc_bytes", "cluster_free",
    "flush_to_os", "flush_to_disk", "pwritev_rmw_head", "pwritev_rmw_after_head", "pwritev_rmw_tail",
    "pwritev_rmw_after_tail", "pwritev", "pwritev_zero", "pwritev_done", "empty_image_prepare", "l1_shrink_write_table",
    "l1_shrink_free_l2_clusters", "cor_write", "cluster_alloc_space", "none");

enum class BlkdebugIoType { read, write, write_zeroes, discard, flush, block_status };
template <>
inline constexpr auto description<BlkdebugIoType> = enumeration<BlkdebugIoType>("BlkdebugIOType", "read", "write",
                                                                                "write-zeroes", "discard", "flush",
                                                                                "block-status");

struct BlkdebugInjectError {
    BlkdebugEvent event{};
    std::optional<std::int64_t> state;
    std::optional<BlkdebugIoType> iotype;
    std::optional<std::int64_t> errno_, sector;
    std::optional<bool> once, immediately;
};
template <>
inline constexpr auto description<BlkdebugInjectError> =
    object("BlkdebugInjectErrorOptions", member<&BlkdebugInjectError::event>("event"),
           member<&BlkdebugInjectError::state>("state"), member<&BlkdebugInjectError::iotype>("iotype"),
           member<&BlkdebugInjectError::errno_>("errno"), member<&BlkdebugInjectError::sector>("sector"),
           member<&BlkdebugInjectError::once>("once"), member<&BlkdebugInjectError::immediately>("immediately"));

struct BlkdebugSetState {
    BlkdebugEvent event{};
    std::optional<std::int64_t> state;
    std::int64_t new_state = 0;
};
template <>
inline constexpr auto description<BlkdebugSetState> = object("BlkdebugSetStateOptions",
                                                             member<&BlkdebugSetState::event>("event"),
                                                             member<&BlkdebugSetState::state>("state"),
                                                             member<&BlkdebugSetState::new_state>("new_state"));

enum class BlockPermission { consistent_read, write, write_unchanged, resize };
template <>
inline constexpr auto description<BlockPermission> = enumeration<BlockPermission>("BlockPermission", "consistent-read",
                                                                                  "write", "write-unchanged", "resize");

struct BlockdevBlkdebug {
    BlockdevRef image;
    std::optional<std::string> config;
    std::optional<std::int64_t> align;
    std::optional<std::int32_t> max_transfer, opt_write_zero, max_write_zero, opt_discard, max_discard;
    std::optional<std::vector<BlkdebugInjectError>> inject_error;
    std::optional<std::vector<BlkdebugSetState>> set_state;
    std::optional<std::vector<BlockPermission>> take_child_perms, unshare_child_perms;
};
template <>
inline constexpr auto description<BlockdevBlkdebug> = object(
    "BlockdevOptionsBlkdebug", member<&BlockdevBlkdebug::image>("image"), member<&BlockdevBlkdebug::config>("config"),
    member<&BlockdevBlkdebug::align>("align"), member<&BlockdevBlkdebug::max_transfer>("max-transfer"),
    member<&BlockdevBlkdebug::opt_write_zero>("opt-write-zero"), member<&BlockdevBlkdebug::max_write_zero>("max-write-zero"),
    member<&BlockdevBlkdebug::opt_discard>("opt-discard"), member<&BlockdevBlkdebug::max_discard>("max-discard"),
    member<&BlockdevBlkdebug::inject_error>("inject-error"), member<&BlockdevBlkdebug::set_state>("set-state"),
    member<&BlockdevBlkdebug::take_child_perms>("take-child-perms"),
    member<&BlockdevBlkdebug::unshare_child_perms>("unshare-child-perms"));

struct BlockdevBlklogwrites {
    BlockdevRef file, log;
    std::optional<std::uint32_t> log_sector_size;
    std::optional<bool> log_append;
    std::optional<std::uint64_t> log_super_update_interval;
};
template <>
inline constexpr auto description<BlockdevBlklogwrites> =
    object("BlockdevOptionsBlklogwrites", member<&BlockdevBlklogwrites::file>("file"),
           member<&BlockdevBlklogwrites::log>("log"), member<&BlockdevBlklogwrites::log_sector_size>("log-sector-size"),
           member<&BlockdevBlklogwrites::log_append>("log-append"),
           member<&BlockdevBlklogwrites::log_super_update_interval>("log-super-update-interval"));

struct BlockdevBlkverify {
    BlockdevRef test, raw;
};
template <>
inline constexpr auto description<BlockdevBlkverify> = object("BlockdevOptionsBlkverify",
                                                              member<&BlockdevBlkverify::test>("test"),
                                                              member<&BlockdevBlkverify::raw>("raw"));

struct BlockdevBlkreplay {
    BlockdevRef image;
};
template <>
inline constexpr auto description<BlockdevBlkreplay> = object("BlockdevOptionsBlkreplay",
                                                              member<&BlockdevBlkreplay::image>("image"));

enum class OnCbwError { break_guest_write, break_snapshot };
template <>
inline constexpr auto description<OnCbwError> = enumeration<OnCbwError>("OnCbwError", "break-guest-write", "break-snapshot");

struct BlockdevCbw {
    BlockdevRef file, target;
    std::optional<BlockDirtyBitmap> bitmap;
    std::optional<OnCbwError> on_cbw_error;
    std::optional<std::uint32_t> cbw_timeout;
};
template <>
inline constexpr auto description<BlockdevCbw> = object("BlockdevOptionsCbw", member<&BlockdevCbw::file>("file"),
                                                        member<&BlockdevCbw::target>("target"),
                                                        member<&BlockdevCbw::bitmap>("bitmap"),
                                                        member<&BlockdevCbw::on_cbw_error>("on-cbw-error"),
                                                        member<&BlockdevCbw::cbw_timeout>("cbw-timeout"));

struct BlockdevCor {
    BlockdevRef file;
    std::optional<std::string> bottom;
};
template <>
inline constexpr auto description<BlockdevCor> = object("BlockdevOptionsCor", member<&BlockdevCor::file>("file"),
                                                        member<&BlockdevCor::bottom>("bottom"));

struct BlockdevPreallocate {
    BlockdevRef file;
    std::optional<std::int64_t> prealloc_align, prealloc_size;
};
template <>
inline constexpr auto description<BlockdevPreallocate> =
    object("BlockdevOptionsPreallocate", member<&BlockdevPreallocate::file>("file"),
           member<&BlockdevPreallocate::prealloc_align>("prealloc-align"),
           member<&BlockdevPreallocate::prealloc_size>("prealloc-size"));

enum class QuorumReadPattern { quorum, fifo };
template <>
inline constexpr auto description<QuorumReadPattern> = enumeration<QuorumReadPattern>("QuorumReadPattern", "quorum", "fifo");

struct BlockdevQuorum {
    std::optional<bool> blkverify;
    std::vector<BlockdevRef> children;
    std::int64_t vote_threshold = 0;
    std::optional<bool> rewrite_corrupted;
    std::optional<QuorumReadPattern> read_pattern;
};
template <>
inline constexpr auto description<BlockdevQuorum> = object("BlockdevOptionsQuorum",
                                                           member<&BlockdevQuorum::blkverify>("blkverify"),
                                                           member<&BlockdevQuorum::children>("children"),
                                                           member<&BlockdevQuorum::vote_threshold>("vote-threshold"),
                                                           member<&BlockdevQuorum::rewrite_corrupted>("rewrite-corrupted"),
                                                           member<&BlockdevQuorum::read_pattern>("read-pattern"));

enum class ReplicationMode { primary, secondary };
template <>
inline constexpr auto description<ReplicationMode> = enumeration<ReplicationMode>("ReplicationMode", "primary", "secondary");

struct BlockdevReplication {
    BlockdevRef file;
    ReplicationMode mode{};
    std::optional<std::string> top_id;
};
template <>
inline constexpr auto description<BlockdevReplication> = object("BlockdevOptionsReplication",
                                                                member<&BlockdevReplication::file>("file"),
                                                                member<&BlockdevReplication::mode>("mode"),
                                                                member<&BlockdevReplication::top_id>("top-id"));

struct BlockdevThrottle {
    std::string throttle_group;
    BlockdevRef file;
};
template <>
inline constexpr auto description<BlockdevThrottle> = object("BlockdevOptionsThrottle",
                                                             member<&BlockdevThrottle::throttle_group>("throttle-group"),
                                                             member<&BlockdevThrottle::file>("file"));

}  // namespace rhea
