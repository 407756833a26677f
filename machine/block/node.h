#pragma once
/// The graph of block nodes: a protocol node speaks to a file, a format node lays data out in its child.
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "machine/block/driver.h"
#include "machine/block/io.h"
#include "qobject/error.h"

namespace rhea {

class BlockNode;
class BlockLayer;
class DirtyBitmap;
enum class BlkdebugEvent;
struct BlockdevOptions;

/// What a user of a node does with it, and lets others do at the same time. The bit numbers are QEMU's: other processes see
/// them as locked bytes of the file.
struct BlockPermissions {
    enum : unsigned { consistent_read = 1, write = 2, write_unchanged = 4, resize = 8, all = 15 };
    unsigned perm = 0;
    unsigned shared = all;
};
/// "consistent-read, write"
std::string permission_names(unsigned permissions);

/// One user's hold on a node: of a backend on its root, of a node on its child. Lives where its user lives.
class BlockEdge {
public:
    /// `role` is "root" or "file"; `describe` names the user ("block device 'd0'").
    BlockEdge(std::string_view role, bool from_backend, std::function<std::string()> describe)
        : role_(role), from_backend_(from_backend), describe_(std::move(describe)) {}
    ~BlockEdge() { detach(); }
    BlockEdge(const BlockEdge&) = delete;
    BlockEdge& operator=(const BlockEdge&) = delete;

    /// Errors: a conflict with other users, here or in other processes; nothing is attached then.
    Result<void> attach(std::shared_ptr<BlockNode> node, BlockPermissions permissions);
    void detach();
    /// Another node takes the place of the one that it holds, under the same permissions. All or nothing.
    Result<void> replace(std::shared_ptr<BlockNode> node);
    /// All or nothing.
    Result<void> set_permissions(BlockPermissions permissions);

    BlockNode* node() const { return node_.get(); }
    const std::shared_ptr<BlockNode>& shared_node() const { return node_; }
    const BlockPermissions& permissions() const { return permissions_; }
    std::string_view role() const { return role_; }
    bool from_backend() const { return from_backend_; }
    std::string user() const { return describe_(); }

private:
    std::string_view role_;
    bool from_backend_;
    std::function<std::string()> describe_;
    std::shared_ptr<BlockNode> node_;
    BlockPermissions permissions_;
};

/// What every node has, whatever its driver.
struct BlockNodeSettings {
    std::string name;
    bool read_only = false;
    bool auto_read_only = false;  ///< opens for writing only while somebody writes
    bool force_share = false;
    bool cache_direct = false;
    bool cache_no_flush = false;
    bool unmap = false;  ///< discard requests reach the file
    BlockdevDetectZeroes detect_zeroes = BlockdevDetectZeroes::off;
};

/// Graph and settings: loop thread only. The requests (pread … truncate) may run on several worker threads at once; they
/// block, and return an errno value, 0 when done.
class BlockNode : public std::enable_shared_from_this<BlockNode> {
public:
    explicit BlockNode(BlockNodeSettings settings);
    virtual ~BlockNode() = default;
    BlockNode(const BlockNode&) = delete;
    BlockNode& operator=(const BlockNode&) = delete;

    const BlockNodeSettings& settings() const { return settings_; }
    const std::string& name() const { return settings_.name; }
    bool read_only() const { return settings_.read_only; }
    /// What it was made from, or last changed to; the child is not among it.
    const std::shared_ptr<const BlockdevOptions>& options() const { return options_; }
    void set_options(std::shared_ptr<const BlockdevOptions> options) { options_ = std::move(options); }
    /// Other settings under the same name. All or nothing; no request is under way.
    Result<void> change_settings(const BlockNodeSettings& settings);
    /// Before the first request only.
    void set_detect_zeroes(BlockdevDetectZeroes mode) { settings_.detect_zeroes = mode; }
    virtual BlockdevDriver driver() const = 0;
    virtual std::string_view driver_name() const { return enum_name(driver()); }

    /// Bytes, rounded up to whole sectors of 512.
    std::uint64_t size() const { return (byte_size() + 511) / 512 * 512; }
    /// Bytes that it takes on the host; nothing when that is not known.
    virtual std::optional<std::uint64_t> allocated_size() const { return 0; }
    /// What query-block calls its file name: a path, or "json:{…}" when a path cannot say it all.
    std::string filename() const;
    /// The options that make the same node again.
    virtual QDict full_options() const = 0;
    virtual std::optional<std::string> exact_filename() const { return std::nullopt; }
    /// The driver knows about dirty images (query-block shows "dirty-flag").
    virtual bool has_image_info() const { return false; }
    virtual bool is_protocol() const { return false; }
    virtual const BlockNode* child() const { return nullptr; }
    /// The hold on its child; null without one.
    virtual const BlockEdge* child_edge() const { return nullptr; }
    /// All its holds on others.
    virtual std::vector<const BlockEdge*> edges() const;
    /// The node below that requests pass to; null without one.
    BlockNode* below() const { return child_edge() ? child_edge()->node() : nullptr; }
    // Other options for a node in use (blockdev-reopen).
    /// The driver can do that at all.
    virtual bool can_reopen() const { return true; }
    /// The driver's own option (also the child's name) may get another value.
    virtual bool can_change(std::string_view) const { return false; }
    /// Takes the values of those that can change. All or nothing; no request is under way.
    virtual Result<void> change_options(const BlockdevOptions&, const BlockLayer&) { return {}; }
    /// Another node takes the child's place. The users' requests have ended.
    virtual Result<void> replace_child(std::shared_ptr<BlockNode>) { return fail("the node has no child"); }
    /// It adds something to the requests of its child and leaves the data as they are.
    virtual bool is_filter() const { return false; }
    /// How long each request takes at the least (null-co's latency-ns), in the host's time.
    virtual std::uint64_t latency_ns() const;
    /// How long a request waits for the limits of this node and those below (throttle). Counts it.
    virtual std::uint64_t delay_ns(IoKind kind, std::uint64_t bytes, std::uint64_t now_ns);
    /// Something is about to happen at this node, or in the one above: blkdebug's rules wait for it. On any thread.
    virtual void debug_event(BlkdebugEvent) {}

    /// How much from `offset` on (not beyond `bytes`) is known to read as zeroes, or is data. Blocks as a request does.
    struct Extent {
        bool zero = false;
        std::uint64_t bytes = 0;
    };
    virtual Extent extent(std::uint64_t, std::uint64_t bytes) { return {false, bytes}; }
    /// Its requests never wait for anything.
    virtual bool immediate() const { return false; }

    int pread(std::uint64_t offset, std::span<std::uint8_t> buffer);
    int pwrite(std::uint64_t offset, std::span<const std::uint8_t> buffer);
    int write_zeroes(std::uint64_t offset, std::uint64_t bytes, bool may_unmap);
    int discard(std::uint64_t offset, std::uint64_t bytes);
    int flush();
    /// Nobody else uses the node meanwhile. The text of a failure is QEMU's.
    Result<void> truncate(std::uint64_t bytes);

    /// One past the highest byte that was ever written.
    std::uint64_t write_highest_offset() const { return write_highest_offset_; }
    struct DiscardStats {
        std::atomic<std::uint64_t> ok{0}, failed{0}, bytes{0};
    };
    const DiscardStats& discard_stats() const { return discard_stats_; }

    /// The first write past this offset is noted, and the threshold is gone then. 0: none.
    std::uint64_t write_threshold() const { return write_threshold_; }
    void set_write_threshold(std::uint64_t offset) { write_threshold_ = offset; }
    struct ThresholdPassed {
        std::uint64_t threshold, exceeded_by;
    };
    /// What was noted since the last call. Loop thread only.
    std::optional<ThresholdPassed> take_threshold_passed();

    /// A job wants it left as it is: commands are refused with `reason`, until it is done.
    void block(const void* job, std::string reason) { blockers_.emplace_back(job, std::move(reason)); }
    void unblock(const void* job) {
        std::erase_if(blockers_, [job](const auto& one) { return one.first == job; });
    }
    /// Null: nobody does.
    const std::string* blocker() const { return blockers_.empty() ? nullptr : &blockers_.front().second; }

    /// In the order of their making.
    const std::vector<std::shared_ptr<DirtyBitmap>>& bitmaps() const { return bitmaps_; }
    std::shared_ptr<DirtyBitmap> find_bitmap(std::string_view name) const;
    /// No request is under way.
    void set_bitmaps(std::vector<std::shared_ptr<DirtyBitmap>> bitmaps) { bitmaps_ = std::move(bitmaps); }

    const std::vector<BlockEdge*>& users() const { return users_; }
    bool used_by_backend() const;
    /// Made by blockdev-add, which holds it until blockdev-del.
    bool monitor_owned() const { return monitor_owned_; }
    void set_monitor_owned(bool owned) { monitor_owned_ = owned; }
    /// The demands of all users together.
    BlockPermissions cumulative() const;

protected:
    virtual std::uint64_t byte_size() const = 0;
    virtual int do_read(std::uint64_t offset, std::span<std::uint8_t> buffer) = 0;
    virtual int do_write(std::uint64_t offset, std::span<const std::uint8_t> buffer) = 0;
    virtual int do_write_zeroes(std::uint64_t offset, std::uint64_t bytes, bool may_unmap) = 0;
    virtual int do_discard(std::uint64_t, std::uint64_t) { return 0; }
    /// To the disk, without the child's part.
    virtual int do_flush() { return 0; }
    /// Before anything else of a flush; an errno value ends it.
    virtual int before_flush() { return 0; }
    virtual Result<void> do_truncate(std::uint64_t bytes);
    /// The users demand this now: opens, locks, passes it down to children. All or nothing.
    virtual Result<void> apply_permissions(BlockPermissions) { return {}; }

    /// `next` is about to become its settings.
    virtual Result<void> prepare_settings(const BlockNodeSettings& next);

    DiscardStats discard_stats_;

private:
    friend class BlockEdge;
    Result<void> update_permissions();
    Result<void> check_conflicts() const;

    BlockNodeSettings settings_;
    std::shared_ptr<const BlockdevOptions> options_;
    std::vector<BlockEdge*> users_;  // oldest first
    std::vector<std::pair<const void*, std::string>> blockers_;
    std::vector<std::shared_ptr<DirtyBitmap>> bitmaps_;
    bool monitor_owned_ = false;
    void note_write(std::uint64_t offset, std::uint64_t bytes);

    std::atomic<std::uint64_t> writes_{0}, flushed_writes_{0};  // what was written and flushed, counted in requests
    std::atomic<std::uint64_t> write_highest_offset_{0};
    std::atomic<std::uint64_t> write_threshold_{0};
    std::atomic<std::uint64_t> passed_threshold_{0}, passed_by_{0};
};

}  // namespace rhea
