/// The human monitor's commands for whoever debugs the emulator or the guest.
#include "machine/cli/log_items.h"
#include "chardev/options.h"
#include "machine/cli/process.h"
#include "machine/diagnostics/trace_switches.h"
#include "machine/hmp_forward.h"
#include "machine/machine.h"
#include "machine/pc_board.h"

namespace rhea {

namespace {

void log(Machine& machine, HmpCall& call) {
    std::vector<std::string> items;
    std::string_view rest = call.arguments.text("items");
    bool known = !rest.empty();
    while (known && !rest.empty()) {
        const std::string_view item = rest.substr(0, rest.find(','));
        rest.remove_prefix(item.size() < rest.size() ? item.size() + 1 : item.size());
        if (item == "none") continue;
        if (item.starts_with("trace:")) {
            const std::string_view pattern = item.substr(6);
            auto switches = room_trace_switches();
            for (TraceSwitch& one : command_trace_switches(machine.engine().commands())) switches.push_back(std::move(one));
            if (!apply_trace_pattern(switches, pattern)) call.print("warning: trace event '{}' does not exist\n", pattern);
            continue;
        }
        known = cli::is_log_item(item);
        items.emplace_back(item);
    }
    // `help log` comes here without items.
    if (!known) return call.write(cli::log_item_list("log"));
    machine.set_log_items(std::move(items));
}

void logfile(Machine&, HmpCall& call) {
    if (auto opened = cli::open_log(call.arguments.text("filename"), true); !opened) call.print("{}\n", opened.error().description());
}

void trace_event(Machine&, HmpCall& call) {
    QDict arguments{{"name", call.arguments.text("name")}, {"enable", call.arguments.flag("option")}};
    if (call.arguments.has("vcpu")) arguments.put("vcpu", call.arguments.number("vcpu", 0));
    if (const auto done = call.ask("trace-event-set-state", arguments); !done) call.print("{}\n", done.error().description());
}

void trace_events(Machine&, HmpCall& call) {
    QDict arguments{{"name", call.arguments.has("name") ? call.arguments.text("name") : "*"}};
    if (call.arguments.has("vcpu")) arguments.put("vcpu", call.arguments.number("vcpu", 0));
    const auto points = call.ask("trace-event-get-state", arguments);
    if (!points) return call.print("{}\n", points.error().description());
    for (const QObject& point : *points->list())
        call.print("{} : state {}\n", hmp_text(point, "name"), int{hmp_text(point, "state") == "enabled"});
}

void singlestep(Machine& machine, HmpCall& call) {
    const std::string& option = call.arguments.text("option");
    if (option.empty() || option == "on") machine.life().set_singlestep(true);
    else if (option == "off") machine.life().set_singlestep(false);
    else call.print("unexpected option {}\n", option);
}

void gdbserver(Machine&, HmpCall& call) {
    const std::string device = call.arguments.has("device") ? call.arguments.text("device") : "tcp::1234";
    if (device == "none") return call.write("Disabled gdbserver\n");
    const auto parsed = parse_legacy_chardev("gdb", device);
    if (!parsed) call.print("{}\n", parsed.error().description());
    call.print("Could not open gdbserver on device '{}'\n", device);
}

void boot_set(Machine& machine, HmpCall& call) {
    const std::string& order = call.arguments.text("bootdevice");
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (order[i] < 'a' || order[i] > 'p') return call.print("Invalid boot device '{}'\n", order[i]);
        if (order.find(order[i]) != i) return call.print("Boot device '{}' was given twice\n", order[i]);
    }
    if (!machine.board()) return call.write("no function defined to set boot device list for this architecture\n");
    if (auto set = machine.board()->set_boot_order(order); !set) return call.print("{}\n", set.error().description());
    call.print("boot device list now set to {}\n", order);
}

void sync_profile(Machine& machine, HmpCall& call) {
    const std::string& op = call.arguments.text("op");
    if (op.empty()) return call.print("sync-profile is {}\n", machine.sync_profile() ? "on" : "off");
    if (op == "on" || op == "off") machine.set_sync_profile(op == "on");
    else if (op != "reset") call.error(Error::invalid_parameter(op));
}

void sync_profile_info(Machine&, HmpCall& call) {
    // One thread runs the machine: nobody waits for a lock.
    constexpr std::string_view kTitle = "Type               Object  Call site  Wait Time (s)         Count  Average (us)\n";
    const std::string rule = std::string(kTitle.size() - 1, '-') + "\n";
    call.write(kTitle);
    call.write(rule);
    call.write(rule);
}

template <HmpText Text>
void say(Machine&, HmpCall& call) { call.write(Text.view()); }
/// A fixed answer: what asks for something that this machine cannot have.
template <HmpText Text>
constexpr HmpCommand answer(std::string_view names, HmpSyntax syntax, std::string_view usage, std::string_view help) {
    return hmp_command<say<Text>>(names, syntax, usage, help);
}

void no_rocker(Machine&, HmpCall& call) { call.error(Error::generic(fmt::format("rocker {} not found", call.arguments.text("name")))); }

void stats(Machine&, HmpCall& call) {
    const std::string& target = call.arguments.text("target");
    if (target != "vm" && target != "vcpu") call.print("invalid stats target {}\n", target);
}

void vm_generation(Machine&, HmpCall& call) {
    const auto info = call.ask("query-vm-generation-id");
    if (call.ok(info)) call.print("{}\n", hmp_text(*info, "guid"));
}

constexpr HmpCommand kCommands[] = {
    hmp_command<log>("log", "s items", "item1[,...]", "choose what is logged"),
    hmp_command<logfile>("logfile", "F filename", "filename", "choose the file that is logged to"),
    hmp_command<trace_event>("trace-event", "s name, b option@on-off, i? vcpu", "name on|off [vcpu]", "switch trace events"),
    hmp_command<singlestep>("singlestep", "s? option", "[on|off]", "run the guest one instruction at a time"),
    hmp_command<gdbserver>("gdbserver", "s? device", "[device]", "let a debugger in (tcp::1234 by default), or 'none' any more"),
    hmp_command<boot_set>("boot_set", "s bootdevice", "bootdevice", "choose what the guest boots from next time"),
    hmp_command<sync_profile>("sync-profile", "s? op", "[on|off|reset]", "watch how threads wait for each other, or tell whether it is watched"),
    answer<"Error: This machine doesn't have a FDT\n">("dumpdtb", "F filename", "filename", "write the device tree blob into a file"),
    answer<"setting the breakpoint is allowed only in play mode\n">("replay_break", "l icount", "icount", "stop a replay at an instruction"),
    answer<"replay breakpoints are allowed only in play mode\n">("replay_delete_break", "", "", "forget where a replay stops"),
    answer<"replay must be enabled to seek\n">("replay_seek", "l icount", "icount", "go to an instruction of a replay"),
};

void sgx(Machine&, HmpCall& call) {
    if (const auto state = call.ask("query-sgx"); !state) call.print("{}\n", state.error().description());
}

constexpr HmpCommand kInfo[] = {
    hmp_command<sync_profile_info>("sync-profile", "-m mean, -n no_coalesce, i? max", "[-m] [-n] [max]",
                                   "show which threads waited longest for each other (-m: on average; -n: each place by itself)"),
    hmp_show<"x-query-jit">("jit", "show what became of translated code"),
    hmp_show<"x-query-opcount">("opcount", "show which operations code was translated into"),
    hmp_show<"x-query-profile">("profile", "show where the emulator's time went"),
    answer<"Record/replay is not active\n">("replay", "", "", "show the state of record and replay"),
    hmp_command<no_rocker>("rocker", "s name", "name", "show a rocker switch"),
    hmp_command<no_rocker>("rocker-ports", "s name", "name", "show the ports of a rocker switch"),
    hmp_command<no_rocker>("rocker-of-dpa-flows", "s name, i? tbl_id", "name [tbl_id]", "show the flows of a rocker switch"),
    hmp_command<no_rocker>("rocker-of-dpa-groups", "s name, i? type", "name [type]", "show the groups of a rocker switch"),
    answer<"SEV is not enabled\n">("sev", "", "", "show the state of AMD SEV"),
    hmp_command<sgx>("sgx", "", "", "show the state of Intel SGX"),
    hmp_command<stats>("stats", "s target, s? names, s? provider", "target [names] [provider]", "show statistics of the VM or its CPUs"),
    answer<"">("tpm", "", "", "show the TPM"),
    hmp_command<trace_events>("trace-events", "s? name, i? vcpu", "[name] [vcpu]", "show the trace events and whether they are on"),
    hmp_show<"x-query-usb">("usb", "show the guest's USB devices"),
    answer<"Command \"info usbhost\" is not available.\n">("usbhost", "", "", "show the host's USB devices"),
    hmp_show<"x-query-rdma">("rdma", "show the state of RDMA"),
    answer<"Dirty page limit not enabled!\n">("vcpu_dirty_limit", "", "", "show how fast CPUs may write memory"),
    hmp_command<vm_generation>("vm-generation-id", "", "", "show the generation of the VM"),
};

}  // namespace

void add_debug_hmp(HmpTable& table, Machine& machine) {
    table.add(kCommands, machine);
    table.add_info(kInfo, machine);
}

}  // namespace rhea
