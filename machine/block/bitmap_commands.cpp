/// Dirty bitmaps.
#include <fmt/format.h>

#include <bit>

#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/dirty_bitmap.h"
#include "machine/block/sha256.h"
#include "machine/block/transaction.h"
#include "machine/schema_features.h"
#include "monitor/command_table.h"

namespace rhea {

namespace {

constexpr std::uint32_t kSmallestGranularity = 512, kDefaultGranularity = 64 << 10;

Result<std::shared_ptr<BlockNode>> bitmap_node(BlockLayer& layer, const std::string& name) {
    auto node = layer.lookup(name, name);
    if (!node) return fail(fmt::format("Node '{}' not found", name));
    return node;
}

struct Found {
    std::shared_ptr<BlockNode> node;
    std::shared_ptr<DirtyBitmap> bitmap;
};
/// "Node 'x' not found", "Dirty bitmap 'x' not found"
Result<Found> find_bitmap(BlockLayer& layer, const std::string& node_name, const std::string& name) {
    auto node = RHEA_TRY(bitmap_node(layer, node_name));
    auto bitmap = node->find_bitmap(name);
    if (!bitmap) return fail(fmt::format("Dirty bitmap '{}' not found", name));
    return Found{std::move(node), std::move(bitmap)};
}

Result<Found> find_free_bitmap(BlockLayer& layer, const std::string& node, const std::string& name) {
    auto found = RHEA_TRY(find_bitmap(layer, node, name));
    RHEA_CHECK(check_not_busy(*found.bitmap));
    return found;
}

void remove(BlockNode& node, const DirtyBitmap& bitmap) {
    auto all = node.bitmaps();
    std::erase_if(all, [&](const auto& one) { return one.get() == &bitmap; });
    node.set_bitmaps(std::move(all));
}

/// An action that stands for itself.
Result<Empty> run(BlockLayer&, Result<PreparedAction> action) {
    if (!action) return fail(action.error());
    if (action->commit) action->commit();
    return Empty{};
}

}  // namespace

Result<void> check_not_busy(const DirtyBitmap& bitmap) {
    if (!bitmap.busy()) return {};
    return fail(fmt::format("Bitmap '{}' is currently in use by another operation and cannot be used", bitmap.name()));
}

Result<PreparedAction> prepare_action(BlockLayer& layer, const BlockDirtyBitmapAdd& args) {
    constexpr std::size_t kLongestName = 1023;
    if (args.name.empty()) return fail("Bitmap name cannot be empty");
    auto node = RHEA_TRY(layer.lookup(args.node, args.node));
    const std::uint32_t granularity = args.granularity.value_or(kDefaultGranularity);
    if (granularity < kSmallestGranularity || !std::has_single_bit(granularity))
        return fail("Granularity must be power of 2 and at least 512");
    if (args.persistent.value_or(false))
        return fail(fmt::format("Can't store persistent bitmaps to {}: Operation not supported", args.node));
    if (node->find_bitmap(args.name)) return fail(fmt::format("Bitmap already exists: {}", args.name));
    if (args.name.size() > kLongestName) return fail(fmt::format("Bitmap name too long: {}", args.name));
    auto map = RHEA_TRY(DirtyMap::make(node->size(), granularity));
    auto bitmap = std::make_shared<DirtyBitmap>(args.name, std::move(map), !args.disabled.value_or(false));
    auto all = node->bitmaps();
    all.push_back(bitmap);
    node->set_bitmaps(std::move(all));
    return PreparedAction{{}, [node, bitmap] { remove(*node, *bitmap); }};
}

Result<PreparedAction> prepare_bitmap_removal(BlockLayer& layer, const BlockDirtyBitmap& args) {
    auto found = RHEA_TRY(find_free_bitmap(layer, args.node, args.name));
    const auto before = found.node->bitmaps();
    remove(*found.node, *found.bitmap);
    return PreparedAction{{}, [node = found.node, before] { node->set_bitmaps(before); }};
}

Result<PreparedAction> prepare_bitmap_clearing(BlockLayer& layer, const BlockDirtyBitmap& args) {
    auto found = RHEA_TRY(find_free_bitmap(layer, args.node, args.name));
    const std::shared_ptr<DirtyMap> before = found.bitmap->copy();
    found.bitmap->clear();
    return PreparedAction{{}, [bitmap = found.bitmap, before] { bitmap->add(*before); }};
}

Result<PreparedAction> prepare_bitmap_switch(BlockLayer& layer, const BlockDirtyBitmap& args, bool on) {
    auto found = RHEA_TRY(find_free_bitmap(layer, args.node, args.name));
    const bool before = found.bitmap->enabled();
    found.bitmap->set_enabled(on);
    return PreparedAction{{}, [bitmap = found.bitmap, before] { bitmap->set_enabled(before); }};
}

Result<PreparedAction> prepare_action(BlockLayer& layer, const BlockDirtyBitmapMerge& args) {
    auto target = RHEA_TRY(find_free_bitmap(layer, args.node, args.target));
    std::vector<std::shared_ptr<DirtyBitmap>> sources;
    for (const BlockDirtyBitmapOrStr& named : args.bitmaps) {
        const auto* by_name = std::get_if<std::string>(&named);
        const auto* elsewhere = std::get_if<BlockDirtyBitmap>(&named);
        auto source = RHEA_TRY(by_name ? find_bitmap(layer, args.node, *by_name) : find_bitmap(layer, elsewhere->node, elsewhere->name));
        RHEA_CHECK(check_not_busy(*source.bitmap));
        if (source.bitmap->map().size() != target.bitmap->map().size())
            return fail(fmt::format("Bitmaps are of different sizes (destination size is {}, source size is {}) and can't be merged",
                                    target.bitmap->map().size(), source.bitmap->map().size()));
        sources.push_back(std::move(source.bitmap));
    }
    const std::shared_ptr<DirtyMap> before = target.bitmap->copy();
    for (const auto& source : sources)
        if (source != target.bitmap) target.bitmap->add(source->map());
    return PreparedAction{{}, [bitmap = target.bitmap, before] {
        bitmap->clear();
        bitmap->add(*before);
    }};
}

namespace {

/// A list of bitmaps changes only while nobody writes.
template <auto Prepare, class Arguments>
Result<Empty> alone(BlockLayer& layer, const Arguments& args) {
    layer.drain();
    return run(layer, Prepare(layer, args));
}

Result<PreparedAction> add(BlockLayer& layer, const BlockDirtyBitmapAdd& args) { return prepare_action(layer, args); }
Result<PreparedAction> merge(BlockLayer& layer, const BlockDirtyBitmapMerge& args) { return prepare_action(layer, args); }
Result<PreparedAction> enable(BlockLayer& layer, const BlockDirtyBitmap& args) { return prepare_bitmap_switch(layer, args, true); }
Result<PreparedAction> disable(BlockLayer& layer, const BlockDirtyBitmap& args) { return prepare_bitmap_switch(layer, args, false); }

Result<BlockDirtyBitmapSha256> bitmap_sha256(BlockLayer& layer, const BlockDirtyBitmap& args) {
    const auto found = RHEA_TRY(find_bitmap(layer, args.node, args.name));
    return BlockDirtyBitmapSha256{sha256(found.bitmap->map().bytes())};
}

constexpr Command kCommands[] = {
    command<alone<add, BlockDirtyBitmapAdd>>("block-dirty-bitmap-add", "Makes a bitmap that remembers where a node is written.")
        .preconfig(),
    command<alone<prepare_bitmap_removal, BlockDirtyBitmap>>("block-dirty-bitmap-remove", "Ends a dirty bitmap.").preconfig(),
    command<alone<prepare_bitmap_clearing, BlockDirtyBitmap>>("block-dirty-bitmap-clear", "Forgets all that a dirty bitmap remembers.").preconfig(),
    command<alone<enable, BlockDirtyBitmap>>("block-dirty-bitmap-enable", "Lets a dirty bitmap remember writes.").preconfig(),
    command<alone<disable, BlockDirtyBitmap>>("block-dirty-bitmap-disable", "Stops a dirty bitmap from remembering writes.").preconfig(),
    command<alone<merge, BlockDirtyBitmapMerge>>("block-dirty-bitmap-merge", "Adds what some dirty bitmaps remember to another.")
        .preconfig(),
    command<bitmap_sha256>("x-debug-block-dirty-bitmap-sha256", "Tells the SHA-256 of a dirty bitmap's content.")
        .preconfig()
        .with_features(feature::kUnstable),
};

}  // namespace

void add_block_bitmap_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
