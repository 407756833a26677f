#pragma once
/// Commands about the board and the devices on it that have no room of their own.
namespace rhea {

class CommandTable;
class EventBus;
class Machine;

void add_tpm_commands(CommandTable& table, Machine& machine);
/// The rocker switch.
void add_rocker_commands(CommandTable& table, Machine& machine);
/// x-query-virtio*.
void add_virtio_commands(CommandTable& table, Machine& machine);
/// set-numa-node, x-exit-preconfig.
void add_preconfig_commands(CommandTable& table, Machine& machine);
/// query-acpi-ospm-status, query-vm-generation-id, query-pr-managers, announce-self.
void add_platform_commands(CommandTable& table, Machine& machine);
void declare_platform_events(EventBus& events);

}  // namespace rhea
