// What -numa hmat-lb and hmat-cache say: how fast nodes reach memory, and the caches on the memory's side.
#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "machine/cli/numa.h"
#include "machine/cli/numa_options.h"

namespace rhea::cli {

namespace {

// Firmware tables have 16 bits for each measure, of which the highest value means "unknown".
constexpr std::uint64_t kUnknown = 0xffff;
constexpr int kMeasureBits = 16;
constexpr std::uint64_t kMiB = 1 << 20;

}  // namespace

Result<void> Numa::need_hmat(const Machine& machine) const {
    if (machine.hmat) return {};
    return fail("ACPI Heterogeneous Memory Attribute Table (HMAT) is disabled, enable it with -machine hmat=on before using any "
                "of hmat specific options");
}

Result<void> Numa::add(const Machine& machine, const NumaHmatLatencyBandwidth& said) {
    RHEA_CHECK(need_hmat(machine));
    const auto out_of_range = [this](std::string_view name, unsigned id) {
        return fail(fmt::format("Invalid {}={}, it should be less than {}", name, id, count_));
    };
    if (said.initiator >= count_) return out_of_range("initiator", said.initiator);
    if (said.target >= count_) return out_of_range("target", said.target);
    if (!nodes_[said.initiator].has_cpu) return fail(fmt::format("Invalid initiator={}, it isn't an initiator proximity domain", said.initiator));
    Measures& measures = measures_[static_cast<std::size_t>(said.hierarchy)][static_cast<std::size_t>(said.data_type)];
    const bool latency = said.data_type <= HmatDataType::write_latency;
    const auto& wanted = latency ? said.latency : said.bandwidth;
    const auto& other = latency ? said.bandwidth : said.latency;
    const std::string_view name = latency ? "latency" : "bandwidth";
    if (!wanted) return fail(fmt::format("Missing '{}' option", name));
    if (other) return fail(fmt::format("Invalid option '{}' since the data type is {}", latency ? "bandwidth" : "latency", name));
    const auto is_pair = [&](const Measures::Said& before) { return before.initiator == said.initiator && before.target == said.target; };
    if (std::any_of(measures.said.begin(), measures.said.end(), is_pair))
        return fail(fmt::format("Duplicate configuration of the {} for initiator={} and target={}", name, said.initiator, said.target));
    RHEA_CHECK(latency ? add_latency(measures, said) : add_bandwidth(measures, said));
    measures.said.push_back({said.initiator, said.target, *wanted});
    // 0: it is not known.
    if (*wanted) (latency ? nodes_[said.target].has_latency : nodes_[said.target].has_bandwidth) = true;
    return {};
}

/// All latencies of a kind are multiples of one unit, a power of ten, which must leave 16 bits enough.
Result<void> Numa::add_latency(Measures& measures, const NumaHmatLatencyBandwidth& said) {
    const std::uint64_t latency = *said.latency;
    if (latency == 0) return {};
    std::uint64_t unit = 1;
    while (latency / unit % 10 == 0) unit *= 10;
    const std::uint64_t counted = measures.base ? std::max(measures.largest, latency / measures.base) : 0;
    if (counted >= kUnknown)
        return fail(fmt::format("Latency {} between initiator={} and target={} should not differ from previously entered min or max values "
                                "on more than {}", latency, said.initiator, said.target, kUnknown - 1));
    measures.base = measures.base ? std::min(measures.base, unit) : unit;
    measures.largest = counted;
    return {};
}

/// The unit is the greatest power of two that divides all.
Result<void> Numa::add_bandwidth(Measures& measures, const NumaHmatLatencyBandwidth& said) {
    const std::uint64_t bandwidth = *said.bandwidth;
    if (bandwidth % kMiB != 0)
        return fail(fmt::format("Bandwidth {} between initiator={} and target={} should be 1MB aligned", bandwidth, said.initiator, said.target));
    if (bandwidth == 0) return {};
    const std::uint64_t bits = measures.bits | bandwidth;
    const int first = std::countr_zero(bits), last = 64 - std::countl_zero(bits);
    if (last - first > kMeasureBits || bandwidth >> first >= kUnknown)
        return fail(fmt::format("Bandwidth {} between initiator={} and target={} should not differ from previously entered values on more "
                                "than {}", bandwidth, said.initiator, said.target, kUnknown - 1));
    measures.bits = bits;
    return {};
}

Result<void> Numa::add(const Machine& machine, const NumaHmatCache& said) {
    RHEA_CHECK(need_hmat(machine));
    if (said.node_id >= count_) return fail(fmt::format("Invalid node-id={}, it should be less than {}", said.node_id, count_));
    Node& node = nodes_[said.node_id];
    if (!node.has_latency || !node.has_bandwidth)
        return fail(fmt::format("The latency and bandwidth information of node-id={} should be provided before memory side cache attributes",
                                said.node_id));
    if (said.level < 1 || said.level >= node.caches.size())
        return fail(fmt::format("Invalid level={}, it should be larger than 0 and less than or equal to {}", said.level, node.caches.size() - 1));
    if (node.caches[said.level])
        return fail(fmt::format("Duplicate configuration of the side cache for node-id={} and level={}", said.node_id, said.level));
    if (said.level > 1) {
        const unsigned below = said.level - 1u;
        if (!node.caches[below]) return fail(fmt::format("Cache level={} shall be defined first", below));
        if (said.size <= node.caches[below]->size)
            return fail(fmt::format("Invalid size={}, the size of level={} should be larger than the size({}) of level={}", said.size,
                                    said.level, node.caches[below]->size, below));
    }
    node.caches[said.level] = Cache{said.size, static_cast<unsigned>(said.associativity), static_cast<unsigned>(said.policy), said.line};
    return {};
}

}  // namespace rhea::cli
