#include "machine/commands.h"
#include "machine/machine.h"
#include "machine/pc_board.h"
#include "monitor/command_table.h"

namespace rhea {

namespace {

Result<Empty> rtc_reset_reinjection(Machine& machine, const Empty&) {
    if (machine.board()) machine.board()->rtc().reset_reinjection();
    return Empty{};
}

constexpr Command kCommands[] = {
    command<rtc_reset_reinjection>("rtc-reset-reinjection", "Forgets the clock interrupts that the guest missed."),
};

}  // namespace

void add_rtc_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
