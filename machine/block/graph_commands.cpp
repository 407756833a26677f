/// The graph of backends and nodes: what it looks like, and changes of it.
#include <fmt/format.h>

#include <map>

#include "machine/block/block_layer.h"
#include "machine/block/commands.h"
#include "machine/block/host.h"
#include "machine/block/jobs/jobs.h"
#include "machine/block/options.h"
#include "machine/migration/parameters.h"
#include "machine/not_yet.h"
#include "machine/schema_features.h"

namespace rhea {

enum class XDbgBlockGraphNodeType { block_backend, block_job, block_driver };
template <>
inline constexpr auto description<XDbgBlockGraphNodeType> = enumeration<XDbgBlockGraphNodeType>("XDbgBlockGraphNodeType",
                                                                                                "block-backend", "block-job",
                                                                                                "block-driver");

struct XDbgBlockGraphNode {
    std::int64_t id = 0;
    XDbgBlockGraphNodeType type{};
    std::string name;
};
template <>
inline constexpr auto description<XDbgBlockGraphNode> = object("XDbgBlockGraphNode", member<&XDbgBlockGraphNode::id>("id"),
                                                               member<&XDbgBlockGraphNode::type>("type"),
                                                               member<&XDbgBlockGraphNode::name>("name"));

struct XDbgBlockGraphEdge {
    std::int64_t parent = 0, child = 0;
    std::string name;
    std::vector<BlockPermission> perm, shared_perm;
};
template <>
inline constexpr auto description<XDbgBlockGraphEdge> = object("XDbgBlockGraphEdge",
                                                               member<&XDbgBlockGraphEdge::parent>("parent"),
                                                               member<&XDbgBlockGraphEdge::child>("child"),
                                                               member<&XDbgBlockGraphEdge::name>("name"),
                                                               member<&XDbgBlockGraphEdge::perm>("perm"),
                                                               member<&XDbgBlockGraphEdge::shared_perm>("shared-perm"));

struct XDbgBlockGraph {
    std::vector<XDbgBlockGraphNode> nodes;
    std::vector<XDbgBlockGraphEdge> edges;
};
template <>
inline constexpr auto description<XDbgBlockGraph> = object("XDbgBlockGraph", member<&XDbgBlockGraph::nodes>("nodes"),
                                                           member<&XDbgBlockGraph::edges>("edges"));

struct XBlockdevChange {
    std::string parent;
    std::optional<std::string> child, node;
};
template <>
inline constexpr auto description<XBlockdevChange> = object("q_obj_x-blockdev-change-arg",
                                                            member<&XBlockdevChange::parent>("parent"),
                                                            member<&XBlockdevChange::child>("child"),
                                                            member<&XBlockdevChange::node>("node"));

struct SetIothread {
    std::string node_name;
    StrOrNull iothread;
    std::optional<bool> force;
};
template <>
inline constexpr auto description<SetIothread> = object(
    "q_obj_x-blockdev-set-iothread-arg", member<&SetIothread::node_name>("node-name"),
    member<&SetIothread::iothread>("iothread"), member<&SetIothread::force>("force"));

namespace {

class GraphView {
public:
    void add(const void* key, XDbgBlockGraphNodeType type, std::string name) {
        graph_.nodes.insert(graph_.nodes.begin(), {number(key), type, std::move(name)});
    }
    void add(const void* parent, const BlockEdge& edge) {
        if (!edge.node()) return;
        const BlockPermissions& p = edge.permissions();
        const std::int64_t from = number(parent);
        graph_.edges.insert(graph_.edges.begin(),
                            {from, number(edge.node()), std::string(edge.role()), names(p.perm), names(p.shared)});
    }
    XDbgBlockGraph take() { return std::move(graph_); }

private:
    /// Counted from 1 in the order of first mention.
    std::int64_t number(const void* key) {
        return numbers_.try_emplace(key, static_cast<std::int64_t>(numbers_.size()) + 1).first->second;
    }
    static std::vector<BlockPermission> names(unsigned permissions) {
        std::vector<BlockPermission> list;  // the last one first
        for (int bit = 3; bit >= 0; --bit)
            if (permissions & 1u << bit) list.push_back(static_cast<BlockPermission>(bit));
        return list;
    }

    XDbgBlockGraph graph_;
    std::map<const void*, std::int64_t> numbers_;
};

Result<XDbgBlockGraph> query_block_graph(BlockLayer& layer, const Empty&) {
    GraphView view;
    for (const auto& backend : layer.backends()) {
        view.add(backend.get(), XDbgBlockGraphNodeType::block_backend,
                 backend->name().empty() ? backend->qdev() : backend->name());
        view.add(backend.get(), backend->root_edge());
    }
    for (const auto& node : layer.nodes()) {
        view.add(node.get(), XDbgBlockGraphNodeType::block_driver, node->name());
        for (const BlockEdge* edge : node->edges()) view.add(node.get(), *edge);
    }
    for (const Job* job : layer.jobs().list()) {
        if (job->edges().empty()) continue;
        view.add(job, XDbgBlockGraphNodeType::block_job, job->id());
        for (const auto& edge : job->edges()) view.add(job, *edge);
    }
    return view.take();
}

Result<Empty> change_children(BlockLayer& layer, const XBlockdevChange& args) {
    auto parent = RHEA_TRY(layer.lookup(args.parent, args.parent));
    if (args.child.has_value() == args.node.has_value())
        return fail(args.child ? "The parameters child and node are in conflict" : "Either child or node must be specified");
    if (args.child) {
        const BlockEdge* edge = parent->child_edge();
        if (!edge || edge->role() != *args.child)
            return fail(fmt::format("Node '{}' does not have child '{}'", args.parent, *args.child));
        return fail(fmt::format("The node {} does not support removing a child", args.parent));
    }
    if (!layer.find_node(*args.node)) return fail(fmt::format("Node '{}' not found", *args.node));
    return fail(fmt::format("The node {} does not support adding a child", args.parent));
}

Result<Empty> set_iothread(BlockLayer& layer, const SetIothread& args) {
    const BlockNode* node = layer.find_node(args.node_name);
    if (!node) return fail(fmt::format("Failed to find node with node-name='{}'", args.node_name));
    if (node->used_by_backend() && !args.force.value_or(false))
        return fail(fmt::format("Node {} is associated with a BlockBackend and could be in use (use force=true to override this check)",
                                args.node_name));
    if (const auto* thread = std::get_if<std::string>(&args.iothread); thread && !layer.host().iothread_exists(*thread))
        return fail(fmt::format("Cannot find iothread {}", *thread));
    // Every node is served by the main loop already.
    if (std::holds_alternative<QNull>(args.iothread)) return Empty{};
    return fail(not_supported("x-blockdev-set-iothread"));
}

constexpr Command kCommands[] = {
    command<set_iothread>("x-blockdev-set-iothread", "Moves a node to another thread.")
        .preconfig()
        .with_features(feature::kUnstable)
        .not_yet(),
    command<query_block_graph>("x-debug-query-block-graph", "Shows backends and nodes, and who uses whom for what.")
        .preconfig()
        .with_features(feature::kUnstable),
    command<change_children>("x-blockdev-change", "Gives a node another child or takes one from it.")
        .preconfig()
        .with_features(feature::kUnstable),
};

}  // namespace

void add_block_graph_commands(CommandTable& table, BlockLayer& layer) { table.add(kCommands, layer); }

}  // namespace rhea
