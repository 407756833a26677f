/// What can be said only before the machine is made (-preconfig).
#include "machine/machine.h"
#include "machine/platform/commands.h"
#include "machine/schema_features.h"
#include "monitor/command_table.h"

namespace rhea {

enum class NumaOptionsType { node, dist, cpu, hmat_lb, hmat_cache };
template <>
inline constexpr auto description<NumaOptionsType> = enumeration<NumaOptionsType>("NumaOptionsType", "node", "dist", "cpu",
                                                                                  "hmat-lb", "hmat-cache");

struct NumaNodeOptions {
    std::optional<std::uint16_t> nodeid;
    std::optional<std::vector<std::uint16_t>> cpus;
    std::optional<std::uint64_t> mem;
    std::optional<std::string> memdev;
    std::optional<std::uint16_t> initiator;
};
template <>
inline constexpr auto description<NumaNodeOptions> = object("NumaNodeOptions", member<&NumaNodeOptions::nodeid>("nodeid"),
                                                            member<&NumaNodeOptions::cpus>("cpus"),
                                                            member<&NumaNodeOptions::mem>("mem"),
                                                            member<&NumaNodeOptions::memdev>("memdev"),
                                                            member<&NumaNodeOptions::initiator>("initiator"));

struct NumaDistOptions {
    std::uint16_t src = 0, dst = 0;
    std::uint8_t val = 0;
};
template <>
inline constexpr auto description<NumaDistOptions> = object("NumaDistOptions", member<&NumaDistOptions::src>("src"),
                                                            member<&NumaDistOptions::dst>("dst"),
                                                            member<&NumaDistOptions::val>("val"));

struct NumaCpuOptions {
    std::optional<std::int64_t> node_id, socket_id, die_id, cluster_id, core_id, thread_id;
};
template <>
inline constexpr auto description<NumaCpuOptions> = object("NumaCpuOptions", member<&NumaCpuOptions::node_id>("node-id"),
                                                           member<&NumaCpuOptions::socket_id>("socket-id"),
                                                           member<&NumaCpuOptions::die_id>("die-id"),
                                                           member<&NumaCpuOptions::cluster_id>("cluster-id"),
                                                           member<&NumaCpuOptions::core_id>("core-id"),
                                                           member<&NumaCpuOptions::thread_id>("thread-id"));

enum class HmatLbMemoryHierarchy { memory, first_level, second_level, third_level };
template <>
inline constexpr auto description<HmatLbMemoryHierarchy> = enumeration<HmatLbMemoryHierarchy>("HmatLbMemoryHierarchy",
                                                                                              "memory", "first-level",
                                                                                              "second-level", "third-level");

enum class HmatLbDataType { access_latency, read_latency, write_latency, access_bandwidth, read_bandwidth, write_bandwidth };
template <>
inline constexpr auto description<HmatLbDataType> = enumeration<HmatLbDataType>("HmatLbDataType", "access-latency",
                                                                                "read-latency", "write-latency",
                                                                                "access-bandwidth", "read-bandwidth",
                                                                                "write-bandwidth");

struct NumaHmatLbOptions {
    std::uint16_t initiator = 0, target = 0;
    HmatLbMemoryHierarchy hierarchy{};
    HmatLbDataType data_type{};
    std::optional<std::uint64_t> latency, bandwidth;
};
template <>
inline constexpr auto description<NumaHmatLbOptions> = object(
    "NumaHmatLbOptions", member<&NumaHmatLbOptions::initiator>("initiator"), member<&NumaHmatLbOptions::target>("target"),
    member<&NumaHmatLbOptions::hierarchy>("hierarchy"), member<&NumaHmatLbOptions::data_type>("data-type"),
    member<&NumaHmatLbOptions::latency>("latency"), member<&NumaHmatLbOptions::bandwidth>("bandwidth"));

enum class HmatCacheAssociativity { none, direct, complex };
template <>
inline constexpr auto description<HmatCacheAssociativity> = enumeration<HmatCacheAssociativity>("HmatCacheAssociativity",
                                                                                                "none", "direct", "complex");

enum class HmatCacheWritePolicy { none, write_back, write_through };
template <>
inline constexpr auto description<HmatCacheWritePolicy> = enumeration<HmatCacheWritePolicy>("HmatCacheWritePolicy", "none",
                                                                                            "write-back", "write-through");

struct NumaHmatCacheOptions {
    std::uint32_t node_id = 0;
    std::uint64_t size = 0;
    std::uint8_t level = 0;
    HmatCacheAssociativity associativity{};
    HmatCacheWritePolicy policy{};
    std::uint16_t line = 0;
};
template <>
inline constexpr auto description<NumaHmatCacheOptions> = object(
    "NumaHmatCacheOptions", member<&NumaHmatCacheOptions::node_id>("node-id"), member<&NumaHmatCacheOptions::size>("size"),
    member<&NumaHmatCacheOptions::level>("level"), member<&NumaHmatCacheOptions::associativity>("associativity"),
    member<&NumaHmatCacheOptions::policy>("policy"), member<&NumaHmatCacheOptions::line>("line"));

struct SetNumaNode {
    NumaOptionsType type{};
    std::variant<std::monostate, NumaNodeOptions, NumaDistOptions, NumaCpuOptions, NumaHmatLbOptions, NumaHmatCacheOptions>
        u;
};
template <>
inline constexpr auto description<SetNumaNode> = flat_union<&SetNumaNode::type, &SetNumaNode::u>(
    "q_obj_set-numa-node-arg",
    branches(branch<NumaNodeOptions>(NumaOptionsType::node), branch<NumaDistOptions>(NumaOptionsType::dist),
             branch<NumaCpuOptions>(NumaOptionsType::cpu), branch<NumaHmatLbOptions>(NumaOptionsType::hmat_lb),
             branch<NumaHmatCacheOptions>(NumaOptionsType::hmat_cache)),
    member<&SetNumaNode::type>("type"));

namespace {

Result<Empty> set_numa_node(Machine& machine, const SetNumaNode&) {
    if (machine.preconfig().waiting()) return fail("NUMA is not supported by this build");
    return fail("The command is permitted only before the machine has been created");
}
Result<Empty> exit_preconfig(Machine& machine, const Empty&) {
    if (!machine.preconfig().waiting()) return fail("The command is permitted only before machine initialization");
    machine.preconfig().leave();
    return Empty{};
}

constexpr Command kCommands[] = {
    command<set_numa_node>("set-numa-node", "Sets up NUMA before the machine is made.").preconfig().not_yet(),
    command<exit_preconfig>("x-exit-preconfig", "Makes the machine that -preconfig held back.")
        .preconfig()
        .with_features(feature::kUnstable),
};

}  // namespace

void add_preconfig_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
