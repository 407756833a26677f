#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "machine/acpi/board_tables.h"
#include "machine/cli/numa.h"
#include "machine/cli/numa_options.h"

using namespace rhea;
using namespace rhea::cli;

namespace {

constexpr std::uint64_t kMiB = 1 << 20;

struct Rig {
    Numa numa;
    Numa::Machine machine{.supported = true, .hmat = false, .smp = {.cpus = 1, .sockets = 2, .max_cpus = 2}, .ram_size = 64 * kMiB};
    std::vector<std::string> warnings;

    template <class T>
    std::string say(NumaOptionsType type, T options) {
        const auto done = numa.set(machine, {type, options}, [](const std::string& id) { return id[0] == 'm' ? std::optional(32 * kMiB) : std::nullopt; });
        return done ? "" : done.error().description();
    }
    std::string node(std::string memory, std::optional<std::uint16_t> id = {}) {
        NumaNode node;
        node.node_id = id;
        node.memory_backend = std::move(memory);
        return say(NumaOptionsType::node, node);
    }
    std::string cpu(std::int64_t id, std::int64_t socket) {
        NumaCpu cpu;
        cpu.node_id = id;
        cpu.socket_id = socket;
        return say(NumaOptionsType::cpu, cpu);
    }
    std::string complete() {
        const auto done = numa.complete(machine, [this](std::string_view text) { warnings.emplace_back(text); });
        return done ? "" : done.error().description();
    }
};

}  // namespace

TEST_CASE("the nodes' memory must be the machine's, and a backend one node's", "[numa]") {
    Rig rig;
    CHECK(rig.node("x") == "memdev=x is ambiguous");
    CHECK(rig.node("m0") == "");
    CHECK(rig.complete() == "total memory for NUMA nodes (0x2000000) should equal RAM size (0x4000000)");
    CHECK(rig.node("m0") == "");
    CHECK(rig.complete() == "memory backend m0 can't be used multiple times.");
    Rig gap;
    CHECK(gap.node("m0") == "");
    CHECK(gap.node("m1", 5) == "");
    CHECK(gap.node("m2", 5) == "Duplicate NUMA nodeid: 5");
    CHECK(gap.complete() == "numa: Node ID missing: 4");
}

TEST_CASE("a CPU belongs to one node, and one that nobody named to the first", "[numa]") {
    Rig rig;
    REQUIRE(rig.node("m0") == "");
    REQUIRE(rig.node("m1") == "");
    CHECK(rig.cpu(7, 0) == "Invalid node-id=7, NUMA node must be defined with -numa node,nodeid=ID before it's used with -numa cpu,node-id=ID");
    CHECK(rig.cpu(1, 5) == "no match found");
    CHECK(rig.cpu(1, 1) == "");
    CHECK(rig.cpu(0, 1) == "CPU is already assigned to node-id: 1");
    CHECK(rig.complete() == "");
    CHECK(rig.numa.node_of_cpu(0) == 0u);
    CHECK(rig.numa.node_of_cpu(1) == 1u);
    CHECK(rig.warnings.size() == 2);
    CHECK(rig.warnings[0] == "CPU(s) not present in any NUMA nodes: CPU 0 [socket-id: 0, core-id: 0, thread-id: 0]");
    CHECK(rig.numa.backends() == std::vector<std::string>{"m0", "m1"});
    // Without a word on any, sockets take turns.
    Rig silent;
    REQUIRE(silent.node("m0") == "");
    REQUIRE(silent.node("m1") == "");
    CHECK(silent.complete() == "");
    CHECK(silent.numa.node_of_cpu(1) == 1u);
    CHECK(silent.warnings.empty());
}

TEST_CASE("distances are given for every pair, and both ways when they differ", "[numa]") {
    Rig rig;
    rig.machine.ram_size = 96 * kMiB;
    for (const char* id : {"m0", "m1", "m2"}) REQUIRE(rig.node(id) == "");
    const auto distance = [&](std::uint16_t from, std::uint16_t to, std::uint8_t value) { return rig.say(NumaOptionsType::distance, NumaDistance{from, to, value}); };
    CHECK(distance(0, 1, 9) == "NUMA distance (9) is invalid, it shouldn't be less than 10.");
    CHECK(distance(0, 0, 11) == "Local distance of node 0 should be 10.");
    CHECK(distance(0, 1, 20) == "");
    CHECK(rig.complete() == "The distance between node 0 and 2 is missing, at least one distance value between each nodes should be provided.");
}

TEST_CASE("measures of memory fit into 16 bits of a common unit", "[numa]") {
    Rig rig;
    rig.machine.hmat = true;
    REQUIRE(rig.node("m0") == "");
    REQUIRE(rig.node("m1") == "");
    REQUIRE(rig.cpu(0, 0) == "");
    const auto latency = [&](std::uint16_t target, std::uint64_t value) {
        return rig.say(NumaOptionsType::latency_bandwidth, NumaHmatLatencyBandwidth{0, target, HmatHierarchy::memory, HmatDataType::access_latency, value, {}});
    };
    CHECK(latency(0, 65534) == "");
    CHECK(latency(0, 5) == "Duplicate configuration of the latency for initiator=0 and target=0");
    CHECK(latency(1, 65536) == "Latency 65536 between initiator=0 and target=1 should not differ from previously entered min or max values on more than 65534");
    CHECK(latency(2, 1) == "Invalid target=2, it should be less than 2");
    // A bandwidth of 0 says nothing.
    CHECK(rig.say(NumaOptionsType::latency_bandwidth, NumaHmatLatencyBandwidth{0, 0, HmatHierarchy::memory, HmatDataType::access_bandwidth, {}, 0}) == "");
    const NumaHmatCache cache{0, 10240, 1, HmatAssociativity::direct, HmatWritePolicy::write_back, 8};
    CHECK(rig.say(NumaOptionsType::cache, cache) == "The latency and bandwidth information of node-id=0 should be provided before memory side cache attributes");
}

TEST_CASE("what was said of memory's speed and caches is in the table for the guest", "[numa][acpi]") {
    using enum HmatDataType;
    Rig rig;
    rig.machine.hmat = true;
    REQUIRE(rig.node("m0") == "");
    NumaNode far;
    far.memory_backend = "m1";
    far.initiator = 0;
    REQUIRE(rig.say(NumaOptionsType::node, far) == "");
    REQUIRE(rig.cpu(0, 0) == "");
    REQUIRE(rig.cpu(0, 1) == "");
    const auto measure = [&](std::uint16_t target, HmatDataType type, std::optional<std::uint64_t> latency, std::optional<std::uint64_t> bandwidth) {
        return rig.say(NumaOptionsType::latency_bandwidth, NumaHmatLatencyBandwidth{0, target, HmatHierarchy::memory, type, latency, bandwidth});
    };
    REQUIRE(measure(0, access_latency, 5, {}) == "");
    REQUIRE(measure(0, access_bandwidth, {}, 200 * kMiB) == "");
    REQUIRE(measure(1, access_latency, 10, {}) == "");
    REQUIRE(measure(1, access_bandwidth, {}, 100 * kMiB) == "");
    REQUIRE(rig.say(NumaOptionsType::cache, NumaHmatCache{0, 10240, 1, HmatAssociativity::direct, HmatWritePolicy::write_back, 8}) == "");
    REQUIRE(rig.say(NumaOptionsType::cache, NumaHmatCache{0, 20480, 2, HmatAssociativity::complex, HmatWritePolicy::write_through, 64}) == "");
    REQUIRE(rig.complete() == "");
    std::string hex;
    for (const char c : acpi::make_hmat(acpi::memory_attributes(rig.numa)).substr(36)) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    CHECK(hex == "00000000"
                 "00000000280000000100000000000000000000000000000000000000000000000000000000000000"
                 "00000000280000000100000000000000010000000000000000000000000000000000000000000000"
                 "010000003000000000000000010000000200000000000000e80300000000000000000000000000000100000005000a00"
                 "010000003000000000030000010000000200000000000000040000000000000000000000000000000100000032001900"
                 "0200000020000000000000000000000000280000000000001211080000000000"
                 "0200000020000000000000000000000000500000000000002222400000000000");
}

TEST_CASE("a machine with slots for memory has a node without being told", "[numa]") {
    Rig rig;
    rig.machine.memory_hotplug = true;
    CHECK(rig.complete() == "");
    CHECK(rig.numa.count() == 1);
    CHECK(rig.numa.memory(0) == 64 * kMiB);
    CHECK(rig.numa.node_of_cpu(1) == 0u);
}
