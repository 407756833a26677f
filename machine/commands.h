#pragma once
/// The command families of the machine, brought to the table where the program is put together.
namespace rhea {

class Chardevs;
class CommandTable;
class Lifecycle;
class Machine;

void add_lifecycle_commands(CommandTable& table, Lifecycle& life);
/// What the machine is: query-name, query-uuid, query-machines, query-cpus-fast …
void add_machine_info_commands(CommandTable& table, Machine& machine);
/// memsave, pmemsave, query-memory-size-summary, balloon, query-balloon.
void add_memory_commands(CommandTable& table, Machine& machine);
/// query-memory-devices.
void add_memory_device_commands(CommandTable& table, Machine& machine);
/// rtc-reset-reinjection.
void add_rtc_commands(CommandTable& table, Machine& machine);
/// add_client.
void add_client_commands(CommandTable& table, Machine& machine);
/// query-mice.
void add_inventory_commands(CommandTable& table, Machine& machine);

}  // namespace rhea
