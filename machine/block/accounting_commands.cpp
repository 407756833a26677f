/// What is counted and watched while requests go by: latency histograms, the write threshold.
#include <fmt/format.h>

#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/schema_features.h"
#include "monitor/command_table.h"

namespace rhea {

struct BlockLatencyHistogramSet {
    std::string id;
    std::optional<std::vector<std::uint64_t>> boundaries, boundaries_read, boundaries_write, boundaries_flush;
};
template <>
inline constexpr auto description<BlockLatencyHistogramSet> =
    object("q_obj_block-latency-histogram-set-arg", member<&BlockLatencyHistogramSet::id>("id"),
           member<&BlockLatencyHistogramSet::boundaries>("boundaries"),
           member<&BlockLatencyHistogramSet::boundaries_read>("boundaries-read"),
           member<&BlockLatencyHistogramSet::boundaries_write>("boundaries-write"),
           member<&BlockLatencyHistogramSet::boundaries_flush>("boundaries-flush"));

struct BlockSetWriteThreshold {
    std::string node_name;
    std::uint64_t write_threshold = 0;
};
template <>
inline constexpr auto description<BlockSetWriteThreshold> =
    object("q_obj_block-set-write-threshold-arg", member<&BlockSetWriteThreshold::node_name>("node-name"),
           member<&BlockSetWriteThreshold::write_threshold>("write-threshold"));

namespace {

using Boundaries = std::optional<std::vector<std::uint64_t>>;

Result<Empty> block_latency_histogram_set(BlockLayer& layer, const BlockLatencyHistogramSet& args) {
    BlockBackend* backend = RHEA_TRY(layer.find_drive(std::nullopt, args.id));
    BlockStats& stats = backend->stats();
    const std::tuple<IoKind, const Boundaries&, std::string_view> kinds[] = {
        {IoKind::read, args.boundaries_read, "read"},
        {IoKind::write, args.boundaries_write, "write"},
        {IoKind::flush, args.boundaries_flush, "flush"}};
    if (!args.boundaries && !args.boundaries_read && !args.boundaries_write && !args.boundaries_flush) {
        for (const auto& [kind, own, name] : kinds) stats.remove_histogram(kind);
        return Empty{};
    }
    for (const auto& [kind, own, name] : kinds) {
        const Boundaries& wanted = own ? own : args.boundaries;
        if (wanted && !stats.set_histogram(kind, *wanted))
            return fail(fmt::format("Device '{}' set {} boundaries fail", args.id, name));
    }
    return Empty{};
}

Result<Empty> block_set_write_threshold(BlockLayer& layer, const BlockSetWriteThreshold& args) {
    BlockNode* node = layer.find_node(args.node_name);
    if (!node) return fail(fmt::format("Device '{}' not found", args.node_name));
    node->set_write_threshold(args.write_threshold);
    return Empty{};
}

constexpr Command kCommands[] = {
    command<block_latency_histogram_set>("block-latency-histogram-set",
                                         "Counts how long a drive's requests take, in classes; or stops that.")
        .preconfig(),
    command<block_set_write_threshold>("block-set-write-threshold",
                                       "Reports once when a node is written beyond an offset; 0 turns it off.")
        .preconfig(),
};

}  // namespace

void add_block_accounting_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
