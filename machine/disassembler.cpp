#include "machine/disassembler.h"

#include "qobject/module.h"

namespace rhea {

namespace {

DisassemblerModuleEntry entry() {
    static const auto address =
        reinterpret_cast<DisassemblerModuleEntry>(module_symbol("disassembler", kDisassemblerModuleEntry));
    return address;
}

/// How wide the code is, by the code segment's descriptor.
unsigned code_bits(const CpuRegisters& cpu) {
    constexpr std::uint32_t kLong = 1 << 21, kBig = 1 << 22;
    constexpr std::uint64_t kLongModeActive = 1 << 10;
    const std::uint32_t flags = cpu.segments[CpuRegisters::cs].flags;
    if ((cpu.efer & kLongModeActive) && (flags & kLong)) return 64;
    return flags & kBig ? 32 : 16;
}

}  // namespace

bool has_disassembler() { return entry() != nullptr; }

std::optional<Instruction> disassemble(const CpuRegisters& cpu, const unsigned char* bytes, std::size_t size,
                                       std::uint64_t address) {
    if (!entry()) return std::nullopt;
    Instruction instruction;
    entry()(code_bits(cpu), bytes, size, address, instruction);
    return instruction;
}

}  // namespace rhea
