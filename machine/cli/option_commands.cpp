// query-command-line-options: the flat option groups of the command line.
#include "machine/cli/option_commands.h"

#include <fmt/format.h>

#include "machine/cli/option_specs.h"
#include "machine/cli/options.h"
#include "monitor/command_table.h"

namespace rhea {

namespace cli {
namespace {

struct OptionName {
    std::optional<std::string> option;
};
struct ParameterInfo {
    std::string name;
    OptionType type = OptionType::string;
    std::optional<std::string> help, default_value;
};
struct OptionInfo {
    std::string option;
    std::vector<ParameterInfo> parameters;
};

}  // namespace
}  // namespace cli

template <>
inline constexpr auto description<OptionType> = enumeration<OptionType>("CommandLineParameterType", "string", "boolean",
                                                                        "number", "size");
template <>
inline constexpr auto description<cli::OptionName> = object("q_obj_query-command-line-options-arg",
                                                            member<&cli::OptionName::option>("option"));
template <>
inline constexpr auto description<cli::ParameterInfo> = object("CommandLineParameterInfo",
                                                               member<&cli::ParameterInfo::name>("name"),
                                                               member<&cli::ParameterInfo::type>("type"),
                                                               member<&cli::ParameterInfo::help>("help"),
                                                               member<&cli::ParameterInfo::default_value>("default"));
template <>
inline constexpr auto description<cli::OptionInfo> = object("CommandLineOptionInfo",
                                                            member<&cli::OptionInfo::option>("option"),
                                                            member<&cli::OptionInfo::parameters>("parameters"));

namespace cli {
namespace {

OptionInfo info_of(const GroupRow& group) {
    OptionInfo info{std::string(group.name), {}};
    const auto specs = option_specs(group.name);
    const auto text = [](std::string_view s) { return s.empty() ? std::nullopt : std::optional(std::string(s)); };
    for (auto spec = specs.rbegin(); spec != specs.rend(); ++spec) {
        if (spec->extension) continue;
        info.parameters.push_back({std::string(spec->name), spec->type, text(spec->help), text(spec->default_value)});
    }
    return info;
}

Result<std::vector<OptionInfo>> query_command_line_options(Engine&, const OptionName& asked) {
    std::vector<OptionInfo> found;
    for (const GroupRow& group : option_groups())
        if (group.kind != GroupKind::unlisted && (!asked.option || *asked.option == group.name))
            found.push_back(info_of(group));
    if (found.empty()) return fail(fmt::format("invalid option name: {}", *asked.option));
    return found;
}

constexpr Command kCommands[] = {
    command<query_command_line_options>("query-command-line-options", "Lists the option groups of the command line.")
        .preconfig(),
};

}  // namespace

void add_option_commands(CommandTable& table, Engine& engine) { table.add(kCommands, engine); }

}  // namespace cli
}  // namespace rhea
