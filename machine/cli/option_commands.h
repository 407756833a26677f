#pragma once

namespace rhea {

class CommandTable;
class Engine;

namespace cli {

/// query-command-line-options
void add_option_commands(CommandTable& table, Engine& engine);

}  // namespace cli
}  // namespace rhea
