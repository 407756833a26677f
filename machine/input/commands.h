#pragma once
/// send-key and input-send-event.
#include "monitor/command_table.h"

namespace rhea {

class Input;

void add_input_commands(CommandTable& table, Input& input);

}  // namespace rhea
