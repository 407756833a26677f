/// The disassembler's module, on Capstone.
#include <capstone/capstone.h>
#include <fmt/format.h>

#include <memory>

#include "machine/disassembler.h"

namespace {

struct Engine {
    explicit Engine(unsigned bits) {
        const cs_mode mode = bits == 64 ? CS_MODE_64 : bits == 32 ? CS_MODE_32 : CS_MODE_16;
        if (cs_open(CS_ARCH_X86, mode, &handle) != CS_ERR_OK) return;
        open = true;
        cs_option(handle, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
    }
    ~Engine() {
        if (open) cs_close(&handle);
    }
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    csh handle = 0;
    bool open = false;
};

const Engine& engine(unsigned bits) {
    static const Engine engines[] = {Engine(16), Engine(32), Engine(64)};
    return engines[bits == 64 ? 2 : bits == 32 ? 1 : 0];
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void rhea_disassemble(unsigned bits, const unsigned char* bytes, std::size_t size,
                                                                        std::uint64_t address, rhea::Instruction& instruction) {
    const Engine& with = engine(bits);
    const std::unique_ptr<cs_insn, void (*)(cs_insn*)> found(with.open ? cs_malloc(with.handle) : nullptr,
                                                             [](cs_insn* insn) { cs_free(insn, 1); });
    if (found && cs_disasm_iter(with.handle, &bytes, &size, &address, found.get())) {
        instruction = {found->size, found->mnemonic, found->op_str};
        return;
    }
    instruction = {1, ".byte", fmt::format("0x{:02x}", *bytes)};
}
