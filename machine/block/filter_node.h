#pragma once
/// What a node that stands over one other node passes on: everything. Its kinds add to that.
#include "machine/block/node.h"
#include "machine/block/options.h"
#include "machine/block/throttle.h"

namespace rhea {

class FilterNode : public BlockNode {
public:
    /// `role`: what the graph calls its child ("file", "image").
    FilterNode(BlockNodeSettings settings, std::string_view role);

    bool is_filter() const override { return true; }
    std::optional<std::uint64_t> allocated_size() const override { return child_.node()->allocated_size(); }
    bool has_image_info() const override { return child_.node()->has_image_info(); }
    const BlockNode* child() const override { return child_.node(); }
    const BlockEdge* child_edge() const override { return &child_; }
    QDict full_options() const override;
    Extent extent(std::uint64_t offset, std::uint64_t bytes) override { return child_.node()->extent(offset, bytes); }
    bool immediate() const override { return child_.node()->immediate(); }
    Result<void> replace_child(std::shared_ptr<BlockNode> child) override;

protected:
    Result<void> attach_child(std::shared_ptr<BlockNode> child);
    /// What it takes of the child when its own users demand `wanted`.
    virtual BlockPermissions child_permissions(BlockPermissions wanted) const { return wanted; }
    /// The options of its own, under the names of the driver.
    virtual QDict own_options() const = 0;

    std::uint64_t byte_size() const override { return child_.node()->size(); }
    int do_read(std::uint64_t offset, std::span<std::uint8_t> buffer) override { return child_.node()->pread(offset, buffer); }
    int do_write(std::uint64_t offset, std::span<const std::uint8_t> buffer) override {
        return child_.node()->pwrite(offset, buffer);
    }
    int do_write_zeroes(std::uint64_t offset, std::uint64_t bytes, bool may_unmap) override {
        return child_.node()->write_zeroes(offset, bytes, may_unmap);
    }
    int do_discard(std::uint64_t offset, std::uint64_t bytes) override { return child_.node()->discard(offset, bytes); }
    Result<void> do_truncate(std::uint64_t bytes) override { return child_.node()->truncate(bytes); }
    Result<void> apply_permissions(BlockPermissions wanted) override {
        return child_.set_permissions(child_permissions(wanted));
    }

private:
    BlockEdge child_;
};

/// Driver "copy-on-read". What its child reads from a backing image would be written to the child; no format of this build
/// has one, so that there is never anything to copy.
class CopyOnReadNode final : public FilterNode {
public:
    static Result<std::shared_ptr<BlockNode>> open(const BlockdevCor& options, BlockNodeSettings settings,
                                                   std::shared_ptr<BlockNode> file, const BlockNode* bottom);
    explicit CopyOnReadNode(BlockNodeSettings settings) : FilterNode(std::move(settings), "file") {}
    BlockdevDriver driver() const override { return BlockdevDriver::copy_on_read; }
    bool can_reopen() const override { return false; }

protected:
    QDict own_options() const override { return {}; }
    BlockPermissions child_permissions(BlockPermissions wanted) const override;
};

/// Driver "throttle": its requests share the limits of a group.
class ThrottleNode final : public FilterNode {
public:
    static Result<std::shared_ptr<BlockNode>> open(std::shared_ptr<ThrottleGroup> group, BlockNodeSettings settings,
                                                   std::shared_ptr<BlockNode> file);
    ThrottleNode(BlockNodeSettings settings, std::shared_ptr<ThrottleGroup> group)
        : FilterNode(std::move(settings), "file"), group_(std::move(group)) {}
    BlockdevDriver driver() const override { return BlockdevDriver::throttle; }
    bool immediate() const override { return false; }
    std::uint64_t delay_ns(IoKind kind, std::uint64_t bytes, std::uint64_t now_ns) override;

    bool can_change(std::string_view option) const override { return option == "throttle-group" || option == "file"; }
    Result<void> change_options(const BlockdevOptions& next, const BlockLayer& layer) override;

protected:
    QDict own_options() const override;

private:
    std::shared_ptr<ThrottleGroup> group_;
};

}  // namespace rhea
