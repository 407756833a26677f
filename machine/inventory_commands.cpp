/// Lists of what the machine has of a kind.
#include <algorithm>

#include "machine/commands.h"
#include "machine/input/commands.h"
#include "machine/machine.h"
#include "monitor/command_table.h"

namespace rhea {

struct MouseInfo { std::string name; std::int64_t index = 0; bool current = false, absolute = false; };

template <>
inline constexpr auto description<MouseInfo> =
    object("MouseInfo", member<&MouseInfo::name>("name"), member<&MouseInfo::index>("index"),
           member<&MouseInfo::current>("current"), member<&MouseInfo::absolute>("absolute"));

namespace {

Result<std::vector<MouseInfo>> query_mice(Machine& machine, const Empty&) {
    std::vector<MouseInfo> mice;
    for (const PointerDevice& pointer : machine.pointers())
        mice.push_back({pointer.name, pointer.index, mice.empty(), pointer.absolute});
    std::reverse(mice.begin(), mice.end());
    return mice;
}

constexpr Command kCommands[] = {
    command<query_mice>("query-mice", "Lists the pointing devices; the current one takes the input."),
};

}  // namespace

void add_inventory_commands(CommandTable& table, Machine& machine) {
    table.add(kCommands, machine);
    add_input_commands(table, machine);
}

}  // namespace rhea
