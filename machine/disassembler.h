#pragma once
/// x86 machine code as text. The work is Capstone's, in a module that is loaded when somebody asks.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "machine/cpu_registers.h"

namespace rhea {

struct Instruction {
    std::size_t size = 0;       ///< in bytes, at least 1
    std::string mnemonic;       ///< AT&T's; ".byte" for what is no instruction
    std::string operands;
};

/// The instruction that `bytes` (not empty) begin with, as the CPU would take it; none where there is no disassembler.
std::optional<Instruction> disassemble(const CpuRegisters& cpu, const unsigned char* bytes, std::size_t size, std::uint64_t address);
bool has_disassembler();

/// What the module exports: `bits` is 16, 32 or 64.
using DisassemblerModuleEntry = void (*)(unsigned bits, const unsigned char* bytes, std::size_t size, std::uint64_t address,
                                         Instruction& instruction);
inline constexpr char kDisassemblerModuleEntry[] = "rhea_disassemble";

}  // namespace rhea
