/// The human monitor's commands for the machine's life.
#include "machine/hmp.h"
#include "machine/lifecycle.h"

namespace rhea {

namespace {

/// A command that is one of QMP without arguments.
template <const char* Qmp>
void plain(Lifecycle&, HmpCall& call) { call.run(Qmp); }

constexpr char kStop[] = "stop", kCont[] = "cont", kReset[] = "system_reset", kPowerdown[] = "system_powerdown",
               kWakeup[] = "system_wakeup", kNmi[] = "inject-nmi", kExitPreconfig[] = "x-exit-preconfig";

void quit(Lifecycle&, HmpCall& call) {
    call.run("quit");
    call.end_session();
}

void status(Lifecycle&, HmpCall& call) {
    const auto info = call.ask("query-status");
    if (!call.ok(info)) return;
    const std::string_view state = hmp_text(*info, "status");
    const bool running = hmp_bool(*info, "running"), plain = state == "running" || state == "paused";
    call.print("VM status: {}{}", running ? "running" : "paused", hmp_bool(*info, "singlestep") ? " (single step mode)" : "");
    if (!plain) call.print(" ({})", state);
    call.write("\n");
}

void watchdog_action(Lifecycle&, HmpCall& call) {
    const std::string& action = call.arguments.text("action");
    if (!enum_from_name<WatchdogAction>(action)) return call.error(Error::generic("invalid parameter value: " + action));
    call.run("watchdog-set-action", {{"action", action}});
}

void complete_watchdog_action(HmpCompletion& completion) {
    for (const EnumValue& value : description<WatchdogAction>.values) completion.add(value.name);
}

constexpr HmpCommand kCommands[] = {
    hmp_command<plain<kStop>>("stop|s", "", "", "stop the machine"),
    hmp_command<plain<kCont>>("cont|c", "", "", "let the machine run on"),
    hmp_command<plain<kReset>>("system_reset", "", "", "reset the machine"),
    hmp_command<plain<kPowerdown>>("system_powerdown", "", "", "press the power button"),
    hmp_command<plain<kWakeup>>("system_wakeup", "", "", "wake a guest that sleeps"),
    hmp_command<plain<kNmi>>("nmi", "", "", "send a non-maskable interrupt"),
    hmp_command<plain<kExitPreconfig>>("exit_preconfig", "", "", "leave the preconfig state and start").preconfig(),
    hmp_command<quit>("quit|q", "", "", "end the emulator").preconfig(),
    hmp_command<watchdog_action>("watchdog_action", "s action@watchdog-action", "[reset|shutdown|poweroff|pause|debug|none]",
                                 "choose what happens when a watchdog expires"),
};

constexpr HmpCommand kInfo[] = {
    hmp_command<status>("status", "", "", "show whether the machine runs").preconfig(),
};

constexpr HmpCompleter kCompleters[] = {{"watchdog-action", complete_watchdog_action}};

}  // namespace

void add_lifecycle_hmp(HmpTable& table, Lifecycle& life) {
    table.add(kCommands, life);
    table.add_info(kInfo, life);
    table.add_completers(kCompleters);
}

}  // namespace rhea
