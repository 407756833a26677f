#pragma once
/// The local APIC of a CPU. Nothing reaches its registers yet, so they hold what a reset leaves in them. A value.
#include <array>
#include <cstdint>
#include <string>

namespace rhea {

struct LocalApic {
    enum Lvt { timer, thermal, performance, lint0, lint1, error };
    std::array<std::uint32_t, 6> lvt = {0x10000, 0x10000, 0x10000, 0x10000, 0x10000, 0x10000};
    std::uint32_t spurious = 0xff, esr = 0, divide = 0, initial_count = 0, icr = 0;
    std::uint8_t id = 0, icr_destination = 0, arbitration = 0, tpr = 0, dfr = 0x0f, ldr = 0, ppr = 0;
    std::array<std::uint32_t, 8> isr{}, irr{};

    /// As `info lapic` shows it.
    std::string dump() const;
};

}  // namespace rhea
