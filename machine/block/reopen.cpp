// Other options for nodes that are in use.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "machine/block/block_layer.h"
#include "machine/block/driver_options.h"

namespace rhea {
namespace {

/// What every node can change, whatever its driver.
constexpr std::array<std::string_view, 7> kCommon = {"node-name", "discard",        "cache.direct", "cache.no-flush",
                                                     "read-only", "auto-read-only", "detect-zeroes"};

bool is_common(std::string_view key) { return std::find(kCommon.begin(), kCommon.end(), key) != kCommon.end(); }

bool stands_on(const BlockNode* top, const BlockNode* node) {
    for (; top; top = top->child())
        if (top == node) return true;
    return false;
}

BlockNodeSettings settings_from(const BlockNodeSettings& before, const BlockdevOptions& options) {
    BlockNodeSettings next = before;
    const BlockdevCache cache = options.cache.value_or(BlockdevCache{});
    next.read_only = options.read_only.value_or(false);
    next.auto_read_only = options.auto_read_only.value_or(false);
    next.cache_direct = cache.direct.value_or(false);
    next.cache_no_flush = cache.no_flush.value_or(false);
    next.unmap = options.discard == BlockdevDiscard::unmap;
    next.detect_zeroes = options.detect_zeroes.value_or(BlockdevDetectZeroes::off);
    return next;
}

}  // namespace

Result<void> BlockLayer::reopen(const std::vector<BlockdevOptions>& options) {
    for (const BlockdevOptions& one : options) {
        if (!one.node_name) return fail("node-name not specified");
        if (!find_node(*one.node_name)) return fail(fmt::format("Failed to find node with node-name='{}'", *one.node_name));
    }
    drain();
    std::vector<std::function<void()>> undo;
    for (const BlockdevOptions& one : options) {
        auto done = reopen_one(one, undo);
        if (done) continue;
        for (auto step = undo.rbegin(); step != undo.rend(); ++step) (*step)();
        return done;
    }
    return {};
}

Result<void> BlockLayer::reopen_one(const BlockdevOptions& options, std::vector<std::function<void()>>& undo) {
    BlockNode* node = find_node(*options.node_name);
    if (!node->can_reopen())
        return fail(fmt::format("Block format '{}' used by node '{}' does not support reopening files", node->driver_name(),
                                node->name()));
    const auto before = node->options();
    const std::string child_key(child_option(node->driver()));
    const auto is_child = [&](std::string_view key) { return !child_key.empty() && key.starts_with(child_key); };
    const QDict had = flat_options(*before), has = flat_options(options);
    for (const QDictEntry& old : had) {
        const bool has_default = node->can_change(old.key) && options.driver == node->driver();
        if (has.find(old.key) || is_common(old.key) || is_child(old.key) || has_default) continue;
        return fail(fmt::format("Option '{}' cannot be reset to its default value", old.key));
    }
    std::shared_ptr<BlockNode> child;
    if (options.driver == node->driver()) {
        const BlockdevRef* ref = child_of(options);
        if (ref && !ref->definition) {
            child = RHEA_TRY(lookup("", ref->reference));
            if (child.get() == node->child()) child = nullptr;
            else if (!node->can_change(child_key)) return fail(fmt::format("Cannot change the option '{}'", child_key));
            else if (stands_on(child.get(), node))
                return fail(fmt::format("Making '{}' a {} child of '{}' would create a cycle", child->name(), child_key,
                                        node->name()));
        }
    }
    const QDict below = node->child() && node->child()->options() ? flat_options(*node->child()->options()) : QDict();
    for (const QDictEntry& now : has) {
        if (now.key == child_key || is_common(now.key)) continue;
        const QObject* old = had.find(now.key);
        // A child that is written out may say again what it is.
        if (is_child(now.key) && now.key != child_key && node->child()->name().starts_with('#'))
            old = below.find(now.key.substr(child_key.size() + 1));
        else if (node->can_change(now.key)) continue;
        if (!old || *old != now.value) return fail(fmt::format("Cannot change the option '{}'", now.key));
    }
    const BlockNodeSettings settings = node->settings(), next = settings_from(settings, options);
    if (next.detect_zeroes == BlockdevDetectZeroes::unmap && !next.unmap)
        return fail("setting detect-zeroes to unmap is not allowed without setting discard operation to unmap");
    if (child) {
        auto old_child = node->child_edge()->shared_node();
        RHEA_CHECK(node->replace_child(std::move(child)));
        undo.push_back([node, old_child = std::move(old_child)] { (void)node->replace_child(old_child); });
    }
    RHEA_CHECK(node->change_options(options, *this));
    undo.push_back([this, node, before] { (void)node->change_options(*before, *this); });
    RHEA_CHECK(node->change_settings(next));
    undo.push_back([node, settings] { (void)node->change_settings(settings); });
    node->set_options(std::make_shared<const BlockdevOptions>(options));
    undo.push_back([node, before] { node->set_options(before); });
    return {};
}

}  // namespace rhea
