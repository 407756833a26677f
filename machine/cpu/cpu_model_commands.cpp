#include <fmt/format.h>

#include "machine/cpu/commands.h"
#include "machine/cpu_object.h"
#include "machine/machine.h"
#include "monitor/command_table.h"

namespace rhea {

struct CpuDefinitionInfo {
    std::string name;
    std::optional<bool> migration_safe;
    bool static_ = false;
    std::optional<std::vector<std::string>> unavailable_features;
    std::string typename_;
    std::optional<std::string> alias_of;
    bool deprecated = false;
};
template <>
inline constexpr auto description<CpuDefinitionInfo> =
    object("CpuDefinitionInfo", member<&CpuDefinitionInfo::name>("name"),
           member<&CpuDefinitionInfo::migration_safe>("migration-safe"), member<&CpuDefinitionInfo::static_>("static"),
           member<&CpuDefinitionInfo::unavailable_features>("unavailable-features"),
           member<&CpuDefinitionInfo::typename_>("typename"), member<&CpuDefinitionInfo::alias_of>("alias-of"),
           member<&CpuDefinitionInfo::deprecated>("deprecated"));

struct CpuModelInfo {
    std::string name;
    std::optional<QObject> props;
};
template <>
inline constexpr auto description<CpuModelInfo> = object("CpuModelInfo", member<&CpuModelInfo::name>("name"),
                                                         member<&CpuModelInfo::props>("props"));

struct CpuModelExpansionInfo {
    CpuModelInfo model;
};
template <>
inline constexpr auto description<CpuModelExpansionInfo> = object("CpuModelExpansionInfo",
                                                                  member<&CpuModelExpansionInfo::model>("model"));

enum class CpuModelExpansionType { static_, full };
template <>
inline constexpr auto description<CpuModelExpansionType> = enumeration<CpuModelExpansionType>("CpuModelExpansionType",
                                                                                              "static", "full");

struct QueryCpuModelExpansion {
    CpuModelExpansionType type{};
    CpuModelInfo model;
};
template <>
inline constexpr auto description<QueryCpuModelExpansion> = object("q_obj_query-cpu-model-expansion-arg",
                                                                   member<&QueryCpuModelExpansion::type>("type"),
                                                                   member<&QueryCpuModelExpansion::model>("model"));

namespace {

/// As it is with what -cpu says of it.
CpuModel made_of(const Machine& machine, const CpuFacts& facts) {
    CpuModel model(*find_cpu_type(fmt::format("{}-x86_64-cpu", facts.name)), facts);
    model.apply(machine.type());
    if (machine.config().cpu) model.apply(*machine.config().cpu);
    return model;
}

/// What hangs on features that were not asked for is told as often as somebody asks.
void expand(Machine& machine, CpuModel& model) {
    model.expand();
    for (const std::string& complaint : model.features().complaints()) machine.engine().log(complaint);
}

/// What of it this emulator lacks.
std::vector<std::string> unavailable(Machine& machine, const CpuFacts& facts) {
    if (facts.name == "host" && machine.accelerator() != "kvm") return {"kvm"};
    CpuModel model = made_of(machine, facts);
    expand(machine, model);
    model.filter(false);
    const auto names = model.features().missing();
    return {names.begin(), names.end()};
}

Result<std::vector<CpuDefinitionInfo>> query_cpu_definitions(Machine& machine, const Empty&) {
    std::vector<CpuDefinitionInfo> all;
    for (const CpuFacts& facts : cpu_models()) {
        CpuDefinitionInfo info;
        info.name = facts.name;
        info.migration_safe = facts.migration_safe;
        info.static_ = facts.is_static;
        info.unavailable_features = unavailable(machine, facts);
        info.typename_ = fmt::format("{}-x86_64-cpu", facts.name);
        if (!facts.alias_of.empty() && !machine.type().unversioned_cpus()) info.alias_of = facts.alias_of;
        all.push_back(std::move(info));
    }
    return all;
}

Result<CpuModelExpansionInfo> query_cpu_model_expansion(Machine& machine, const QueryCpuModelExpansion& args) {
    const auto facts = find_cpu_model(args.model.name);
    if (!facts) return fail(fmt::format("CPU model '{}' not found", args.model.name));
    CpuModel model = made_of(machine, *facts);
    // Properties that are no object are not looked at.
    if (const QDict* wanted = args.model.props ? args.model.props->dict() : nullptr)
        for (const QDictEntry& entry : *wanted) RHEA_CHECK(model.set(entry.key, entry.value));
    expand(machine, model);
    CpuModelExpansionInfo info;
    const bool full = args.type == CpuModelExpansionType::full;
    info.model.name = full ? args.model.name : "base";
    info.model.props = full ? model.properties() : model.static_properties();
    return info;
}

constexpr Command kCommands[] = {
    command<query_cpu_definitions>("query-cpu-definitions", "Lists the CPU models."),
    command<query_cpu_model_expansion>("query-cpu-model-expansion", "Tells the properties of a CPU model."),
};

}  // namespace

void add_cpu_model_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
