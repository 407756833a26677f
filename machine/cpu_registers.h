#pragma once
/// The registers of one x86 CPU. Nothing executes yet, so they hold what a reset leaves in them; whoever executes later owns
/// them and writes them back. A value.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rhea {

struct CpuRegisters {
    struct Segment {
        std::uint16_t selector = 0;
        std::uint64_t base = 0;
        std::uint32_t limit = 0xffff, flags = 0x9300;      ///< flags: the high word of a descriptor
    };
    struct DescriptorTable {
        std::uint64_t base = 0;
        std::uint32_t limit = 0xffff;
    };
    struct Float80 {
        std::uint64_t mantissa = 0;
        std::uint16_t exponent = 0;
    };
    enum General { eax, ecx, edx, ebx, esp, ebp, esi, edi };
    enum SegmentName { es, cs, ss, ds, fs, gs };

    std::array<std::uint64_t, 16> general{};
    std::uint64_t eip = 0, eflags = 2;
    std::array<Segment, 6> segments{};
    Segment ldt, tr;
    DescriptorTable gdt, idt;
    std::array<std::uint64_t, 5> cr{};
    std::array<std::uint64_t, 8> dr{};
    std::uint64_t efer = 0;
    std::uint16_t fcw = 0x37f, fsw = 0;
    std::uint8_t ftw = 0;
    std::uint32_t mxcsr = 0x1f80;
    std::array<Float80, 8> fpr{};
    std::array<std::array<std::uint64_t, 2>, 16> xmm{};
    bool halted = false;

    /// What a reset makes of them. `signature` is the model's (family, model, stepping), found in EDX then; all CPUs but the
    /// boot CPU wait for their start.
    void reset(std::uint32_t signature, bool boot_cpu);
    bool paging() const { return cr[0] >> 31 & 1; }

    /// By the names of the monitor's expressions: "eax", "r8", "cs.base", "pc" (a linear address).
    std::optional<std::int64_t> find(std::string_view name) const;
    /// As `info registers` shows them.
    std::string dump(bool a20) const;
};


}  // namespace rhea
