#pragma once
/// The machine types that can be built. Facts as QEMU 7.2's query-machines tells them.
#include <cstdint>
#include <span>
#include <string_view>

namespace rhea {

struct MachineType {
    std::string_view name, alias;            ///< alias: empty when there is none
    std::string_view description;
    std::int64_t max_cpus;
    bool is_default;
    bool hotpluggable_cpus, numa;
    std::string_view default_cpu_type, default_ram_id;      ///< empty when the machine has none
    bool is_pc;                              ///< false: no board at all
};

std::span<const MachineType> machine_types();
/// By name or alias; null when there is none.
const MachineType* find_machine_type(std::string_view name);

}  // namespace rhea
