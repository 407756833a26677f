#pragma once
/// send-key and input-send-event.
#include "monitor/command_table.h"

namespace rhea {

class Machine;

void add_input_commands(CommandTable& table, Machine& machine);

}  // namespace rhea
