#pragma once
/// What a dump consists of: the guest's memory by address, and notes on its CPUs.
#include <cstdint>
#include <string>
#include <vector>

#include "machine/address_space.h"

namespace rhea {

class Machine;

/// A stretch of RAM or ROM, by the addresses that the guest sees it at.
struct DumpBlock {
    std::uint64_t address = 0, size = 0;
};
inline bool operator==(const DumpBlock& a, const DumpBlock& b) { return a.address == b.address && a.size == b.size; }

/// By rising address. Stretches that lie one behind the other in the host too are one.
std::vector<DumpBlock> dump_blocks(AddressSpace& memory);
/// The parts that lie between `begin` and `begin + length`.
std::vector<DumpBlock> filter_blocks(const std::vector<DumpBlock>& blocks, std::uint64_t begin, std::uint64_t length);
/// Some of it lies where 32 bits do not reach.
bool beyond_32_bits(const std::vector<DumpBlock>& blocks);
std::uint64_t total_size(const std::vector<DumpBlock>& blocks);

/// Little-endian, `size` bytes.
void put_number(std::string& to, std::uint64_t value, unsigned size);

struct DumpNotes {
    bool long_mode = false;      ///< of the first CPU: what debuggers take the guest for
    unsigned cpus = 0;
    std::string bytes;           ///< ELF notes: NT_PRSTATUS of each CPU, then QEMU's own note of each, then the kernel's
};
DumpNotes dump_notes(Machine& machine);

}  // namespace rhea
