#include "machine/cli/numa.h"

#include <algorithm>

#include <fmt/format.h>
#include <variant>

#include "machine/cli/numa_options.h"

namespace rhea::cli {

namespace {

/// "socket-id: 0, core-id: 1, thread-id: 0"
std::string place_text(const CpuPlace& place, bool with_die) {
    return fmt::format("socket-id: {}{}, core-id: {}, thread-id: {}", place.socket, with_die ? fmt::format(", die-id: {}", place.die) : "",
                       place.core, place.thread);
}

}  // namespace

Result<void> Numa::set(const Machine& machine, const NumaOptions& options, const FindBackend& find) {
    if (!machine.supported) return fail("NUMA is not supported by this machine-type");
    nodes_.resize(kMaxNodes);
    if (const auto* node = std::get_if<NumaNode>(&options.u)) return add(machine, *node, find);
    if (const auto* distance = std::get_if<NumaDistance>(&options.u)) return add(*distance);
    if (const auto* cpu = std::get_if<NumaCpu>(&options.u)) return add(machine, *cpu);
    if (const auto* measure = std::get_if<NumaHmatLatencyBandwidth>(&options.u)) return add(machine, *measure);
    if (const auto* cache = std::get_if<NumaHmatCache>(&options.u)) return add(machine, *cache);
    return {};
}

Result<void> Numa::add(const Machine& machine, const NumaNode& said, const FindBackend& find) {
    const unsigned id = said.node_id.value_or(static_cast<std::uint16_t>(count_));
    if (id >= kMaxNodes) return fail(fmt::format("Max number of NUMA nodes reached: {}", id));
    Node& node = nodes_[id];
    if (node.present) return fail(fmt::format("Duplicate NUMA nodeid: {}", id));
    if (said.initiator) RHEA_CHECK(need_hmat(machine));
    if (said.initiator) node.initiator = said.initiator;
    for (const std::uint16_t index : said.cpus.value_or(std::vector<std::uint16_t>{})) {
        if (index >= machine.smp.max_cpus)
            return fail(fmt::format("CPU index ({}) should be smaller than maxcpus ({})", index, machine.smp.max_cpus));
        const CpuPlace place = CpuTopology(machine.smp).place(index);
        NumaCpu cpu;
        cpu.node_id = id;
        cpu.socket_id = place.socket;
        if (machine.smp.dies > 1) cpu.die_id = place.die;
        cpu.core_id = place.core;
        cpu.thread_id = place.thread;
        node.present = true;
        auto added = add(machine, cpu);
        node.present = false;
        if (!added) return added;
    }
    const bool sizes = said.memory || std::any_of(nodes_.begin(), nodes_.end(), [](const Node& other) { return other.memory > 0 && other.backend.empty(); });
    const bool backends = said.memory_backend || std::any_of(nodes_.begin(), nodes_.end(), [](const Node& other) { return !other.backend.empty(); });
    if (sizes && backends) return fail("numa configuration should use either mem= or memdev=,mixing both is not allowed");
    if (said.memory && !machine.memory_by_size)
        return fail(Error::generic("Parameter -numa node,mem is not supported by this machine type")
                        .with_hint("Use -numa node,memdev instead"));
    if (said.memory) node.memory = *said.memory;
    if (said.memory_backend) {
        const auto size = find(*said.memory_backend);
        // QEMU's word for an object that is not there too.
        if (!size) return fail(fmt::format("memdev={} is ambiguous", *said.memory_backend));
        node.backend = *said.memory_backend;
        node.memory = *size;
    }
    node.present = true;
    ++count_;
    return {};
}

Result<void> Numa::add(const NumaDistance& said) {
    if (said.source >= kMaxNodes || said.destination >= kMaxNodes)
        return fail(fmt::format("Parameter '{}' expects an integer between 0 and {}", said.source >= kMaxNodes ? "src" : "dst", kMaxNodes - 1));
    Node& from = nodes_[said.source];
    if (!from.present || !nodes_[said.destination].present)
        return fail("Source/Destination NUMA node is missing. Please use '-numa node' option to declare it first.");
    if (said.value < kLocalDistance)
        return fail(fmt::format("NUMA distance ({}) is invalid, it shouldn't be less than {}.", said.value, kLocalDistance));
    if (said.source == said.destination && said.value != kLocalDistance)
        return fail(fmt::format("Local distance of node {} should be {}.", said.source, kLocalDistance));
    from.distances.resize(kMaxNodes);
    from.distances[said.destination] = said.value;
    distances_given_ = true;
    return {};
}

Result<void> Numa::add(const Machine& machine, const NumaCpu& said) {
    if (!said.node_id) return fail("Missing mandatory node-id property");
    if (*said.node_id < 0 || *said.node_id >= kMaxNodes || !nodes_[static_cast<std::size_t>(*said.node_id)].present)
        return fail(fmt::format("Invalid node-id={}, NUMA node must be defined with -numa node,nodeid=ID before it's used "
                                "with -numa cpu,node-id=ID", *said.node_id));
    const auto id = static_cast<unsigned>(*said.node_id);
    Node& node = nodes_[id];
    const CpuTopology topology(machine.smp);
    cpu_nodes_.resize(topology.places());
    if (said.die_id && machine.smp.dies == 1) return fail("die-id is not supported");
    if (said.cluster_id) return fail("cluster-id is not supported");
    bool found = false;
    for (unsigned index = 0; index < topology.places(); ++index) {
        const CpuPlace place = topology.place(index);
        const auto differs = [](const std::optional<std::int64_t>& wanted, unsigned is) { return wanted && *wanted != is; };
        if (differs(said.socket_id, place.socket) || differs(said.die_id, place.die) || differs(said.core_id, place.core) ||
            differs(said.thread_id, place.thread))
            continue;
        if (cpu_nodes_[index]) return fail(fmt::format("CPU is already assigned to node-id: {}", *cpu_nodes_[index]));
        found = true;
        cpu_nodes_[index] = id;
        if (!machine.hmat) continue;
        if (node.initiator && *node.initiator != id)
            return fail(fmt::format("The initiator of CPU NUMA node {} should be itself (got {})", id, *node.initiator));
        node.has_cpu = true;
        node.initiator = id;
    }
    return found ? Result<void>{} : Result<void>(fail("no match found"));
}

std::optional<unsigned> Numa::node_of_cpu(unsigned index) const {
    return index < cpu_nodes_.size() ? cpu_nodes_[index] : std::nullopt;
}

unsigned Numa::distance(unsigned from, unsigned to) const {
    const auto& distances = nodes_[from].distances;
    return distances.empty() ? 0 : distances[to];
}

Result<void> Numa::complete(const Machine& machine, const Warn& warn) {
    if (count_ == 0 && machine.memory_hotplug) {
        nodes_.resize(kMaxNodes);
        nodes_[0].present = true;
        nodes_[0].memory = machine.ram_size;
        count_ = 1;
        return assign_left_over(machine, warn);
    }
    if (count_ == 0) return {};
    unsigned last = kMaxNodes;
    while (!nodes_[--last].present) {}
    while (last-- > 0)
        if (!nodes_[last].present) return fail(fmt::format("numa: Node ID missing: {}", last));
    RHEA_CHECK(give_memory(machine));
    if (distances_given_) RHEA_CHECK(check_distances());
    RHEA_CHECK(assign_left_over(machine, warn));
    return machine.hmat ? check_initiators() : Result<void>{};
}

Result<void> Numa::give_memory(const Machine& machine) {
    std::uint64_t total = 0;
    for (unsigned id = 0; id < count_; ++id) total += nodes_[id].memory;
    if (total != machine.ram_size)
        return fail(fmt::format("total memory for NUMA nodes (0x{:x}) should equal RAM size (0x{:x})", total, machine.ram_size));
    if (machine.own_backend) return fail("'-machine memory-backend' and '-numa memdev' properties are mutually exclusive");
    for (unsigned id = 0; id < count_; ++id) {
        const std::string& backend = nodes_[id].backend;
        if (backend.empty()) continue;
        if (std::find(backends_.begin(), backends_.end(), backend) != backends_.end())
            return fail(fmt::format("memory backend {} can't be used multiple times.", backend));
        backends_.push_back(backend);
    }
    return {};
}

Result<void> Numa::check_distances() const {
    bool asymmetric = false;
    for (unsigned from = 0; from < count_; ++from)
        for (unsigned to = from; to < count_; ++to) {
            if (from == to) continue;
            const unsigned there = distance(from, to), back = distance(to, from);
            if (there == 0 && back == 0)
                return fail(fmt::format("The distance between node {} and {} is missing, at least one distance value between each nodes "
                                        "should be provided.", from, to));
            asymmetric |= there != 0 && back != 0 && there != back;
        }
    for (unsigned from = 0; asymmetric && from < count_; ++from)
        for (unsigned to = 0; to < count_; ++to)
            if (from != to && distance(from, to) == 0)
                return fail("At least one asymmetrical pair of distances is given, please provide distances for both directions of all "
                            "node pairs.");
    return {};
}

/// Without a word on any CPU, sockets go to the nodes in turn; else whoever was forgotten goes to the first node.
Result<void> Numa::assign_left_over(const Machine& machine, const Warn& warn) {
    const CpuTopology topology(machine.smp);
    cpu_nodes_.resize(topology.places());
    const bool none_said = std::none_of(cpu_nodes_.begin(), cpu_nodes_.end(), [](const auto& node) { return node.has_value(); });
    std::string forgotten;
    for (unsigned index = 0; index < topology.places(); ++index) {
        if (cpu_nodes_[index]) continue;
        const CpuPlace place = topology.place(index);
        if (!none_said)
            forgotten += fmt::format("{}CPU {} [{}]", forgotten.empty() ? "" : ", ", index, place_text(place, machine.smp.dies > 1));
        const unsigned id = none_said ? place.socket % count_ : 0;
        cpu_nodes_[index] = id;
        if (!machine.hmat) continue;
        Node& node = nodes_[id];
        if (node.initiator && *node.initiator != id)
            return fail(fmt::format("The initiator of CPU NUMA node {} should be itself (got {})", id, *node.initiator));
        node.has_cpu = true;
        node.initiator = id;
    }
    if (forgotten.empty()) return {};
    warn("CPU(s) not present in any NUMA nodes: " + forgotten);
    warn("All CPU(s) up to maxcpus should be described in NUMA config, ability to start up with partial NUMA mappings is obsoleted and "
         "will be removed in future");
    return {};
}

Result<void> Numa::check_initiators() const {
    for (unsigned id = 0; id < count_; ++id) {
        const auto& initiator = nodes_[id].initiator;
        if (!initiator) continue;
        if (*initiator >= kMaxNodes || !nodes_[*initiator].present)
            return fail(fmt::format("NUMA node {} is missing, use '-numa node' option to declare it first", *initiator));
        if (!nodes_[*initiator].has_cpu) return fail(fmt::format("The initiator of NUMA node {} is invalid", id));
    }
    return {};
}

}  // namespace rhea::cli
