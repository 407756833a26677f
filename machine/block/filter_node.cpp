#include "machine/block/filter_node.h"

#include <fmt/format.h>

#include "machine/block/block_layer.h"

namespace rhea {

FilterNode::FilterNode(BlockNodeSettings settings, std::string_view role)
    : BlockNode(std::move(settings)), child_(role, false, [this] { return fmt::format("node '{}'", name()); }) {}

Result<void> FilterNode::attach_child(std::shared_ptr<BlockNode> child) {
    return child_.attach(std::move(child), child_permissions(cumulative()));
}

Result<void> FilterNode::replace_child(std::shared_ptr<BlockNode> child) {
    return child_.replace(std::move(child));
}

QDict FilterNode::full_options() const {
    QDict options = own_options();
    options.put("driver", driver_name());
    options.put(std::string(child_.role()), child_.node()->full_options());
    return options;
}

Result<std::shared_ptr<BlockNode>> CopyOnReadNode::open(const BlockdevCor& options, BlockNodeSettings settings,
                                                        std::shared_ptr<BlockNode> file, const BlockNode* bottom) {
    auto node = std::make_shared<CopyOnReadNode>(std::move(settings));
    RHEA_CHECK(node->attach_child(std::move(file)));
    if (!options.bottom) return node;
    if (!bottom) return fail(fmt::format("Bottom node '{}' not found", *options.bottom));
    if (bottom->is_filter()) return fail(fmt::format("Bottom node '{}' is a filter", *options.bottom));
    const BlockNode* below = node->child();
    while (below->is_filter()) below = below->child();
    // QEMU itself does not survive a bottom that is not in the chain.
    if (below != bottom) return fail(fmt::format("Bottom node '{}' not found", *options.bottom));
    return node;
}

BlockPermissions CopyOnReadNode::child_permissions(BlockPermissions wanted) const {
    wanted.perm |= BlockPermissions::write_unchanged;
    return wanted;
}

Result<std::shared_ptr<BlockNode>> ThrottleNode::open(std::shared_ptr<ThrottleGroup> group, BlockNodeSettings settings,
                                                      std::shared_ptr<BlockNode> file) {
    auto node = std::make_shared<ThrottleNode>(std::move(settings), std::move(group));
    RHEA_CHECK(node->attach_child(std::move(file)));
    return node;
}

Result<void> ThrottleNode::change_options(const BlockdevOptions& next, const BlockLayer& layer) {
    group_ = RHEA_TRY(layer.named_throttle_group(std::get<BlockdevThrottle>(next.u).throttle_group));
    return {};
}

QDict ThrottleNode::own_options() const { return QDict{{"throttle-group", group_->name()}}; }

std::uint64_t ThrottleNode::delay_ns(IoKind kind, std::uint64_t bytes, std::uint64_t now_ns) {
    const std::uint64_t below = FilterNode::delay_ns(kind, bytes, now_ns);
    return kind == IoKind::flush ? below : below + group_->delay_ns(kind != IoKind::read, bytes, now_ns);
}

}  // namespace rhea
