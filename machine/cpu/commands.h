#pragma once
/// Commands about CPUs: their models, what the host gives for confidential guests, statistics.
namespace rhea {

class CommandTable;
class Machine;

/// query-cpu-definitions, query-cpu-model-expansion.
void add_cpu_model_commands(CommandTable& table, Machine& machine);
/// SEV and SGX.
void add_confidential_commands(CommandTable& table, Machine& machine);
/// query-stats, query-stats-schemas.
void add_stats_commands(CommandTable& table, Machine& machine);

}  // namespace rhea
