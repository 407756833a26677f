#pragma once
/// The families of the human monitor's commands, brought to the table where the program is put together.
#include "monitor/engine.h"
#include "monitor/hmp/interpreter.h"

namespace rhea {

class Lifecycle;
class Machine;

void add_lifecycle_hmp(HmpTable& table, Lifecycle& life);

/// All of them, and the CPUs whose registers an expression can name.
void add_hmp_commands(HmpInterpreter& hmp, Machine& machine);

}  // namespace rhea
