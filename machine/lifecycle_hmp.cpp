/// The human monitor's commands for the machine's life.
#include "machine/hmp_forward.h"
#include "machine/machine.h"

namespace rhea {

namespace {

void quit(Machine&, HmpCall& call) {
    call.run("quit");
    call.end_session();
}

void status(Machine&, HmpCall& call) {
    const auto info = call.ask("query-status");
    if (!call.ok(info)) return;
    const std::string_view state = hmp_text(*info, "status");
    const bool running = hmp_bool(*info, "running"), plain = state == "running" || state == "paused";
    call.print("VM status: {}{}", running ? "running" : "paused", hmp_bool(*info, "singlestep") ? " (single step mode)" : "");
    if (!plain) call.print(" ({})", state);
    call.write("\n");
}

void watchdog_action(Machine&, HmpCall& call) {
    const std::string& action = call.arguments.text("action");
    if (!enum_from_name<WatchdogAction>(action)) return call.error(Error::generic("invalid parameter value: " + action));
    call.run("watchdog-set-action", {{"action", action}});
}

void complete_watchdog_action(HmpCompletion& completion) {
    for (const EnumValue& value : description<WatchdogAction>.values) completion.add(value.name);
}

constexpr HmpCommand kCommands[] = {
    hmp_forward<"stop">("stop|s", "", "", "stop emulation"),
    hmp_forward<"cont">("cont|c", "", "", "resume emulation"),
    hmp_forward<"system_reset">("system_reset", "", "", "reset the system"),
    hmp_forward<"system_powerdown">("system_powerdown", "", "", "press the power button"),
    hmp_forward<"system_wakeup">("system_wakeup", "", "", "wake a guest that sleeps"),
    hmp_forward<"inject-nmi">("nmi", "", "", "send a non-maskable interrupt"),
    hmp_forward<"x-exit-preconfig">("exit_preconfig", "", "", "leave the preconfig state and start")
        .otherwise("Error: The command is permitted only before machine initialization\n").preconfig(),
    hmp_command<quit>("quit|q", "", "", "quit the emulator").preconfig(),
    hmp_command<watchdog_action>("watchdog_action", "s action@watchdog-action", "[reset|shutdown|poweroff|pause|debug|none]",
                                 "choose what happens when a watchdog expires"),
};

constexpr HmpCommand kInfo[] = {
    hmp_command<status>("status", "", "", "show whether the machine runs").preconfig(),
};

constexpr HmpCompleter kCompleters[] = {{"watchdog-action", complete_watchdog_action}};

}  // namespace

void add_lifecycle_hmp(HmpTable& table, Machine& machine) {
    table.add(kCommands, machine);
    table.add_info(kInfo, machine);
    table.add_completers(kCompleters);
}

}  // namespace rhea
