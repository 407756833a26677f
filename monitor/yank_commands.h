#pragma once
#include "chardev/registry.h"
#include "monitor/command_table.h"

namespace rhea {

/// query-yank and yank, out of band: for connections that hang.
void add_yank_commands(CommandTable& table, Chardevs& chardevs);

}  // namespace rhea
