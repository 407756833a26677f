#pragma once
/// device_add, device_del.
namespace rhea {

class CommandTable;
class Machine;

void add_device_commands(CommandTable& table, Machine& machine);

}  // namespace rhea
