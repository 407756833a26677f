#pragma once
/// The nodes that jobs put over the one that they copy: whatever is written to it passes them.
#include <functional>
#include <mutex>
#include <vector>

#include "machine/block/dirty_map.h"
#include "machine/block/filter_node.h"

namespace rhea {

/// What one step of a copy did.
struct CopiedPiece {
    std::uint64_t bytes = 0;
    int error = 0;         ///< an errno value
    bool reading = false;  ///< the error was the source's
};

/// What both have: they look like the node below.
class JobFilterNode : public FilterNode {
public:
    using FilterNode::FilterNode;
    /// Nobody named it: query-block shows what is below.
    bool implicit() const { return name().starts_with('#'); }
    QDict full_options() const override { return child()->full_options(); }
    std::optional<std::string> exact_filename() const override { return child()->exact_filename(); }
    bool can_reopen() const override { return false; }

    /// Goes between `node` and all that use it. Requests have ended.
    Result<void> insert_above(const std::shared_ptr<BlockNode>& node);
    /// All that use it use `node` from now on.
    Result<void> replace_with(const std::shared_ptr<BlockNode>& node);
    /// Copies a piece at the front of this dirty range, which is clean then. Blocks; any thread.
    virtual CopiedPiece copy(DirtyMap::Range range) = 0;

protected:
    QDict own_options() const override { return {}; }
    BlockPermissions child_permissions(BlockPermissions wanted) const override;
    virtual BlockPermissions settled_permissions(BlockPermissions wanted) const = 0;
    /// Known zeroes as such, whole units of `map`, no more than a worker moves at once.
    static CopiedPiece copy_piece(BlockNode& source, BlockNode& target, DirtyMap::Range range, std::uint64_t unit);

private:
    Result<void> move_users(const std::vector<BlockEdge*>& users, const std::shared_ptr<BlockNode>& from, const std::shared_ptr<BlockNode>& to);
    bool moving_ = false;  // its users come or go: it is in nobody's way
};

/// Driver "mirror_top". Remembers what is written; in the blocking mode it writes the target, too.
class MirrorTopNode final : public JobFilterNode {
public:
    MirrorTopNode(BlockNodeSettings settings, std::shared_ptr<DirtyMap> dirty, std::shared_ptr<BlockNode> target)
        : JobFilterNode(std::move(settings), "backing"), dirty_(std::move(dirty)), target_(std::move(target)) {}
    BlockdevDriver driver() const override { return BlockdevDriver::raw; }
    std::string_view driver_name() const override { return "mirror_top"; }
    /// Writes go to both from now on. No request is under way.
    void write_through() { through_ = true; }
    CopiedPiece copy(DirtyMap::Range range) override;
    void let_go_of_target() { target_ = nullptr; }
    /// Called from the thread of a write that left something to be copied. Set while no request is under way.
    std::function<void()> on_dirty;

protected:
    BlockPermissions settled_permissions(BlockPermissions wanted) const override;
    int do_write(std::uint64_t offset, std::span<const std::uint8_t> buffer) override;
    int do_write_zeroes(std::uint64_t offset, std::uint64_t bytes, bool may_unmap) override;
    int do_discard(std::uint64_t offset, std::uint64_t bytes) override;

private:
    template <class Request>
    int pass(std::uint64_t offset, std::uint64_t bytes, Request&& request);

    std::shared_ptr<DirtyMap> dirty_;
    std::shared_ptr<BlockNode> target_;
    bool through_ = false;
    std::mutex both_;  // held while the target is written, so that it never gets older data after newer
};

/// Driver "copy-before-write". What is about to be overwritten goes to the target first.
class CopyBeforeWriteNode final : public JobFilterNode {
public:
    CopyBeforeWriteNode(BlockNodeSettings settings, std::shared_ptr<DirtyMap> left);
    BlockdevDriver driver() const override { return BlockdevDriver::copy_before_write; }
    std::vector<const BlockEdge*> edges() const override { return {child_edge(), &target_}; }
    Result<void> attach_target(std::shared_ptr<BlockNode> target);
    void detach_target() { target_.detach(); }
    CopiedPiece copy(DirtyMap::Range range) override;

protected:
    BlockPermissions settled_permissions(BlockPermissions wanted) const override;
    int do_write(std::uint64_t offset, std::span<const std::uint8_t> buffer) override;
    int do_write_zeroes(std::uint64_t offset, std::uint64_t bytes, bool may_unmap) override;
    int do_discard(std::uint64_t offset, std::uint64_t bytes) override;

private:
    int save(std::uint64_t offset, std::uint64_t bytes);

    std::shared_ptr<DirtyMap> left_;  // what is to be copied still
    BlockEdge target_;
    std::mutex copying_;  // one piece at a time; who writes elsewhere does not wait for it
};

}  // namespace rhea
