#include "machine/local_apic.h"

#include <fmt/format.h>

namespace rhea {

namespace {

constexpr const char* kDelivery[] = {"Fixed", "Lowest", "SMI", "...", "NMI", "INIT", "...", "ExtINT"};

std::string entry_text(std::string_view name, std::uint32_t entry, bool is_timer) {
    static constexpr const char* kTimerModes[] = {"one-shot", "periodic", "tsc-deadline", "..."};
    return fmt::format("{}\t 0x{:08x} {} {:<5} {:<6} {:<7} {:<12} {:<6} (vec {})\n", name, entry, entry >> 13 & 1 ? "active-lo" : "active-hi",
                       entry >> 15 & 1 ? "level" : "edge", entry >> 16 & 1 ? "masked" : "", entry >> 12 & 1 ? "pending" : "",
                       is_timer ? kTimerModes[entry >> 17 & 3] : "", kDelivery[entry >> 8 & 7], entry & 0xff);
}

std::string vectors(const std::array<std::uint32_t, 8>& bits) {
    std::string text;
    for (unsigned i = 0; i < 256; ++i)
        if (bits[i / 32] >> (i % 32) & 1) text += fmt::format("{} ", i);
    return text.empty() ? "(none)" : text;
}

/// DCR's three bits stand for 2, 4, … 128, and 1.
unsigned divisor(std::uint32_t dcr) {
    const unsigned bits = (dcr & 3) | (dcr >> 1 & 4);
    return bits == 7 ? 1 : 2u << bits;
}

}  // namespace

std::string LocalApic::dump() const {
    std::string out = fmt::format("dumping local APIC state for CPU {} \n\n", id);
    out += entry_text("LVT0", lvt[lint0], false) + entry_text("LVT1", lvt[lint1], false) + entry_text("LVTPC", lvt[performance], false) +
           entry_text("LVTERR", lvt[error], false) + entry_text("LVTTHMR", lvt[thermal], false) + entry_text("LVTT", lvt[timer], true);
    out += fmt::format("Timer\t DCR=0x{:x} (divide by {}) initial_count = {} current_count = {}\n", divide, divisor(divide), initial_count, 0);
    out += fmt::format("SPIV\t 0x{:08x} APIC {}, focus={}, spurious vec {}\n", spurious, spurious >> 8 & 1 ? "enabled" : "disabled",
                       spurious >> 9 & 1 ? "on" : "off", spurious & 0xff);
    static constexpr const char* kShorthands[] = {"no-shorthand", "self", "all-self", "all"};
    out += fmt::format("ICR\t 0x{:08x} {} {} {} {}\n", icr, icr >> 11 & 1 ? "logical" : "physical", icr >> 15 & 1 ? "level" : "edge",
                       icr >> 14 & 1 ? "assert" : "de-assert", kShorthands[icr >> 18 & 3]);
    out += fmt::format("ICR2\t 0x{:08x} cpu {} (APIC ID)\n", std::uint32_t{icr_destination} << 24, icr_destination);
    out += fmt::format("ESR\t 0x{:08x}\nISR\t {}\nIRR\t {}\n\n", esr, vectors(isr), vectors(irr));
    out += fmt::format("APR 0x{:02x} TPR 0x{:02x} DFR 0x{:02x} LDR 0x{:02x} PPR 0x{:02x}\n", arbitration, tpr, dfr, ldr, ppr);
    return out;
}

}  // namespace rhea
