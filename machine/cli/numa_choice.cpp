// -numa and -icount: checked once the machine and its accelerator are known.
#include <charconv>

#include <fmt/format.h>

#include "machine/cli/handlers.h"
#include "machine/cli/machine_choice_parts.h"
#include "machine/cli/numa_options.h"
#include "machine/cli/typed_options.h"

namespace rhea::cli {

namespace {

constexpr int kMaxShift = 10;
constexpr std::string_view kSizes[] = {"mem", "size", "bandwidth"};

/// The size of a memory backend that -object is to make.
std::optional<std::uint64_t> backend_size(const Config& config, const std::string& id) {
    for (const Arguments& object : config.objects) {
        const QObject *own = object.members.find("id"), *type = object.members.find("qom-type"), *size = object.members.find("size");
        if (!own || !own->string() || *own->string() != id || !type || !type->string() || !size) continue;
        if (!type->string()->starts_with("memory-backend-")) return std::nullopt;
        std::int64_t number = 0;
        if (size->number() && size->number()->get_int(number)) return static_cast<std::uint64_t>(number);
        const auto bytes = size->string() ? parse_size(*size->string()) : Result<std::uint64_t>(0);
        return bytes ? *bytes : 0;
    }
    return std::nullopt;
}

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

/// A size that ends with a digit, without a suffix, is in MiB.
std::uint64_t unit_of(std::string_view size) { return !size.empty() && size.back() >= '0' && size.back() <= '9' ? 1 << 20 : 1; }

}  // namespace

Result<void> take_numa(CommandLine& line, Options options) {
    line.config.unresolved.numa.push_back({line.where, std::move(options)});
    return {};
}

OrExit<void> resolve_numa(Config& config, const Reporter& reporter) {
    for (const Group& group : config.unresolved.numa) {
        auto options = read_options<NumaOptions>(group.options, kSizes);
        if (auto* node = options ? std::get_if<NumaNode>(&options->u) : nullptr; node && node->memory) *node->memory *= unit_of(group.options.get("mem"));
        auto added = options ? config.numa.set(numa_machine(config), *options, [&](const std::string& id) { return backend_size(config, id); })
                             : Result<void>(fail(std::move(options).error()));
        const NumaNode* node = options ? std::get_if<NumaNode>(&options->u) : nullptr;
        if (added && node && node->memory) reporter.warning(group.where, "Parameter -numa node,mem is deprecated, use -numa node,memdev instead");
        if (added) continue;
        reporter.error(group.where, added.error());
        return tl::unexpected(Exit{1});
    }
    // With -preconfig, more may be said.
    if (config.preconfig) return {};
    const auto complete = config.numa.complete(numa_machine(config), [&](std::string_view text) { reporter.warning(text); });
    if (!complete) return complain(reporter, complete.error().description());
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

Numa::Machine numa_machine(const Config& config) {
    Numa::Machine machine;
    const MachineType& type = *find_machine_type(config.machine.type);
    machine.supported = type.is_pc();
    machine.memory_by_size = type.numa_memory;
    machine.hmat = config.machine.properties.hmat.value_or(false);
    machine.smp = config.smp;
    machine.ram_size = config.memory.size;
    machine.memory_hotplug = machine.supported && type.numa_for_memory() && config.memory.slots > 0;
    machine.own_backend = config.machine.properties.memory_backend.has_value();
    return machine;
}

}  // namespace rhea::cli
