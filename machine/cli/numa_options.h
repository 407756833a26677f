#pragma once
/// What -numa and the QMP command set-numa-node say of NUMA.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "qobject/describe.h"

namespace rhea::cli {

enum class NumaOptionsType { node, distance, cpu, latency_bandwidth, cache };

struct NumaNode {
    std::optional<std::uint16_t> node_id;            ///< the next free one when absent
    std::optional<std::vector<std::uint16_t>> cpus;  ///< CPU indexes
    std::optional<std::uint64_t> memory;             ///< bytes; pc machines of today take `memory_backend` alone
    std::optional<std::string> memory_backend;       ///< id of an object
    std::optional<std::uint16_t> initiator;
};
struct NumaDistance {
    std::uint16_t source = 0, destination = 0;
    std::uint8_t value = 0;
};
struct NumaCpu {
    std::optional<std::int64_t> node_id, socket_id, die_id, cluster_id, core_id, thread_id;
};

enum class HmatHierarchy { memory, first_level, second_level, third_level };
enum class HmatDataType { access_latency, read_latency, write_latency, access_bandwidth, read_bandwidth, write_bandwidth };
struct NumaHmatLatencyBandwidth {
    std::uint16_t initiator = 0, target = 0;
    HmatHierarchy hierarchy = HmatHierarchy::memory;
    HmatDataType data_type = HmatDataType::access_latency;
    std::optional<std::uint64_t> latency;    ///< nanoseconds
    std::optional<std::uint64_t> bandwidth;  ///< bytes a second
};

enum class HmatAssociativity { none, direct, complex };
enum class HmatWritePolicy { none, write_back, write_through };
struct NumaHmatCache {
    std::uint32_t node_id = 0;
    std::uint64_t size = 0;  ///< bytes
    std::uint8_t level = 0;
    HmatAssociativity associativity = HmatAssociativity::none;
    HmatWritePolicy policy = HmatWritePolicy::none;
    std::uint16_t line = 0;  ///< bytes
};

struct NumaOptions {
    NumaOptionsType type = NumaOptionsType::node;
    std::variant<std::monostate, NumaNode, NumaDistance, NumaCpu, NumaHmatLatencyBandwidth, NumaHmatCache> u;
};

}  // namespace rhea::cli

namespace rhea {

template <>
inline constexpr auto description<cli::NumaOptionsType> = enumeration<cli::NumaOptionsType>("NumaOptionsType", "node",
                                                                                            "dist", "cpu", "hmat-lb",
                                                                                            "hmat-cache");
template <>
inline constexpr auto description<cli::NumaNode> = object("NumaNodeOptions", member<&cli::NumaNode::node_id>("nodeid"),
                                                          member<&cli::NumaNode::cpus>("cpus"),
                                                          member<&cli::NumaNode::memory>("mem"),
                                                          member<&cli::NumaNode::memory_backend>("memdev"),
                                                          member<&cli::NumaNode::initiator>("initiator"));
template <>
inline constexpr auto description<cli::NumaDistance> = object("NumaDistOptions", member<&cli::NumaDistance::source>("src"),
                                                              member<&cli::NumaDistance::destination>("dst"),
                                                              member<&cli::NumaDistance::value>("val"));
template <>
inline constexpr auto description<cli::NumaCpu> = object("NumaCpuOptions", member<&cli::NumaCpu::node_id>("node-id"),
                                                         member<&cli::NumaCpu::socket_id>("socket-id"),
                                                         member<&cli::NumaCpu::die_id>("die-id"),
                                                         member<&cli::NumaCpu::cluster_id>("cluster-id"),
                                                         member<&cli::NumaCpu::core_id>("core-id"),
                                                         member<&cli::NumaCpu::thread_id>("thread-id"));
template <>
inline constexpr auto description<cli::HmatHierarchy> = enumeration<cli::HmatHierarchy>("HmatLBMemoryHierarchy", "memory",
                                                                                        "first-level", "second-level",
                                                                                        "third-level");
template <>
inline constexpr auto description<cli::HmatDataType> = enumeration<cli::HmatDataType>("HmatLBDataType", "access-latency",
                                                                                      "read-latency", "write-latency",
                                                                                      "access-bandwidth", "read-bandwidth",
                                                                                      "write-bandwidth");
template <>
inline constexpr auto description<cli::NumaHmatLatencyBandwidth> = object(
    "NumaHmatLBOptions", member<&cli::NumaHmatLatencyBandwidth::initiator>("initiator"),
    member<&cli::NumaHmatLatencyBandwidth::target>("target"), member<&cli::NumaHmatLatencyBandwidth::hierarchy>("hierarchy"),
    member<&cli::NumaHmatLatencyBandwidth::data_type>("data-type"),
    member<&cli::NumaHmatLatencyBandwidth::latency>("latency"),
    member<&cli::NumaHmatLatencyBandwidth::bandwidth>("bandwidth"));
template <>
inline constexpr auto description<cli::HmatAssociativity> = enumeration<cli::HmatAssociativity>("HmatCacheAssociativity",
                                                                                                "none", "direct", "complex");
template <>
inline constexpr auto description<cli::HmatWritePolicy> = enumeration<cli::HmatWritePolicy>("HmatCacheWritePolicy", "none",
                                                                                            "write-back", "write-through");
template <>
inline constexpr auto description<cli::NumaHmatCache> = object(
    "NumaHmatCacheOptions", member<&cli::NumaHmatCache::node_id>("node-id"), member<&cli::NumaHmatCache::size>("size"),
    member<&cli::NumaHmatCache::level>("level"), member<&cli::NumaHmatCache::associativity>("associativity"),
    member<&cli::NumaHmatCache::policy>("policy"), member<&cli::NumaHmatCache::line>("line"));
template <>
inline constexpr auto description<cli::NumaOptions> = flat_union<&cli::NumaOptions::type, &cli::NumaOptions::u>(
    "NumaOptions",
    branches(branch<cli::NumaNode>(cli::NumaOptionsType::node), branch<cli::NumaDistance>(cli::NumaOptionsType::distance),
             branch<cli::NumaCpu>(cli::NumaOptionsType::cpu),
             branch<cli::NumaHmatLatencyBandwidth>(cli::NumaOptionsType::latency_bandwidth),
             branch<cli::NumaHmatCache>(cli::NumaOptionsType::cache)),
    member<&cli::NumaOptions::type>("type"));

}  // namespace rhea
