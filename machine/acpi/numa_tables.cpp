// What belongs together: the tables of NUMA.
#include "machine/acpi/tables.h"

namespace rhea::acpi {

std::string make_srat(const Board& board) {
    constexpr unsigned kEnabled = 1, kHotpluggable = 2;
    std::string body;
    const auto put = [&body](std::uint64_t value, unsigned size) {
        for (unsigned i = 0; i < size; ++i) body += static_cast<char>(value >> (8 * i));
    };
    const auto memory = [&put](unsigned node, std::uint64_t base, std::uint64_t size, unsigned flags) {
        put(1, 1);
        put(40, 1);
        put(node, 4);
        put(0, 2);
        put(base, 8);
        put(size, 8);
        put(0, 4);
        put(flags, 4);
        put(0, 8);
    };
    put(1, 4);
    put(0, 8);
    for (const Processor& cpu : board.processors) {
        if (cpu.apic_id > 254) continue;          // only an x2APIC entry could tell of it
        put(0, 1);
        put(16, 1);
        put(cpu.node.value_or(0), 1);
        put(cpu.apic_id, 1);
        put(kEnabled, 4);
        put(0, 8);
    }
    for (const NodeMemory& range : board.node_memory) memory(range.node, range.base, range.size, kEnabled);
    // As many entries as there may be, so that the table keeps its size.
    for (std::size_t used = board.node_memory.size(); used < board.nodes + 2; ++used) memory(0, 0, 0, 0);
    if (board.module_size) memory(board.nodes - 1, board.module_base, board.module_size, kEnabled | kHotpluggable);
    return make_table("SRAT", 1, body);
}

std::string make_slit(const Board& board) {
    std::string body;
    for (unsigned i = 0; i < 8; ++i) body += static_cast<char>(std::uint64_t{board.nodes} >> (8 * i));
    body.append(board.distances.begin(), board.distances.end());
    return make_table("SLIT", 1, body);
}

std::string make_hmat(const MemoryAttributes& attributes) {
    enum : unsigned { kProximity, kMeasures, kCache };
    constexpr unsigned kProximitySize = 40, kMeasuresSize = 32, kCacheSize = 32, kInitiatorValid = 1;
    constexpr unsigned kNoNode = 128;      // as QEMU has it: one more than there can be
    std::string body;
    const auto put = [&body](std::uint64_t value, unsigned size) {
        for (unsigned i = 0; i < size; ++i) body += static_cast<char>(value >> (8 * i));
    };
    const auto begin = [&put](unsigned type, std::size_t size) {
        put(type, 4);
        put(size, 4);
    };
    const auto nodes = static_cast<unsigned>(attributes.nearest.size());
    put(0, 4);
    for (unsigned node = 0; node < nodes; ++node) {
        begin(kProximity, kProximitySize);
        put(attributes.nearest[node] ? kInitiatorValid : 0, 4);
        put(attributes.nearest[node].value_or(kNoNode), 4);
        put(node, 4);
        body.append(20, '\0');
    }
    for (const MemoryAttributes::Measures& measures : attributes.measures) {
        begin(kMeasures, kMeasuresSize + 4 * (attributes.initiators.size() + nodes) + 2 * measures.entries.size());
        put(measures.hierarchy, 1);
        put(measures.data_type, 1);
        put(0, 2);
        put(attributes.initiators.size(), 4);
        put(nodes, 4);
        put(0, 4);
        put(measures.base, 8);
        for (const unsigned initiator : attributes.initiators) put(initiator, 4);
        for (unsigned node = 0; node < nodes; ++node) put(node, 4);
        for (const std::uint16_t entry : measures.entries) put(entry, 2);
    }
    for (const MemoryAttributes::Cache& cache : attributes.caches) {
        begin(kCache, kCacheSize);
        put(cache.node, 4);
        put(0, 4);
        put(cache.size, 8);
        put(cache.levels | cache.level << 4 | cache.associativity << 8 | cache.policy << 12 | cache.line << 16, 4);
        put(0, 4);
    }
    return make_table("HMAT", 2, body);
}

}  // namespace rhea::acpi
