#pragma once
/// Every command and event of the emulator, brought to its engine.
namespace rhea {

class Engine;
class FdSets;
class Machine;

void add_all_commands(Engine& engine, Machine& machine, FdSets& fd_sets);

}  // namespace rhea
