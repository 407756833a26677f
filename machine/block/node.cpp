#include "machine/block/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "json/writer.h"
#include "machine/block/dirty_bitmap.h"
#include "machine/block/options.h"

namespace rhea {
namespace {

constexpr std::uint64_t kMaxImageBytes = 9223372035781033984u;  // a whole number of GiB that stays an int64

bool all_zero(std::span<const std::uint8_t> buffer) {
    return buffer.empty() || (buffer[0] == 0 && std::memcmp(buffer.data(), buffer.data() + 1, buffer.size() - 1) == 0);
}

}  // namespace

std::string permission_names(unsigned permissions) {
    static constexpr std::string_view kNames[] = {"consistent-read", "write", "write-unchanged", "resize"};
    std::string text;
    for (unsigned bit = 0; bit < std::size(kNames); ++bit) {
        if (!(permissions & 1u << bit)) continue;
        if (!text.empty()) text += ", ";
        text += kNames[bit];
    }
    return text;
}

Result<void> BlockEdge::attach(std::shared_ptr<BlockNode> node, BlockPermissions permissions) {
    detach();
    node_ = std::move(node);
    permissions_ = permissions;
    node_->users_.push_back(this);
    auto done = node_->update_permissions();
    if (!done) detach();
    return done;
}

void BlockEdge::detach() {
    if (!node_) return;
    auto node = std::move(node_);
    std::erase(node->users_, this);
    // Fewer demands cannot conflict; a file that cannot be reopened read-only keeps what it has.
    (void)node->update_permissions();
}

Result<void> BlockEdge::replace(std::shared_ptr<BlockNode> node) {
    auto before = node_;
    const BlockPermissions permissions = permissions_;
    auto done = attach(std::move(node), permissions);
    if (!done) (void)attach(std::move(before), permissions);  // as it was, so that nothing is in its way
    return done;
}

Result<void> BlockEdge::set_permissions(BlockPermissions permissions) {
    const BlockPermissions before = permissions_;
    permissions_ = permissions;
    if (!node_) return {};
    auto done = node_->update_permissions();
    if (!done) {
        permissions_ = before;
        (void)node_->update_permissions();
    }
    return done;
}

BlockNode::BlockNode(BlockNodeSettings settings) : settings_(std::move(settings)) {}

BlockPermissions BlockNode::cumulative() const {
    BlockPermissions sum;
    for (const BlockEdge* user : users_) {
        sum.perm |= user->permissions().perm;
        sum.shared &= user->permissions().shared;
    }
    if (settings_.force_share) sum.shared = BlockPermissions::all;
    return sum;
}

bool BlockNode::used_by_backend() const {
    return std::any_of(users_.begin(), users_.end(), [](const BlockEdge* user) { return user->from_backend(); });
}

Result<void> BlockNode::check_conflicts() const {
    // The newest user is named as the one who does not share.
    for (auto one = users_.rbegin(); one != users_.rend(); ++one) {
        for (auto other = users_.rbegin(); other != users_.rend(); ++other) {
            const unsigned refused = (*other)->permissions().perm & ~(*one)->permissions().shared;
            if (one == other || !refused) continue;
            return fail(
                fmt::format("Permission conflict on node '{}': permissions '{}' are both required by {} (uses node '{}' as "
                            "'{}' child) and unshared by {} (uses node '{}' as '{}' child).",
                            name(), permission_names(refused), (*other)->user(), name(), (*other)->role(), (*one)->user(),
                            name(), (*one)->role()));
        }
    }
    return {};
}

Result<void> BlockNode::update_permissions() {
    RHEA_CHECK(check_conflicts());
    const BlockPermissions wanted = cumulative();
    if (read_only() && (wanted.perm & (BlockPermissions::write | BlockPermissions::write_unchanged)))
        return fail("Block node is read-only");
    return apply_permissions(wanted);
}

std::vector<const BlockEdge*> BlockNode::edges() const {
    if (const BlockEdge* edge = child_edge()) return {edge};
    return {};
}

Result<void> BlockNode::prepare_settings(const BlockNodeSettings&) { return {}; }

Result<void> BlockNode::change_settings(const BlockNodeSettings& settings) {
    constexpr unsigned kWriting = BlockPermissions::write | BlockPermissions::write_unchanged;
    if (settings.read_only && (cumulative().perm & kWriting))
        return fail(fmt::format("Read-only block node '{}' cannot support read-write users", name()));
    RHEA_CHECK(prepare_settings(settings));
    settings_ = settings;
    return {};
}

std::string BlockNode::filename() const {
    if (auto exact = exact_filename()) return *std::move(exact);
    return "json:" + json::to_string(QObject(full_options()));
}

int BlockNode::pread(std::uint64_t offset, std::span<std::uint8_t> buffer) {
    if (offset > size() || buffer.size() > size() - offset) return EIO;
    return do_read(offset, buffer);
}

std::shared_ptr<DirtyBitmap> BlockNode::find_bitmap(std::string_view name) const {
    for (const auto& bitmap : bitmaps_)
        if (bitmap->name() == name) return bitmap;
    return nullptr;
}

void BlockNode::note_write(std::uint64_t offset, std::uint64_t bytes) {
    ++writes_;
    for (const auto& bitmap : bitmaps_) bitmap->written(offset, bytes);
    const std::uint64_t end = offset + bytes;
    std::uint64_t highest = write_highest_offset_;
    while (end > highest && !write_highest_offset_.compare_exchange_weak(highest, end)) {}
    std::uint64_t threshold = write_threshold_;
    // Of several writes at once, the one that takes the threshold away reports it.
    if (threshold == 0 || end <= threshold || !write_threshold_.compare_exchange_strong(threshold, 0)) return;
    passed_by_ = end - threshold;
    passed_threshold_ = threshold;
}

std::optional<BlockNode::ThresholdPassed> BlockNode::take_threshold_passed() {
    const std::uint64_t threshold = passed_threshold_.exchange(0);
    if (threshold == 0) return std::nullopt;
    return ThresholdPassed{threshold, passed_by_};
}

int BlockNode::pwrite(std::uint64_t offset, std::span<const std::uint8_t> buffer) {
    if (read_only()) return EPERM;
    if (offset > size() || buffer.size() > size() - offset) return EIO;
    if (settings_.detect_zeroes != BlockdevDetectZeroes::off && all_zero(buffer))
        return write_zeroes(offset, buffer.size(), settings_.detect_zeroes == BlockdevDetectZeroes::unmap);
    debug_event(BlkdebugEvent::pwritev);
    const int error = do_write(offset, buffer);
    debug_event(BlkdebugEvent::pwritev_done);
    if (error) return error;
    note_write(offset, buffer.size());
    return 0;
}

int BlockNode::write_zeroes(std::uint64_t offset, std::uint64_t bytes, bool may_unmap) {
    if (read_only()) return EPERM;
    if (offset > size() || bytes > size() - offset) return EIO;
    debug_event(BlkdebugEvent::pwritev_zero);
    const int error = do_write_zeroes(offset, bytes, may_unmap && settings_.unmap);
    debug_event(BlkdebugEvent::pwritev_done);
    if (error) return error;
    note_write(offset, bytes);
    return 0;
}

int BlockNode::discard(std::uint64_t offset, std::uint64_t bytes) {
    if (read_only()) return EPERM;
    if (offset > size() || bytes > size() - offset) return EIO;
    if (!settings_.unmap) return 0;
    ++writes_;
    for (const auto& bitmap : bitmaps_) bitmap->written(offset, bytes);
    return do_discard(offset, bytes);
}

int BlockNode::flush() {
    if (read_only()) return 0;
    if (const int error = before_flush()) return error;
    BlockNode* child = below();
    if (child) child->debug_event(BlkdebugEvent::flush_to_os);
    // What has not been written to since the last flush has nothing to flush.
    if (const std::uint64_t writes = writes_; !settings_.cache_no_flush && writes != flushed_writes_) {
        if (child) child->debug_event(BlkdebugEvent::flush_to_disk);
        if (const int error = do_flush()) return error;
        flushed_writes_ = writes;
    }
    return child ? child->flush() : 0;
}

std::uint64_t BlockNode::latency_ns() const {
    const BlockNode* child = this->child();
    return child ? child->latency_ns() : 0;
}

std::uint64_t BlockNode::delay_ns(IoKind kind, std::uint64_t bytes, std::uint64_t now_ns) {
    BlockNode* child = below();
    return child ? child->delay_ns(kind, bytes, now_ns) : 0;
}

Result<void> BlockNode::truncate(std::uint64_t bytes) {
    if (bytes > kMaxImageBytes) return fail(fmt::format("offset({}) exceeds maximum({})", bytes, kMaxImageBytes));
    if (read_only()) return fail("Image is read-only");
    ++writes_;
    RHEA_CHECK(do_truncate(bytes));
    for (const auto& bitmap : bitmaps_) bitmap->resize(size());
    return {};
}

Result<void> BlockNode::do_truncate(std::uint64_t) { return fail("Image format driver does not support resize"); }

}  // namespace rhea
