#include "machine/machine_types.h"

namespace rhea {

namespace {

constexpr MachineType kTypes[] = {
    {"pc-i440fx-7.2", "pc", "Standard PC (i440FX + PIIX, 1996)", 255, true, true, false, "qemu64-x86_64-cpu", "pc.ram", Chipset::i440fx},
    {"pc-q35-7.2", "q35", "Standard PC (Q35 + ICH9, 2009)", 288, false, true, false, "qemu64-x86_64-cpu", "pc.ram", Chipset::q35},
    {"none", "", "empty machine", 1, false, false, false, "", "ram", Chipset::none},
};

}  // namespace

std::span<const MachineType> machine_types() { return kTypes; }

const MachineType* find_machine_type(std::string_view name) {
    for (const MachineType& type : kTypes)
        if (type.name == name || (!type.alias.empty() && type.alias == name)) return &type;
    return nullptr;
}

}  // namespace rhea
