/// What can be said only before the machine is made (-preconfig).
#include "machine/cli/machine_choice.h"
#include "machine/cli/numa_options.h"
#include "machine/machine.h"
#include "machine/objects/memory_backend.h"
#include "machine/objects/user_creatable.h"
#include "machine/platform/commands.h"
#include "machine/schema_features.h"
#include "monitor/command_table.h"

namespace rhea {

namespace {

Result<Empty> set_numa_node(Machine& machine, const cli::NumaOptions& options) {
    if (!machine.preconfig().waiting()) return fail("The command is permitted only before the machine has been created");
    const auto size_of = [&](const std::string& id) -> std::optional<std::uint64_t> {
        const auto* backend = find_object<MemoryBackend>(machine.devices(), id);
        return backend ? std::optional(backend->size()) : std::nullopt;
    };
    RHEA_CHECK(machine.numa().set(cli::numa_machine(machine.config()), options, size_of));
    return Empty{};
}
void exit_preconfig(Machine& machine, const Empty&, Reply<Empty> reply) {
    if (!machine.preconfig().waiting())
        return reply.fail(Error::generic("The command is permitted only before machine initialization"));
    machine.preconfig().leave(std::move(reply));
}

constexpr Command kCommands[] = {
    command<set_numa_node>("set-numa-node", "Sets up NUMA before the machine is made.").preconfig(),
    command<exit_preconfig>("x-exit-preconfig", "Makes the machine that -preconfig held back.")
        .preconfig()
        .with_features(feature::kUnstable),
};

}  // namespace

void add_preconfig_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
