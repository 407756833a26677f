// -numa and -icount: checked once the machine and its accelerator are known.
#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "machine/cli/handlers.h"
#include "machine/cli/machine_choice_parts.h"
#include "machine/cli/typed_options.h"

namespace rhea::cli {

namespace {

constexpr unsigned kMaxNodes = 128;
constexpr int kMaxShift = 10;
constexpr std::string_view kSizes[] = {"mem", "size", "bandwidth"};

/// The nodes that options made so far.
class Nodes {
public:
    explicit Nodes(const Config& config) : config_(config) {}

    Result<void> add(NumaNode& node) {
        const unsigned id = node.node_id.value_or(static_cast<std::uint16_t>(count_));
        if (id >= kMaxNodes) return fail(fmt::format("Max number of NUMA nodes reached: {}", id));
        if (present_[id]) return fail(fmt::format("Duplicate NUMA nodeid: {}", id));
        if (node.cpus) {
            for (std::uint16_t cpu : *node.cpus)
                if (cpu >= config_.smp.max_cpus)
                    return fail(
                        fmt::format("CPU index ({}) should be smaller than maxcpus ({})", cpu, config_.smp.max_cpus));
        }
        if (node.initiator) RHEA_CHECK(need_hmat());
        if (node.memory && node.memory_backend)
            return fail("numa configuration should use either mem= or memdev=,mixing both is not allowed");
        if (node.memory)
            return fail(Error::generic("Parameter -numa node,mem is not supported by this machine type")
                            .with_hint("Use -numa node,memdev instead"));
        // QEMU's word for an object that is not there too.
        if (node.memory_backend && !has_object(*node.memory_backend))
            return fail(fmt::format("memdev={} is ambiguous", *node.memory_backend));
        if (node.memory_backend) return fail("memdev: not supported by this build");
        node.node_id = static_cast<std::uint16_t>(id);
        present_[id] = true;
        ++count_;
        return {};
    }
    Result<void> add(const NumaDistance& distance) const {
        if (distance.source >= kMaxNodes || distance.destination >= kMaxNodes)
            return fail(fmt::format("Parameter '{}' expects an integer between 0 and {}",
                                    distance.source >= kMaxNodes ? "src" : "dst", kMaxNodes - 1));
        if (!present_[distance.source] || !present_[distance.destination])
            return fail("Source/Destination NUMA node is missing. Please use '-numa node' option to declare it first.");
        constexpr unsigned kLocal = 10;  // the smallest distance, which a node has to itself
        if (distance.value < kLocal)
            return fail(fmt::format("NUMA distance ({}) is invalid, it shouldn't be less than {}.", distance.value, kLocal));
        if (distance.source == distance.destination && distance.value != kLocal)
            return fail(fmt::format("Local distance of node {} should be {}.", distance.source, kLocal));
        return {};
    }
    Result<void> add(const NumaCpu& cpu) const {
        if (!cpu.node_id) return fail("Missing mandatory node-id property");
        if (*cpu.node_id < 0 || *cpu.node_id >= kMaxNodes || !present_[static_cast<std::size_t>(*cpu.node_id)])
            return fail(
                fmt::format("Invalid node-id={}, NUMA node must be defined with -numa node,nodeid=ID before it's used "
                            "with -numa cpu,node-id=ID",
                            *cpu.node_id));
        return {};
    }
    Result<void> add(const NumaHmatLatencyBandwidth&) const { return need_hmat(); }
    Result<void> add(const NumaHmatCache&) const { return need_hmat(); }
    Result<void> add(std::monostate) const { return {}; }

    unsigned count() const { return count_; }

private:
    bool has_object(const std::string& id) const {
        return std::any_of(config_.objects.begin(), config_.objects.end(), [&](const Arguments& object) {
            const QObject* own = object.members.find("id");
            return own && own->string() && *own->string() == id;
        });
    }
    Result<void> need_hmat() const {
        if (config_.machine.properties.hmat.value_or(false)) return {};
        return fail(
            "ACPI Heterogeneous Memory Attribute Table (HMAT) is disabled, enable it with -machine hmat=on before using any "
            "of hmat specific options");
    }

    const Config& config_;
    std::array<bool, kMaxNodes> present_{};
    unsigned count_ = 0;
};

Result<InstructionCount> instruction_count(const Options& options) {
    InstructionCount count;
    const std::string* shift = options.find("shift");
    const bool align = RHEA_TRY(options.get_bool("align", false));
    if (!shift) {
        if (align) return fail("Please specify shift option when using align");
        return count;
    }
    count.sleep = RHEA_TRY(options.get_bool("sleep", true));
    count.align = align;
    if (count.align && !count.sleep) return fail("align=on and sleep=off are incompatible");
    count.automatic = *shift == "auto";
    if (!count.automatic) {
        const auto value = parse_option_number("shift", *shift);
        if (!value || *value > static_cast<std::uint64_t>(kMaxShift)) return fail("icount: Invalid shift value");
        count.shift = static_cast<int>(*value);
    }
    return count;
}

}  // namespace

Result<void> take_numa(CommandLine& line, Options options) {
    line.config.unresolved.numa.push_back({line.where, std::move(options)});
    return {};
}

OrExit<void> resolve_numa(Config& config, const Reporter& reporter) {
    Nodes nodes(config);
    for (const Group& group : config.unresolved.numa) {
        auto options = read_options<NumaOptions>(group.options, kSizes);
        auto added = options ? std::visit([&](auto& u) { return nodes.add(u); }, options->u)
                             : Result<void>(fail(std::move(options).error()));
        if (!added) {
            reporter.error(group.where, added.error());
            return tl::unexpected(Exit{1});
        }
        config.numa.push_back({group.where, std::move(*options)});
    }
    if (nodes.count() > 0 && config.memory.size > 0)
        return complain(reporter,
                        fmt::format("total memory for NUMA nodes (0x0) should equal RAM size (0x{:x})", config.memory.size));
    return {};
}

Result<void> take_instruction_count(CommandLine& line, Options options) {
    line.config.unresolved.instruction_count = Group{line.where, std::move(options)};
    return {};
}

OrExit<void> resolve_instruction_count(Config& config, const Reporter& reporter) {
    if (!config.unresolved.instruction_count) return {};
    const Group& group = *config.unresolved.instruction_count;
    auto count = instruction_count(group.options);
    if (!count) {
        reporter.error(group.where, count.error());
        return tl::unexpected(Exit{1});
    }
    if (group.options.has("shift")) config.instruction_count = *count;
    return {};
}

}  // namespace rhea::cli
