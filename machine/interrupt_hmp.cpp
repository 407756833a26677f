/// The human monitor's views of the interrupt controllers.
#include "machine/hmp_forward.h"
#include "machine/machine.h"
#include "machine/pc_board.h"

namespace rhea {

namespace {

std::string bits_text(std::uint32_t bits) {
    if (!bits) return " (none)";
    std::string text;
    for (unsigned i = 0; i < 32; ++i)
        if (bits >> i & 1) text += fmt::format(" {}", i);
    return text;
}

void show_io_apic(HmpCall& call, const IoApic::State& state) {
    static constexpr const char* kModes[] = {"fixed", "lowest", "SMI", "...", "NMI", "INIT", "...", "extINT"};
    call.print("ioapic0: ver=0x{:x} id=0x{:02x} sel=0x{:02x}", state.version, state.id, state.selected);
    if (state.selected) call.print(" (redir[{}])", (state.selected - 0x10) >> 1);
    call.write("\n");
    std::uint32_t remote = 0;
    for (unsigned pin = 0; pin < IoApic::kPins; ++pin) {
        const std::uint64_t entry = state.table[pin];
        const bool level = entry >> 15 & 1;
        call.print("  pin {:<2} 0x{:016x} dest={:x} vec={:<3} {} {} {} {:<6} {}\n", pin, entry, entry >> 56, entry & 0xff,
                   entry >> 13 & 1 ? "active-lo" : "active-hi", level ? "level" : "edge ", entry >> 16 & 1 ? "masked" : "      ",
                   kModes[entry >> 8 & 7], entry >> 11 & 1 ? "logical" : "physical");
        remote |= level && entry >> 14 & 1 ? 1u << pin : 0;
    }
    call.print("  IRR     {}\n  Remote IRR{}\n", bits_text(state.requests), bits_text(remote));
}

void pic(Machine& machine, HmpCall& call) {
    if (!machine.board()) return;
    show_io_apic(call, machine.board()->io_apic().state());
    for (const unsigned i : {1u, 0u}) {
        const I8259::State s = machine.board()->pic(i).state();
        call.print("pic{}: irr={:02x} imr={:02x} isr={:02x} hprio={} irq_base={:02x} rr_sel={} elcr={:02x} fnm={}\n", i, s.requests,
                   s.masked, s.in_service, s.highest, s.base, s.read_in_service ? 1 : 0, s.level_lines, s.fully_nested ? 1 : 0);
    }
}

void lapic(Machine& machine, HmpCall& call) {
    const std::int64_t id = call.arguments.number("apic-id", call.state().cpu);
    const Vcpu* cpu = machine.find_cpu(id);
    if (!cpu) return call.write("No CPU available\n");
    if (!cpu->object->child("lapic")) return call.write("local apic state not available\n");
    call.write(cpu->apic.dump());
}

constexpr HmpCommand kInfo[] = {
    hmp_command<lapic>("lapic", "i? apic-id", "[apic-id]", "show the local APIC of a CPU"),
    hmp_command<pic>("pic", "", "", "show the state of the interrupt controllers"),
    hmp_show<"x-query-irq">("irq", "show how often interrupts were asked for"),
};

}  // namespace

void add_interrupt_hmp(HmpTable& table, Machine& machine) { table.add_info(kInfo, machine); }

}  // namespace rhea
