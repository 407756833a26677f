#pragma once
/// The pages of the QMP reference, written from the descriptions of commands, events and types.
#include <string>

#include "monitor/engine.h"

namespace rhea::reference {

/// docs/reference/qmp.md
std::string markdown(Engine& engine);
/// docs/reference/rhea-qmp.7
std::string man_page(Engine& engine);
/// The table in docs/compatibility.md: a row for each command.
std::string state_table(Engine& engine);

}  // namespace rhea::reference
