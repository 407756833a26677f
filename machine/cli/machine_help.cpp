#include <fmt/format.h>

#include "machine/cli/machine_choice_parts.h"

namespace rhea::cli {

std::string machine_list() {
    std::string list = "Supported machines are:\n";
    for (const MachineType& type : machine_types()) {
        if (!type.alias.empty()) list += fmt::format("{:<20} {} (alias of {})\n", type.alias, type.description, type.name);
        list += fmt::format("{:<20} {}{}\n", type.name, type.description, type.is_default ? " (default)" : "");
    }
    return list;
}

std::string machine_help(std::string_view name) {
    const MachineType* type = find_machine_type(name);
    if (!type) return machine_list();
    std::string list = fmt::format("{}-machine options:\n", type->name);
    for (const Member& property : type_of<MachineProperties>().members) {
        if (!machine_has(*type, property.name)) continue;
        const TypeInfo& info = property.type();
        std::string_view text = info.name;
        if (info.kind == TypeKind::boolean) text = "bool";
        else if (info.kind == TypeKind::string) text = "string";
        else if (info.kind == TypeKind::int64) text = "int";
        else if (info.kind == TypeKind::uint64) text = "size";
        list += fmt::format("  {}=<{}>\n", property.name, text);
    }
    return list;
}

}  // namespace rhea::cli
