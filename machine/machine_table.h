#pragma once
/// The table of machine types, for those who derive other tables from it.
#include "machine/machine_types.h"

namespace rhea::detail {

inline constexpr MachineVersion kNewest{7, 2};

constexpr std::string_view without_suffix(std::string_view type_name) { return type_name.substr(0, type_name.size() - std::string_view("-machine").size()); }

/// The version that a type's name ends with.
constexpr MachineVersion version_in(std::string_view name) {
    std::uint8_t parts[3] = {};
    unsigned at = 0;
    for (const char c : name.substr(name.rfind('-') + 1)) {
        if (c == '.') ++at;
        else parts[at] = static_cast<std::uint8_t>(parts[at] * 10 + (c - '0'));
    }
    return {parts[0], parts[1], parts[2]};
}

constexpr MachineType pc(std::string_view type_name) {
    const std::string_view name = without_suffix(type_name);
    const MachineVersion version = version_in(name);
    const bool q35 = name.starts_with("pc-q35");
    return {.type_name = type_name,
            .alias = version != kNewest ? "" : q35 ? "q35" : "pc",
            .description = q35 ? "Standard PC (Q35 + ICH9, 2009)" : "Standard PC (i440FX + PIIX, 1996)",
            .max_cpus = q35 && version >= MachineVersion{2, 8} ? 288 : 255,
            .is_default = !q35 && version == kNewest,
            .hotpluggable_cpus = true,
            .numa_memory = version <= MachineVersion{5, 0},
            .default_cpu_type = "qemu64-x86_64-cpu",
            .default_ram_id = "pc.ram",
            .chipset = q35 ? Chipset::q35 : Chipset::i440fx,
            .version = version,
            .name = name};
}

/// In the order of -machine help.
inline constexpr MachineType kMachineTable[] = {
    pc("pc-i440fx-7.2-machine"),
    pc("pc-i440fx-7.1-machine"),
    pc("pc-i440fx-7.0-machine"),
    pc("pc-i440fx-6.2-machine"),
    pc("pc-i440fx-6.1-machine"),
    pc("pc-i440fx-6.0-machine"),
    pc("pc-i440fx-5.2-machine"),
    pc("pc-i440fx-5.1-machine"),
    pc("pc-i440fx-5.0-machine"),
    pc("pc-i440fx-4.2-machine"),
    pc("pc-i440fx-4.1-machine"),
    pc("pc-i440fx-4.0-machine"),
    pc("pc-i440fx-3.1-machine"),
    pc("pc-i440fx-3.0-machine"),
    pc("pc-i440fx-2.9-machine"),
    pc("pc-i440fx-2.8-machine"),
    pc("pc-i440fx-2.7-machine"),
    pc("pc-i440fx-2.6-machine"),
    pc("pc-i440fx-2.5-machine"),
    pc("pc-i440fx-2.4-machine"),
    pc("pc-i440fx-2.3-machine"),
    pc("pc-i440fx-2.2-machine"),
    pc("pc-i440fx-2.12-machine"),
    pc("pc-i440fx-2.11-machine"),
    pc("pc-i440fx-2.10-machine"),
    pc("pc-i440fx-2.1-machine"),
    pc("pc-i440fx-2.0-machine"),
    pc("pc-i440fx-1.7-machine"),
    pc("pc-i440fx-1.6-machine"),
    pc("pc-i440fx-1.5-machine"),
    pc("pc-i440fx-1.4-machine"),
    pc("pc-q35-7.2-machine"),
    pc("pc-q35-7.1-machine"),
    pc("pc-q35-7.0-machine"),
    pc("pc-q35-6.2-machine"),
    pc("pc-q35-6.1-machine"),
    pc("pc-q35-6.0-machine"),
    pc("pc-q35-5.2-machine"),
    pc("pc-q35-5.1-machine"),
    pc("pc-q35-5.0-machine"),
    pc("pc-q35-4.2-machine"),
    pc("pc-q35-4.1-machine"),
    pc("pc-q35-4.0.1-machine"),
    pc("pc-q35-4.0-machine"),
    pc("pc-q35-3.1-machine"),
    pc("pc-q35-3.0-machine"),
    pc("pc-q35-2.9-machine"),
    pc("pc-q35-2.8-machine"),
    pc("pc-q35-2.7-machine"),
    pc("pc-q35-2.6-machine"),
    pc("pc-q35-2.5-machine"),
    pc("pc-q35-2.4-machine"),
    pc("pc-q35-2.12-machine"),
    pc("pc-q35-2.11-machine"),
    pc("pc-q35-2.10-machine"),
    {.type_name = "none-machine",
     .alias = "",
     .description = "empty machine",
     .max_cpus = 1,
     .is_default = false,
     .hotpluggable_cpus = false,
     .numa_memory = false,
     .default_cpu_type = "",
     .default_ram_id = "ram",
     .chipset = Chipset::none,
     .version = kNewest,
     .name = "none"},
};

}  // namespace rhea::detail
