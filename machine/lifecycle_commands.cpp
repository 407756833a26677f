#include <optional>

#include "machine/commands.h"
#include "machine/lifecycle.h"
#include "monitor/command_table.h"

namespace rhea {

struct StatusInfo { bool running = false; bool singlestep = false; RunState status{}; };
struct CurrentMachineParams { bool wakeup_suspend_support = false; };
struct SetWatchdogAction { WatchdogAction action{}; };
struct SetAction {
    std::optional<RebootAction> reboot;
    std::optional<ShutdownAction> shutdown;
    std::optional<PanicAction> panic;
    std::optional<WatchdogAction> watchdog;
};

template <>
inline constexpr auto description<StatusInfo> = object(
    "StatusInfo", member<&StatusInfo::running>("running"), member<&StatusInfo::singlestep>("singlestep"),
    member<&StatusInfo::status>("status"));
template <>
inline constexpr auto description<CurrentMachineParams> =
    object("CurrentMachineParams", member<&CurrentMachineParams::wakeup_suspend_support>("wakeup-suspend-support"));
template <>
inline constexpr auto description<SetWatchdogAction> =
    object("q_obj_watchdog-set-action-arg", member<&SetWatchdogAction::action>("action"));
template <>
inline constexpr auto description<SetAction> =
    object("q_obj_set-action-arg", member<&SetAction::reboot>("reboot"), member<&SetAction::shutdown>("shutdown"),
           member<&SetAction::panic>("panic"), member<&SetAction::watchdog>("watchdog"));

namespace {

Result<StatusInfo> query_status(Lifecycle& life, const Empty&) { return StatusInfo{life.running(), life.singlestep(), life.state()}; }

Result<CurrentMachineParams> query_current_machine(Lifecycle& life, const Empty&) {
    return CurrentMachineParams{life.wakeup_supported()};
}

Result<Empty> stop(Lifecycle& life, const Empty&) {
    life.stop();
    return Empty{};
}

Result<Empty> cont(Lifecycle& life, const Empty&) {
    RHEA_CHECK(life.cont());
    return Empty{};
}

Result<Empty> system_reset(Lifecycle& life, const Empty&) {
    life.reset(ShutdownCause::host_qmp_system_reset);
    return Empty{};
}

Result<Empty> system_powerdown(Lifecycle& life, const Empty&) {
    life.powerdown();
    return Empty{};
}

Result<Empty> system_wakeup(Lifecycle& life, const Empty&) {
    RHEA_CHECK(life.wakeup());
    return Empty{};
}

Result<Empty> quit(Lifecycle& life, const Empty&) {
    life.quit(ShutdownCause::host_qmp_quit);
    return Empty{};
}

Result<Empty> inject_nmi(Lifecycle& life, const Empty&) {
    if (!life.has_nmi()) return fail("this feature or command is not currently supported");
    life.inject_nmi();
    return Empty{};
}

Result<Empty> watchdog_set_action(Lifecycle& life, const SetWatchdogAction& args) {
    life.actions().watchdog = args.action;
    return Empty{};
}

Result<Empty> set_action(Lifecycle& life, const SetAction& args) {
    Actions& actions = life.actions();
    actions.reboot = args.reboot.value_or(actions.reboot);
    actions.shutdown = args.shutdown.value_or(actions.shutdown);
    actions.panic = args.panic.value_or(actions.panic);
    actions.watchdog = args.watchdog.value_or(actions.watchdog);
    return Empty{};
}

constexpr Command kCommands[] = {
    command<query_status>("query-status", "Tells the run state of the machine.").preconfig(),
    command<watchdog_set_action>("watchdog-set-action", "Sets what happens when a watchdog expires."),
    command<set_action>("set-action", "Sets what happens on a guest's reboot, shutdown, panic and watchdog.").preconfig(),
    command<system_wakeup>("system_wakeup", "Wakes a guest that sleeps (ACPI S3)."),
    command<inject_nmi>("inject-nmi", "Sends a non-maskable interrupt to the CPUs."),
    command<system_powerdown>("system_powerdown", "Presses the power button."),
    command<system_reset>("system_reset", "Resets the machine."),
    command<quit>("quit", "Ends the emulator.").preconfig(),
    command<stop>("stop", "Stops the machine."),
    command<cont>("cont", "Lets the machine run on."),
    command<query_current_machine>("query-current-machine", "Tells what the present machine can do."),
};

}  // namespace

void add_lifecycle_commands(CommandTable& table, Lifecycle& life) { table.add(kCommands, life); }

}  // namespace rhea
