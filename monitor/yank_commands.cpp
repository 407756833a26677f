#include "monitor/yank_commands.h"

namespace rhea {

enum class YankType { block_node, chardev, migration };
struct YankBlockNode { std::string node_name; };
struct YankChardev { std::string id; };
struct YankInstance {
    YankType type{};
    std::variant<std::monostate, YankBlockNode, YankChardev> u;
};
struct Yank { std::vector<YankInstance> instances; };

template <> inline constexpr auto description<YankType> =
    enumeration<YankType>("YankInstanceType", "block-node", "chardev", "migration");
template <> inline constexpr auto description<YankBlockNode> =
    object("YankInstanceBlockNode", member<&YankBlockNode::node_name>("node-name"));
template <> inline constexpr auto description<YankChardev> = object("YankInstanceChardev", member<&YankChardev::id>("id"));
template <> inline constexpr auto description<YankInstance> = flat_union<&YankInstance::type, &YankInstance::u>(
    "YankInstance",
    branches(branch<YankBlockNode>(YankType::block_node), branch<YankChardev>(YankType::chardev),
             branch<>(YankType::migration)),
    member<&YankInstance::type>("type"));
template <> inline constexpr auto description<Yank> = object("q_obj_yank-arg", member<&Yank::instances>("instances"));

namespace {

Result<std::vector<YankInstance>> query_yank(Chardevs& chardevs, const Empty&) {
    std::vector<YankInstance> instances;
    for (const Chardev* chardev : chardevs.by_age())
        if (chardev->can_yank()) instances.push_back({YankType::chardev, YankChardev{chardev->label()}});
    return instances;
}

/// All of them or none. (Block nodes and migrations have no connections yet.)
Result<Empty> yank(Chardevs& chardevs, const Yank& args) {
    std::vector<Chardev*> found;
    for (const YankInstance& instance : args.instances) {
        const auto* named = std::get_if<YankChardev>(&instance.u);
        Chardev* chardev = named ? chardevs.find(named->id) : nullptr;
        if (!chardev || !chardev->can_yank()) return fail(Error("Instance not found", ErrorClass::device_not_found));
        found.push_back(chardev);
    }
    for (Chardev* chardev : found) chardev->yank();
    return Empty{};
}

constexpr Command kCommands[] = {
    command<query_yank>("query-yank", "Lists what can be yanked.").oob(),
    command<yank>("yank", "Cuts connections that something waits for.").oob(),
};

}  // namespace

void add_yank_commands(CommandTable& table, Chardevs& chardevs) { table.add(kCommands, chardevs); }

}  // namespace rhea
