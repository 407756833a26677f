#pragma once
namespace rhea {

class CommandTable;
class Machine;
namespace cli {
class Reporter;
}

/// netdev_add, netdev_del, set_link, query-rx-filter, announce-self.
void add_net_commands(CommandTable& table, Machine& machine);

}  // namespace rhea
