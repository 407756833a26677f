// query-block, query-blockstats, query-named-block-nodes.
#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/info.h"
#include "machine/block/stats_info.h"
#include "monitor/command_table.h"

namespace rhea {

struct QueryBlockstatsArg {
    std::optional<bool> query_nodes;
};
template <>
inline constexpr auto description<QueryBlockstatsArg> = object("q_obj_query-blockstats-arg",
                                                               member<&QueryBlockstatsArg::query_nodes>("query-nodes"));

struct QueryNamedBlockNodesArg {
    std::optional<bool> flat;
};
template <>
inline constexpr auto description<QueryNamedBlockNodesArg> = object("q_obj_query-named-block-nodes-arg",
                                                                    member<&QueryNamedBlockNodesArg::flat>("flat"));

namespace {

Result<std::vector<BlockInfo>> query_block(BlockLayer& layer, const Empty&) { return all_backend_info(layer); }

Result<std::vector<BlockStatsInfo>> query_blockstats(BlockLayer& layer, const QueryBlockstatsArg& args) {
    std::vector<BlockStatsInfo> all;
    if (args.query_nodes.value_or(false)) {
        for (const auto& node : layer.nodes()) all.push_back(node_stats(*node));
    } else {
        for (const auto& backend : layer.backends())
            if (!backend->name().empty() || backend->device()) all.push_back(backend_stats(*backend));
    }
    return all;
}

Result<std::vector<BlockDeviceInfo>> query_named_block_nodes(BlockLayer& layer, const QueryNamedBlockNodesArg& args) {
    std::vector<BlockDeviceInfo> all;
    const auto nodes = layer.nodes();
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) all.push_back(node_info(**node, nullptr, args.flat.value_or(false)));
    return all;
}

constexpr Command kCommands[] = {
    command<query_block>("query-block", "Lists the drives and their media.").preconfig(),
    command<query_blockstats>("query-blockstats", "Lists the statistics of drives or of all nodes.").preconfig(),
    command<query_named_block_nodes>("query-named-block-nodes", "Lists all block nodes, the newest first.").preconfig(),
};

}  // namespace

void add_block_query_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

void add_block_commands(CommandTable& table, BlockLayer& layer) {
    add_block_query_commands(table, layer);
    add_block_medium_commands(table, layer);
    add_block_node_commands(table, layer);
    add_block_accounting_commands(table, layer);
    add_block_bitmap_commands(table, layer);
    add_block_backup_commands(table, layer);
    add_block_mirror_commands(table, layer);
    add_block_copy_commands(table, layer);
    add_block_export_commands(table, layer);
    add_block_graph_commands(table, layer);
    add_block_image_commands(table, layer);
    add_block_job_commands(table, layer);
    add_block_snapshot_commands(table, layer);
    add_block_transaction_commands(table, layer);
}

}  // namespace rhea
