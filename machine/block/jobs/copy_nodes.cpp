#include "machine/block/jobs/copy_nodes.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace rhea {

CopiedPiece JobFilterNode::copy_piece(BlockNode& source, BlockNode& target, DirtyMap::Range range, std::uint64_t unit) {
    constexpr std::uint64_t kMost = 1 << 20;
    const auto [offset, bytes] = range;
    const auto extent = source.extent(offset, bytes);
    const std::uint64_t zeroes = !extent.zero ? 0 : extent.bytes >= bytes ? bytes : extent.bytes / unit * unit;
    if (zeroes) return {zeroes, target.write_zeroes(offset, zeroes, true), false};
    const std::uint64_t now = std::min(bytes, std::max(kMost, unit));
    std::vector<std::uint8_t> buffer(static_cast<std::size_t>(now));
    if (const int error = source.pread(offset, buffer)) return {now, error, true};
    return {now, target.pwrite(offset, buffer), false};
}

BlockPermissions JobFilterNode::child_permissions(BlockPermissions wanted) const {
    return moving_ ? BlockPermissions{wanted.perm, BlockPermissions::all} : settled_permissions(wanted);
}

Result<void> JobFilterNode::move_users(const std::vector<BlockEdge*>& users, const std::shared_ptr<BlockNode>& from,
                                       const std::shared_ptr<BlockNode>& to) {
    for (std::size_t i = 0; i < users.size(); ++i) {
        auto moved = users[i]->replace(to);
        if (moved) continue;
        while (i-- > 0) (void)users[i]->replace(from);
        return moved;
    }
    return {};
}

Result<void> JobFilterNode::insert_above(const std::shared_ptr<BlockNode>& node) {
    const std::vector<BlockEdge*> users = node->users();
    moving_ = true;
    RHEA_CHECK(attach_child(node));
    auto moved = move_users(users, node, shared_from_this());
    moving_ = false;
    if (moved) moved = apply_permissions(cumulative());
    if (!moved) {
        moving_ = true;
        (void)move_users(std::vector<BlockEdge*>(this->users()), shared_from_this(), node);
    }
    return moved;
}

Result<void> JobFilterNode::replace_with(const std::shared_ptr<BlockNode>& node) {
    moving_ = true;
    RHEA_CHECK(apply_permissions(cumulative()));
    return move_users(std::vector<BlockEdge*>(users()), shared_from_this(), node);
}

// --- mirror_top

BlockPermissions MirrorTopNode::settled_permissions(BlockPermissions wanted) const {
    wanted.perm |= BlockPermissions::consistent_read;
    wanted.shared |= BlockPermissions::write | BlockPermissions::write_unchanged | BlockPermissions::consistent_read;
    return wanted;
}

CopiedPiece MirrorTopNode::copy(DirtyMap::Range range) {
    const std::lock_guard lock(both_);
    // What is written from here on is dirty again.
    dirty_->clear(range.offset, range.bytes);
    const CopiedPiece piece = copy_piece(*below(), *target_, range, dirty_->granularity());
    const std::uint64_t done = piece.error ? 0 : piece.bytes;
    dirty_->set(range.offset + done, range.bytes - done);
    return piece;
}

template <class Request>
int MirrorTopNode::pass(std::uint64_t offset, std::uint64_t bytes, Request&& request) {
    std::unique_lock lock(both_, std::defer_lock);
    if (through_) lock.lock();
    const int error = request(*below());
    if (through_ && !error && request(*target_) == 0) return 0;
    // A write that failed half-way has changed something, too.
    dirty_->set(offset, bytes);
    if (on_dirty) on_dirty();
    return error;
}

int MirrorTopNode::do_write(std::uint64_t offset, std::span<const std::uint8_t> buffer) {
    return pass(offset, buffer.size(), [&](BlockNode& node) { return node.pwrite(offset, buffer); });
}

int MirrorTopNode::do_write_zeroes(std::uint64_t offset, std::uint64_t bytes, bool may_unmap) {
    return pass(offset, bytes, [&](BlockNode& node) { return node.write_zeroes(offset, bytes, may_unmap); });
}

int MirrorTopNode::do_discard(std::uint64_t offset, std::uint64_t bytes) {
    return pass(offset, bytes, [&](BlockNode& node) { return node.discard(offset, bytes); });
}

// --- copy-before-write

CopyBeforeWriteNode::CopyBeforeWriteNode(BlockNodeSettings settings, std::shared_ptr<DirtyMap> left)
    : JobFilterNode(std::move(settings), "file"),
      left_(std::move(left)),
      target_("target", false, [this] { return fmt::format("node '{}'", name()); }) {}

Result<void> CopyBeforeWriteNode::attach_target(std::shared_ptr<BlockNode> target) {
    return target_.attach(std::move(target), {BlockPermissions::write, BlockPermissions::consistent_read | BlockPermissions::write |
                                                                           BlockPermissions::write_unchanged});
}

BlockPermissions CopyBeforeWriteNode::settled_permissions(BlockPermissions wanted) const {
    if (wanted.perm) wanted.perm |= BlockPermissions::consistent_read;
    wanted.shared = BlockPermissions::consistent_read | BlockPermissions::write_unchanged;
    return wanted;
}

CopiedPiece CopyBeforeWriteNode::copy(DirtyMap::Range range) {
    const std::lock_guard lock(copying_);
    // Somebody may have copied the front of it in the meantime.
    const auto still = left_->next(range.offset, range.bytes);
    if (!still || still->offset >= range.offset + range.bytes) return {};
    range.bytes = std::min(range.bytes - (still->offset - range.offset), still->bytes);
    range.offset = still->offset;
    const CopiedPiece piece = copy_piece(*below(), *target_.node(), range, left_->granularity());
    if (piece.error == 0) left_->clear(range.offset, piece.bytes);
    return piece;
}

int CopyBeforeWriteNode::save(std::uint64_t offset, std::uint64_t bytes) {
    const std::uint64_t unit = left_->granularity(), end = offset + bytes;
    for (std::uint64_t at = offset / unit * unit; at < end && left_->any(at, end - at);) {
        const auto range = left_->next(at, end - at + unit);
        if (!range || range->offset >= end) break;
        const CopiedPiece piece = copy(*range);
        if (piece.error) return piece.error;
        at = range->offset;
    }
    return 0;
}

int CopyBeforeWriteNode::do_write(std::uint64_t offset, std::span<const std::uint8_t> buffer) {
    const int error = save(offset, buffer.size());
    return error ? error : FilterNode::do_write(offset, buffer);
}

int CopyBeforeWriteNode::do_write_zeroes(std::uint64_t offset, std::uint64_t bytes, bool may_unmap) {
    const int error = save(offset, bytes);
    return error ? error : FilterNode::do_write_zeroes(offset, bytes, may_unmap);
}

int CopyBeforeWriteNode::do_discard(std::uint64_t offset, std::uint64_t bytes) {
    const int error = save(offset, bytes);
    return error ? error : FilterNode::do_discard(offset, bytes);
}

}  // namespace rhea
