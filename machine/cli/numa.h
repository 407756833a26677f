#pragma once
/// The NUMA nodes of the machine: which memory, which CPUs and which devices belong together, and how far apart they are. Said by -numa
/// and set-numa-node, one thing at a time; whole when the machine is made. A value.
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "machine/cpu_topology.h"
#include "qobject/error.h"

namespace rhea::cli {

struct NumaOptions;
struct NumaNode;
struct NumaDistance;
struct NumaCpu;
struct NumaHmatLatencyBandwidth;
struct NumaHmatCache;

class Numa {
public:
    static constexpr unsigned kMaxNodes = 128;
    static constexpr unsigned kLocalDistance = 10, kRemoteDistance = 20;

    /// What the machine is like, as far as it matters here.
    struct Machine {
        bool supported = false, hmat = false;
        Smp smp;
        std::uint64_t ram_size = 0;
        bool memory_hotplug = false;        ///< a machine with slots for memory has one node at least
        bool own_backend = false;           ///< -machine memory-backend
        bool memory_by_size = false;        ///< a node may name its memory by its size alone
    };
    /// The size of a memory backend in bytes; nothing: there is none of this id.
    using FindBackend = std::function<std::optional<std::uint64_t>(const std::string& id)>;
    using Warn = std::function<void(std::string_view text)>;

    /// One kind of latency (nanoseconds) or bandwidth (bytes a second) between nodes.
    struct Measures {
        struct Said {
            unsigned initiator, target;
            std::uint64_t value;
        };
        std::uint64_t base = 0, largest = 0;        ///< of latencies: the unit that 16 bits count in, 0: none yet; and the largest so counted
        std::uint64_t bits = 0;                     ///< all bandwidths, ORed
        std::vector<Said> said;
    };
    /// On the memory's side, in the numbers of its table.
    struct Cache {
        std::uint64_t size = 0;      ///< bytes
        unsigned associativity = 0, policy = 0, line = 0;
    };
    static constexpr unsigned kHierarchies = 4, kDataTypes = 6, kCacheLevels = 4;

    /// Errors with QEMU's texts; nothing is undone of what came before.
    Result<void> set(const Machine& machine, const NumaOptions& options, const FindBackend& find);
    /// Checks the whole, and gives CPUs that nobody assigned a node.
    Result<void> complete(const Machine& machine, const Warn& warn);

    unsigned count() const { return count_; }
    /// Of the CPU in a place; nothing: the machine has no nodes.
    std::optional<unsigned> node_of_cpu(unsigned index) const;
    /// Bytes of RAM, without what is plugged in.
    std::uint64_t memory(unsigned node) const { return nodes_[node].memory; }
    /// Whether -numa dist said any; between two nodes, in the unit of ACPI.
    bool distances_given() const { return distances_given_; }
    unsigned distance(unsigned from, unsigned to) const;
    /// The node whose CPUs are nearest to a node's memory; nothing: nobody said, and it has none.
    std::optional<unsigned> initiator(unsigned node) const { return nodes_[node].initiator; }
    bool has_cpu(unsigned node) const { return nodes_[node].has_cpu; }
    const Measures& measures(unsigned hierarchy, unsigned data_type) const { return measures_[hierarchy][data_type]; }
    /// Nothing: nobody said.
    const std::optional<Cache>& cache(unsigned node, unsigned level) const { return nodes_[node].caches[level]; }
    /// The ids of the nodes' memory, in their order; empty: the machine has RAM of its own.
    const std::vector<std::string>& backends() const { return backends_; }

private:
    struct Node {
        bool present = false, has_cpu = false, has_latency = false, has_bandwidth = false;
        std::uint64_t memory = 0;
        std::string backend;                        // its id; empty: none
        std::optional<unsigned> initiator;
        std::vector<std::uint8_t> distances;        // to each node; empty or 0: not said
        std::array<std::optional<Cache>, kCacheLevels> caches; // by level
    };

    Result<void> add(const Machine& machine, const NumaNode& node, const FindBackend& find);
    Result<void> add(const NumaDistance& distance);
    Result<void> add(const Machine& machine, const NumaCpu& cpu);
    Result<void> add(const Machine& machine, const NumaHmatLatencyBandwidth& said);
    Result<void> add(const Machine& machine, const NumaHmatCache& cache);
    Result<void> need_hmat(const Machine& machine) const;
    Result<void> add_latency(Measures& measures, const NumaHmatLatencyBandwidth& said);
    Result<void> add_bandwidth(Measures& measures, const NumaHmatLatencyBandwidth& said);
    Result<void> give_memory(const Machine& machine);
    Result<void> check_distances() const;
    Result<void> assign_left_over(const Machine& machine, const Warn& warn);
    Result<void> check_initiators() const;

    std::vector<Node> nodes_;                               // empty, or kMaxNodes
    unsigned count_ = 0;
    bool distances_given_ = false;
    std::vector<std::optional<unsigned>> cpu_nodes_;        // by place
    std::vector<std::string> backends_;
    std::array<std::array<Measures, kDataTypes>, kHierarchies> measures_;       // by hierarchy and data type
};

}  // namespace rhea::cli
