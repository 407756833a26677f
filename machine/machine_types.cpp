#include "machine/machine_types.h"

namespace rhea {

namespace {

constexpr MachineType kTypes[] = {
    {"pc-i440fx-7.2", "pc", "Standard PC (i440FX + PIIX, 1996)", 255, true, true, false, "qemu64-x86_64-cpu", "pc.ram", true},
    {"none", "", "empty machine", 1, false, false, false, "", "ram", false},
};

}  // namespace

std::span<const MachineType> machine_types() { return kTypes; }

const MachineType* find_machine_type(std::string_view name) {
    for (const MachineType& type : kTypes)
        if (type.name == name || (!type.alias.empty() && type.alias == name)) return &type;
    return nullptr;
}

}  // namespace rhea
