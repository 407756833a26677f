#include "machine/machine_table.h"

namespace rhea {

std::span<const MachineType> machine_types() { return detail::kMachineTable; }

const MachineType* find_machine_type(std::string_view name) {
    for (const MachineType& type : detail::kMachineTable)
        if (type.name == name || (!type.alias.empty() && type.alias == name)) return &type;
    return nullptr;
}

}  // namespace rhea
