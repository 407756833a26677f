#include <fmt/format.h>

#include "machine/cli/machine_choice_parts.h"
#include "machine/device_help.h"

namespace rhea::cli {

std::string machine_list() {
    std::string list = "Supported machines are:\n";
    for (const MachineType& type : machine_types()) {
        if (!type.alias.empty()) list += fmt::format("{:<20} {} (alias of {})\n", type.alias, type.description, type.name);
        list += fmt::format("{:<20} {}{}\n", type.name, type.description,
                            type.is_default ? " (default)" : type.deprecation().empty() ? "" : " (deprecated)");
    }
    return list;
}

std::string machine_help(std::string_view name) {
    const MachineType* type = find_machine_type(name);
    if (!type) return machine_list();
    return machine_options_text(type->type_name).value_or(std::string());
}

}  // namespace rhea::cli
