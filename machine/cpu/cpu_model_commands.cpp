#include <fmt/format.h>

#include "machine/cpu/commands.h"
#include "machine/cpu/model.h"
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

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> all;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        all.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return all;
}

Result<std::vector<CpuDefinitionInfo>> query_cpu_definitions(Machine&, const Empty&) {
    std::vector<CpuDefinitionInfo> all;
    for (const CpuModelRow& row : cpu_model_table()) {
        CpuDefinitionInfo info;
        info.name = row.name;
        info.migration_safe = (row.flags & kCpuMigrationSafe) != 0;
        info.static_ = (row.flags & kCpuStatic) != 0;
        info.unavailable_features = words(row.unavailable);
        info.typename_ = fmt::format("{}-x86_64-cpu", row.name);
        if (!row.alias_of.empty()) info.alias_of = row.alias_of;
        info.deprecated = (row.flags & kCpuDeprecated) != 0;
        all.push_back(std::move(info));
    }
    return all;
}

Result<CpuModelExpansionInfo> query_cpu_model_expansion(Machine&, const QueryCpuModelExpansion& args) {
    const CpuModelRow* row = find_cpu_model(args.model.name);
    if (!row) return fail(fmt::format("CPU model '{}' not found", args.model.name));
    CpuModel model(*row);
    // Properties that are no object are not looked at.
    if (const QDict* wanted = args.model.props ? args.model.props->dict() : nullptr)
        for (const QDictEntry& entry : *wanted) RHEA_CHECK(model.set(entry.key, entry.value));
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
