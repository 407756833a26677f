/// Dirty bitmaps. None can be made yet, so whatever a command names is not found.
#include <fmt/format.h>

#include <bit>

#include "machine/block/bitmap_types.h"
#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/transaction.h"
#include "machine/schema_features.h"
#include "machine/not_yet.h"

namespace rhea {

constexpr std::uint64_t kSmallestGranularity = 512;

Result<BlockNode*> bitmap_node(BlockLayer& layer, const std::string& name) {
    auto node = layer.lookup(name, name);
    if (!node) return fail(fmt::format("Node '{}' not found", name));
    return node->get();
}

Result<Empty> find_bitmap(BlockLayer& layer, const std::string& node, const std::string& bitmap) {
    (void)RHEA_TRY(bitmap_node(layer, node));
    return fail(fmt::format("Dirty bitmap '{}' not found", bitmap));
}

Result<Empty> add_bitmap(BlockLayer& layer, const BlockDirtyBitmapAdd& args) {
    constexpr std::size_t kLongestName = 1023;
    if (args.name.empty()) return fail("Bitmap name cannot be empty");
    auto node = RHEA_TRY(layer.lookup(args.node, args.node));
    if (args.granularity && (*args.granularity < kSmallestGranularity || !std::has_single_bit(*args.granularity)))
        return fail("Granularity must be power of 2 and at least 512");
    if (args.persistent.value_or(false))
        return fail(fmt::format("Can't store persistent bitmaps to {}: Operation not supported", args.node));
    if (args.name.size() > kLongestName) return fail(fmt::format("Bitmap name too long: {}", args.name));
    return fail(not_supported("block-dirty-bitmap-add"));
}

namespace {

Result<Empty> block_dirty_bitmap_add(BlockLayer& layer, const BlockDirtyBitmapAdd& args) { return add_bitmap(layer, args); }

Result<Empty> with_bitmap(BlockLayer& layer, const BlockDirtyBitmap& args) {
    return find_bitmap(layer, args.node, args.name);
}

Result<Empty> block_dirty_bitmap_merge(BlockLayer& layer, const BlockDirtyBitmapMerge& args) {
    return find_bitmap(layer, args.node, args.target);
}

Result<BlockDirtyBitmapSha256> bitmap_sha256(BlockLayer& layer, const BlockDirtyBitmap& args) {
    (void)RHEA_TRY(find_bitmap(layer, args.node, args.name));
    return BlockDirtyBitmapSha256{};
}

constexpr Command kCommands[] = {
    command<block_dirty_bitmap_add>("block-dirty-bitmap-add", "Makes a bitmap that remembers where a node is written.")
        .preconfig()
        .not_yet(),
    command<with_bitmap>("block-dirty-bitmap-remove", "Ends a dirty bitmap.").preconfig(),
    command<with_bitmap>("block-dirty-bitmap-clear", "Forgets all that a dirty bitmap remembers.").preconfig(),
    command<with_bitmap>("block-dirty-bitmap-enable", "Lets a dirty bitmap remember writes.").preconfig(),
    command<with_bitmap>("block-dirty-bitmap-disable", "Stops a dirty bitmap from remembering writes.").preconfig(),
    command<block_dirty_bitmap_merge>("block-dirty-bitmap-merge", "Adds what some dirty bitmaps remember to another.")
        .preconfig(),
    command<bitmap_sha256>("x-debug-block-dirty-bitmap-sha256", "Tells the SHA-256 of a dirty bitmap's content.")
        .preconfig()
        .with_features(feature::kUnstable),
};

}  // namespace

void add_block_bitmap_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
