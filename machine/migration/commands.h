#pragma once
/// Commands about the machine's way to another process, and what Xen and COLO do with it.
namespace rhea {

class CommandTable;
class EventBus;
class Machine;

void add_migration_commands(CommandTable& table, Machine& machine);
/// calc-dirty-rate, query-dirty-rate, and the limits on virtual CPUs.
void add_dirty_rate_commands(CommandTable& table, Machine& machine);
/// xen-*, x-colo-lost-heartbeat, query-colo-status.
void add_replication_commands(CommandTable& table, Machine& machine);
void declare_migration_events(EventBus& events);

}  // namespace rhea
