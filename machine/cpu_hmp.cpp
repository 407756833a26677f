/// The human monitor's commands for the CPUs: their registers, and which of them the others speak of.
#include "machine/hmp.h"
#include "machine/machine.h"

namespace rhea {

namespace {

void cpu(Machine& machine, HmpCall& call) {
    const std::int64_t index = call.arguments.number("index");
    if (!machine.find_cpu(index)) return call.write("invalid CPU index\n");
    call.state().cpu = index;
}

void mce(Machine& machine, HmpCall& call) {
    const HmpArguments& a = call.arguments;
    const std::int64_t index = a.number("cpu");
    if (!machine.find_cpu(index)) return;
    // The one check before the banks of the CPU: an error must say that it is valid.
    constexpr unsigned kBanks = 10;
    if (a.number("bank") >= kBanks || a.number("bank") < 0) return call.write("Invalid MCE bank number\n");
    if (!(static_cast<std::uint64_t>(a.number("status")) >> 63)) return call.write("Invalid MCE status code\n");
    const MachineCheckBank report{static_cast<std::uint64_t>(a.number("status")), static_cast<std::uint64_t>(a.number("addr")),
                                  static_cast<std::uint64_t>(a.number("misc"))};
    for (const Vcpu& cpu : machine.cpus()) {
        if (cpu.index != index && !a.flag("broadcast")) continue;
        if (machine.machine_check(cpu.index, static_cast<unsigned>(a.number("bank")), report)) continue;
        call.print("CPU {}: MCE capability is not enabled, raising triple fault", cpu.index);
        return;
    }
}

void show_registers(const Machine& machine, HmpCall& call, const Vcpu& cpu) {
    call.print("\nCPU#{}\n", cpu.index);
    call.write(cpu.registers.dump(machine.a20()));
}

void registers(Machine& machine, HmpCall& call) {
    if (call.arguments.flag("all")) {
        for (const Vcpu& cpu : machine.cpus()) show_registers(machine, call, cpu);
        return;
    }
    const std::int64_t index = call.arguments.number("vcpu", call.state().cpu);
    if (const Vcpu* cpu = machine.find_cpu(index)) return show_registers(machine, call, *cpu);
    if (call.arguments.has("vcpu")) call.print("CPU#{} not available\n", index);
    else call.write("No CPU available\n");
}

void cpus(Machine&, HmpCall& call) {
    const auto list = call.ask("query-cpus-fast");
    if (!call.ok(list)) return;
    const std::int64_t current = call.state().cpu;
    for (const QObject& cpu : hmp_list(*list))
        call.print("{} CPU #{}: thread_id={}\n", hmp_int(cpu, "cpu-index") == current ? '*' : ' ', hmp_int(cpu, "cpu-index"),
                   hmp_int(cpu, "thread-id"));
}

/// Without paging there is no translation to show.
void translation(Machine& machine, HmpCall& call) {
    if (machine.cpus().empty()) return call.write("No CPU available\n");
    call.write("PG disabled\n");
}

void hotpluggable(Machine&, HmpCall& call) {
    const auto list = call.ask("query-hotpluggable-cpus");
    if (!call.ok(list)) return;
    call.write("Hotpluggable CPUs:\n");
    for (const QObject& slot : hmp_list(*list)) {
        call.print("  type: \"{}\"\n  vcpus_count: \"{}\"\n", hmp_text(slot, "type"), hmp_int(slot, "vcpus-count"));
        if (hmp_member(slot, "qom-path")) call.print("  qom_path: \"{}\"\n", hmp_text(slot, "qom-path"));
        call.write("  CPUInstance Properties:\n");
        for (const char* key : {"node-id", "socket-id", "die-id", "cluster-id", "core-id", "thread-id"})
            if (hmp_member(slot, std::string("props.") + key))
                call.print("    {}: \"{}\"\n", key, hmp_int(slot, std::string("props.") + key));
    }
}

constexpr HmpCommand kCommands[] = {
    hmp_command<cpu>("cpu", "i index", "index", "choose the CPU that other commands speak of"),
    hmp_command<mce>("mce", "-b broadcast, i cpu, i bank, l status, l mcg_status, l addr, l misc",
                     "[-b] cpu bank status mcgstatus addr misc", "report a machine check to a CPU (-b: to all of them)"),
};

constexpr HmpCommand kInfo[] = {
    hmp_command<registers>("registers", "-a all, i? vcpu", "[-a|vcpu]", "show the registers of a CPU (-a: of all)"),
    hmp_command<cpus>("cpus", "", "", "show the CPUs"),
    hmp_command<translation>("tlb", "", "", "show how virtual memory is mapped, page by page"),
    hmp_command<translation>("mem", "", "", "show the ranges of virtual memory that are mapped"),
    hmp_command<hotpluggable>("hotpluggable-cpus", "", "", "show the places for CPUs"),
};

}  // namespace

void add_cpu_hmp(HmpTable& table, Machine& machine) {
    table.add(kCommands, machine);
    table.add_info(kInfo, machine);
}

}  // namespace rhea
