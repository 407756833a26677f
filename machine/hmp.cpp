#include "machine/hmp.h"

#include "machine/machine.h"

namespace rhea {

void add_hmp_commands(HmpInterpreter& hmp, Machine& machine) {
    for (const auto add : {add_block_hmp, add_block_info_hmp, add_chardev_hmp, add_cpu_hmp, add_debug_hmp, add_device_hmp, add_interrupt_hmp,
                           add_lifecycle_hmp, add_memory_info_hmp,
                           add_machine_info_hmp, add_memory_hmp, add_migration_hmp, add_net_hmp, add_old_names_hmp, add_ui_hmp, add_virtio_hmp})
        add(hmp.table(), machine);
    hmp.set_cpus([&machine](std::int64_t cpu) { return machine.find_cpu(cpu) != nullptr; },
                 [&machine](std::int64_t cpu, std::string_view name) -> std::optional<std::int64_t> {
                     const Vcpu* found = machine.find_cpu(cpu);
                     return found ? found->registers.find(name) : std::nullopt;
                 });
}

}  // namespace rhea
