#include "machine/block/blkdebug_node.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cerrno>

#include "machine/block/flat_options.h"
#include "qobject/convert.h"

namespace rhea {
namespace {

/// Calls `piece(offset, bytes, aligned)` for what lies before, between and after multiples of `unit`, at most `most` bytes at
/// a time (0: any number), until one gives an error.
template <class Piece>
int in_pieces(std::uint64_t offset, std::uint64_t bytes, std::uint64_t unit, std::uint64_t most, Piece&& piece) {
    unit = std::max<std::uint64_t>(unit, 1);
    most = most / unit * unit;
    while (bytes) {
        std::uint64_t now = bytes;
        const std::uint64_t past = offset % unit;
        if (past) now = std::min(bytes, unit - past);
        else if (bytes > unit) now = bytes / unit * unit;
        if (most) now = std::min(now, most);
        if (const int error = piece(offset, now, past == 0 && now % unit == 0)) return error;
        offset += now;
        bytes -= now;
    }
    return 0;
}

std::uint64_t number(const std::optional<std::int32_t>& option) { return static_cast<std::uint64_t>(option.value_or(0)); }

unsigned bits_of(const std::optional<std::vector<BlockPermission>>& permissions) {
    unsigned bits = 0;
    for (const BlockPermission one : permissions.value_or(std::vector<BlockPermission>{})) bits |= 1u << static_cast<int>(one);
    return bits;
}

}  // namespace

BlkdebugNode::BlkdebugNode(const BlockdevOptions& options, BlockNodeSettings settings)
    : FilterNode(std::move(settings), "image"), options_(std::get<BlockdevBlkdebug>(options.u)), own_options_(options.written) {
    if (own_options_.empty()) {  // nothing was written as text
        BlockdevBlkdebug own = options_;
        own.image = {};
        QDict dict = *to_qobject(own).dict();
        dict.erase("image");
        own_options_ = FlatOptions::from_dict(dict).to_dict();
    }
    align_ = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(options_.align.value_or(0)));
}

Result<std::shared_ptr<BlockNode>> BlkdebugNode::open(const BlockdevOptions& options, BlockNodeSettings settings,
                                                      std::shared_ptr<BlockNode> image) {
    auto node = std::make_shared<BlkdebugNode>(options, std::move(settings));
    const BlockdevBlkdebug& own = node->options_;
    if (own.config) RHEA_CHECK(node->rules_.add_file(*own.config));
    if (own.inject_error)
        for (const BlkdebugInjectError& rule : *own.inject_error) node->rules_.add(rule);
    if (own.set_state)
        for (const BlkdebugSetState& rule : *own.set_state) node->rules_.add(rule);
    RHEA_CHECK(node->check_limits());
    RHEA_CHECK(node->attach_child(std::move(image)));
    node->rules_.event(BlkdebugEvent::none);
    return node;
}

Result<void> BlkdebugNode::check_limits() const {
    const auto cannot = [](std::string_view what, std::int64_t value) {
        return fail(fmt::format("Cannot meet constraints with {} {}", what, value));
    };
    constexpr std::int64_t kMost = INT32_MAX;
    const std::int64_t align = options_.align.value_or(0);
    for (const auto& [name, value] : {std::pair<std::string_view, std::int64_t>{"align", align},
                                      {"max-transfer", options_.max_transfer.value_or(0)},
                                      {"opt-write-zero", options_.opt_write_zero.value_or(0)},
                                      {"max-write-zero", options_.max_write_zero.value_or(0)},
                                      {"opt-discard", options_.opt_discard.value_or(0)},
                                      {"max-discard", options_.max_discard.value_or(0)}})
        if (value < 0) return fail(Error::invalid_parameter_value(name, "a non-negative number below 2^64"));
    if (align >= kMost || (align && !std::has_single_bit(align_))) return cannot("align", align);
    const auto check = [&](std::string_view name, const std::optional<std::int32_t>& value,
                           const std::optional<std::int32_t>& unit) -> Result<void> {
        const std::uint64_t whole = std::max(align_, number(unit));
        if (number(value) >= static_cast<std::uint64_t>(kMost) || number(value) % whole != 0) return cannot(name, *value);
        return {};
    };
    RHEA_CHECK(check("max-transfer", options_.max_transfer, {}));
    RHEA_CHECK(check("opt-write-zero", options_.opt_write_zero, {}));
    RHEA_CHECK(check("max-write-zero", options_.max_write_zero, options_.opt_write_zero));
    RHEA_CHECK(check("opt-discard", options_.opt_discard, {}));
    return check("max-discard", options_.max_discard, options_.opt_discard);
}

BlockPermissions BlkdebugNode::child_permissions(BlockPermissions wanted) const {
    wanted.perm |= bits_of(options_.take_child_perms);
    wanted.shared &= ~bits_of(options_.unshare_child_perms);
    return wanted;
}

std::optional<std::string> BlkdebugNode::exact_filename() const {
    if (own_options_.size() > (options_.config ? 1u : 0u)) return std::nullopt;
    const auto image = child()->exact_filename();
    if (!image) return std::nullopt;
    return fmt::format("blkdebug:{}:{}", options_.config.value_or(""), *image);
}

int BlkdebugNode::check_transfer(BlkdebugIoType type, std::uint64_t offset, std::uint64_t bytes) {
    const std::uint64_t start = offset / align_ * align_;
    const std::uint64_t whole = (offset + bytes - start + align_ - 1) / align_ * align_;
    return in_pieces(start, whole, 1, number(options_.max_transfer),
                     [&](std::uint64_t at, std::uint64_t length, bool) { return rules_.check(type, at, length); });
}

/// What has to be read before a write that does not begin or end with a unit.
int BlkdebugNode::read_edges(std::uint64_t offset, std::uint64_t bytes) {
    const std::uint64_t end = offset + bytes, first = offset / align_ * align_, last = end / align_ * align_;
    if (offset % align_) {
        debug_event(BlkdebugEvent::pwritev_rmw_head);
        if (const int error = rules_.check(BlkdebugIoType::read, first, align_)) return error;
        debug_event(BlkdebugEvent::pwritev_rmw_after_head);
    }
    if (end % align_ && (last != first || offset % align_ == 0)) {
        debug_event(BlkdebugEvent::pwritev_rmw_tail);
        if (const int error = rules_.check(BlkdebugIoType::read, last, align_)) return error;
        debug_event(BlkdebugEvent::pwritev_rmw_after_tail);
    }
    return 0;
}

int BlkdebugNode::do_read(std::uint64_t offset, std::span<std::uint8_t> buffer) {
    if (const int error = check_transfer(BlkdebugIoType::read, offset, buffer.size())) return error;
    return FilterNode::do_read(offset, buffer);
}

int BlkdebugNode::do_write(std::uint64_t offset, std::span<const std::uint8_t> buffer) {
    if (const int error = read_edges(offset, buffer.size())) return error;
    if (const int error = check_transfer(BlkdebugIoType::write, offset, buffer.size())) return error;
    return FilterNode::do_write(offset, buffer);
}

int BlkdebugNode::do_write_zeroes(std::uint64_t offset, std::uint64_t bytes, bool may_unmap) {
    const std::uint64_t unit = std::max(align_, number(options_.opt_write_zero));
    const int refused = in_pieces(offset, bytes, unit, number(options_.max_write_zero),
                                  [&](std::uint64_t at, std::uint64_t length, bool aligned) {
        // What is too small for the driver is written as data.
        const int error = aligned ? rules_.check(BlkdebugIoType::write_zeroes, at, length) : ENOTSUP;
        return error == ENOTSUP ? check_transfer(BlkdebugIoType::write, at, length) : error;
    });
    return refused ? refused : FilterNode::do_write_zeroes(offset, bytes, may_unmap);
}

int BlkdebugNode::do_discard(std::uint64_t offset, std::uint64_t bytes) {
    const std::uint64_t unit = std::max(align_, number(options_.opt_discard));
    return in_pieces(offset, bytes, unit, number(options_.max_discard),
                     [&](std::uint64_t at, std::uint64_t length, bool aligned) {
        if (!aligned) return 0;  // discarding is advice
        const int error = rules_.check(BlkdebugIoType::discard, at, length);
        if (error) return error == ENOTSUP ? 0 : error;
        return FilterNode::do_discard(at, length);
    });
}

}  // namespace rhea
