#pragma once
/// The places that a machine has for CPUs: numbered thread by thread, core by core, die by die, socket by socket. A value.
#include <bit>
#include <cstdint>
#include <optional>

#include "machine/cli/smp.h"

namespace rhea {

struct CpuPlace {
    unsigned socket = 0, die = 0, core = 0, thread = 0;
};

/// An APIC id has as many bits for each level of the topology as its count needs.
class CpuTopology {
public:
    explicit CpuTopology(const cli::Smp& smp)
        : smp_(smp),
          core_shift_(width(smp.threads)),
          die_shift_(core_shift_ + width(smp.cores)),
          socket_shift_(die_shift_ + width(smp.dies)) {}

    unsigned places() const { return smp_.max_cpus; }
    unsigned sockets() const { return (smp_.max_cpus - 1) / smp_.threads / smp_.cores / smp_.dies + 1; }
    CpuPlace place(unsigned index) const {
        const unsigned core = index / smp_.threads, die = core / smp_.cores;
        return {die / smp_.dies, die % smp_.dies, core % smp_.cores, index % smp_.threads};
    }

    std::uint32_t apic_id(const CpuPlace& place) const {
        return place.socket << socket_shift_ | place.die << die_shift_ | place.core << core_shift_ | place.thread;
    }
    std::uint32_t apic_id(unsigned index) const { return apic_id(place(index)); }
    /// What the bits of an id say; there need be no such place.
    CpuPlace place_of_apic_id(std::uint32_t id) const {
        return {id >> socket_shift_, part(id, die_shift_, socket_shift_), part(id, core_shift_, die_shift_), part(id, 0, core_shift_)};
    }
    /// Nothing: no place has this id.
    std::optional<unsigned> index_of_apic_id(std::uint32_t id) const {
        for (unsigned index = 0; index < places(); ++index)
            if (apic_id(index) == id) return index;
        return std::nullopt;
    }

private:
    static unsigned width(unsigned count) { return static_cast<unsigned>(std::bit_width(count - 1)); }
    static std::uint32_t part(std::uint32_t id, unsigned from, unsigned to) { return (id >> from) & ((1u << (to - from)) - 1); }

    cli::Smp smp_;
    unsigned core_shift_, die_shift_, socket_shift_;
};

}  // namespace rhea
