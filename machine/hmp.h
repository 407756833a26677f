#pragma once
/// The families of the human monitor's commands, brought to the table where the program is put together.
#include "monitor/engine.h"
#include "monitor/hmp/interpreter.h"

namespace rhea {

class Machine;

void add_block_hmp(HmpTable& table, Machine& machine);
void add_block_info_hmp(HmpTable& table, Machine& machine);
void add_chardev_hmp(HmpTable& table, Machine& machine);
void add_cpu_hmp(HmpTable& table, Machine& machine);
void add_debug_hmp(HmpTable& table, Machine& machine);
void add_device_hmp(HmpTable& table, Machine& machine);
void add_interrupt_hmp(HmpTable& table, Machine& machine);
void add_lifecycle_hmp(HmpTable& table, Machine& machine);
void add_machine_info_hmp(HmpTable& table, Machine& machine);
void add_memory_hmp(HmpTable& table, Machine& machine);
void add_memory_info_hmp(HmpTable& table, Machine& machine);
void add_migration_hmp(HmpTable& table, Machine& machine);
void add_net_hmp(HmpTable& table, Machine& machine);
void add_old_names_hmp(HmpTable& table, Machine& machine);
void add_ui_hmp(HmpTable& table, Machine& machine);
void add_virtio_hmp(HmpTable& table, Machine& machine);

/// All of them, and the CPUs whose registers an expression can name.
void add_hmp_commands(HmpInterpreter& hmp, Machine& machine);

}  // namespace rhea
