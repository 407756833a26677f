#include <algorithm>

#include <fmt/format.h>

#include "machine/cpu/model_table.h"
#include "machine/cli/cpu_properties.h"
#include "machine/cli/machine_choice_parts.h"

namespace rhea::cli {

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMaxMemorySlots = 256;

/// "avx=on" behind "+avx" or "-avx" does not say what it seems to: QEMU warns.
void warn_of_mixture(const Reporter& reporter, const std::vector<CpuFeature>& features) {
    bool warned = false;
    for (auto plain = features.begin(); plain != features.end(); ++plain) {
        if (plain->plus_minus) continue;
        for (const std::string_view value : {"on", "off"}) {
            const bool mixed = std::any_of(features.begin(), plain, [&](const CpuFeature& before) {
                return before.plus_minus && before.value == value && before.name == plain->name;
            });
            if (mixed)
                reporter.warning(fmt::format("Ambiguous CPU model string. Don't mix both \"{}{}\" and \"{}={}\"", value == "on" ? '+' : '-',
                                             plain->name, plain->name, plain->value));
            warned |= mixed;
        }
    }
    if (warned) reporter.warning("Compatibility of ambiguous CPU model strings won't be kept on future QEMU versions");
}

/// Features as "a=b" are set first, as defaults of the type; then those as "+a" and "-a".
Result<void> check_features(const Cpu& cpu) {
    const std::string type = cpu.model + "-x86_64-cpu";
    for (const CpuFeature& feature : cpu.features) {
        if (feature.plus_minus) continue;
        auto checked = check_cpu_property(type, feature.name, feature.value);
        if (!checked)
            return fail(std::move(checked).error().prefixed(
                fmt::format("can't apply global {}.{}={}: ", type, feature.name, feature.value)));
    }
    for (const CpuFeature& feature : cpu.features)
        if (feature.plus_minus) RHEA_CHECK(check_cpu_property(type, feature.name, feature.value));
    return {};
}

}  // namespace

OrExit<void> check_board(const Config& config, const Accelerator& accelerator, Reporter& reporter) {
    const MachineType& type = *find_machine_type(config.machine.type);
    if (const auto why = type.deprecation(); !why.empty())
        reporter.warning(fmt::format("Machine type '{}' is deprecated: {}", type.name, why));
    if (config.cpu) {
        if (config.cpu->model.empty() && config.cpu->features.empty())
            return complain(reporter, "-cpu option cannot be empty");
        if (!find_cpu_model(config.cpu->model))
            return complain(reporter, fmt::format("unable to find CPU model '{}'", config.cpu->model));
        if (config.cpu->model == "host" && accelerator.name != "kvm")
            return complain(reporter, "CPU model 'host' requires KVM or HVF");
        warn_of_mixture(reporter, config.cpu->features);
        if (type.is_pc())
            if (auto checked = check_features(*config.cpu); !checked)
                return complain(reporter, checked.error().description());
    }
    if (!type.is_pc()) return {};
    if (!type.pluggable_memory() && (config.memory.slots > 0 || config.memory.max_size > config.memory.size))
        return complain(reporter, fmt::format("\"-memory 'slots|maxmem'\" is not supported by: {}", type.name));
    if (config.memory.max_size > config.memory.size) {
        if (config.memory.slots > kMaxMemorySlots)
            return complain(reporter, fmt::format("unsupported amount of memory slots: {}", config.memory.slots));
        if (config.memory.max_size % kPage)
            return complain(reporter, fmt::format("maximum memory size must by aligned to multiple of {} bytes", kPage));
    }
    const auto in_range = [](const std::optional<std::int64_t>& value, std::int64_t low) {
        return !value || (*value >= low && *value <= 0xffff);
    };
    for (const std::string& order : {config.boot.order, config.boot.once}) {
        if (order.size() > 3) return complain(reporter, "Too many boot devices for PC");
        if (const auto bad = order.find_first_not_of("acdn"); bad != std::string::npos)
            return complain(reporter, fmt::format("Invalid boot device for PC: '{}'", order[bad]));
    }
    if (!in_range(config.boot.splash_time, 0))
        return complain(reporter, "splash-time is invalid,it should be a value between 0 and 65535");
    if (!in_range(config.boot.reboot_timeout, -1))
        return complain(reporter, "reboot timeout is invalid,it should be a value between -1 and 65535");
    return {};
}

}  // namespace rhea::cli
