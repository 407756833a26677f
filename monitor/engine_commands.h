#pragma once
/// The commands that any engine has: qmp_capabilities, query-version, query-commands, query-qmp-schema.
#include "monitor/command_table.h"

namespace rhea {

class Engine;

void add_engine_commands(CommandTable& table, Engine& engine);
void add_human_monitor_command(CommandTable& table, Engine& engine);

}  // namespace rhea
