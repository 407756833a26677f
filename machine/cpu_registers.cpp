#include "machine/cpu_registers.h"

#include <charconv>

#include <fmt/format.h>

namespace rhea {

namespace {

constexpr std::string_view kSegmentNames[] = {"es", "cs", "ss", "ds", "fs", "gs"};

}  // namespace

void CpuRegisters::reset(std::uint32_t signature, bool boot_cpu) {
    *this = CpuRegisters();
    general[edx] = signature;
    eip = 0xfff0;
    segments[cs] = {0xf000, 0xffff0000, 0xffff, 0x9b00};
    ldt.flags = 0x8200;
    tr.flags = 0x8b00;
    cr[0] = 0x60000010;      // caches off, as after power-on
    dr[6] = 0xffff0ff0;
    dr[7] = 0x400;
    halted = !boot_cpu;
}

std::optional<std::int64_t> CpuRegisters::find(std::string_view name) const {
    static constexpr std::string_view kGeneral[] = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
    const auto found = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    if (name == "sp") name = "esp";
    if (name == "fp") name = "ebp";
    for (std::size_t i = 0; i < std::size(kGeneral); ++i)
        if (name == kGeneral[i]) return found(general[i]);
    if (name == "eip") return found(eip);
    if (name == "pc") return found(segments[cs].base + eip);
    if (name == "eflags") return found(eflags);
    if (name.size() > 1 && name[0] == 'r') {
        unsigned number = 0;
        const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), number);
        if (error == std::errc() && end == name.data() + name.size() && number >= 8 && number < general.size())
            return found(general[number]);
    }
    for (std::size_t i = 0; i < segments.size(); ++i) {
        if (name.substr(0, 2) != kSegmentNames[i]) continue;
        const std::string_view part = name.substr(2);
        if (part.empty()) return segments[i].selector;
        if (part == ".base") return found(segments[i].base);
        if (part == ".limit") return segments[i].limit;
    }
    return std::nullopt;
}

std::string CpuRegisters::dump(bool a20) const {
    std::string out;
    const auto add = [&](auto format, const auto&... values) { fmt::format_to(std::back_inserter(out), fmt::runtime(format), values...); };
    add("EAX={:08x} EBX={:08x} ECX={:08x} EDX={:08x}\n", general[eax], general[ebx], general[ecx], general[edx]);
    add("ESI={:08x} EDI={:08x} EBP={:08x} ESP={:08x}\n", general[esi], general[edi], general[ebp], general[esp]);
    add("EIP={:08x} EFL={:08x} [", eip, eflags);
    struct Flag { char letter; unsigned bit; };
    for (const Flag& f : {Flag{'D', 10}, {'O', 11}, {'S', 7}, {'Z', 6}, {'A', 4}, {'P', 2}, {'C', 0}})
        out += eflags >> f.bit & 1 ? f.letter : '-';
    add("] CPL={} II=0 A20={} SMM=0 HLT={}\n", segments[cs].selector & (cr[0] & 1 ? 3 : 0), a20 ? 1 : 0, halted ? 1 : 0);
    const auto segment = [&](std::string_view name, const Segment& s) {
        add("{:<3}={:04x} {:08x} {:08x} {:08x}\n", name, s.selector, s.base, s.limit, s.flags);
    };
    segment("ES", segments[es]);
    segment("CS", segments[cs]);
    segment("SS", segments[ss]);
    segment("DS", segments[ds]);
    segment("FS", segments[fs]);
    segment("GS", segments[gs]);
    segment("LDT", ldt);
    segment("TR", tr);
    add("GDT=     {:08x} {:08x}\nIDT=     {:08x} {:08x}\n", gdt.base, gdt.limit, idt.base, idt.limit);
    add("CR0={:08x} CR2={:08x} CR3={:08x} CR4={:08x}\n", cr[0], cr[2], cr[3], cr[4]);
    for (int i = 0; i < 4; ++i) add("DR{}={:016x} ", i, dr[static_cast<std::size_t>(i)]);
    add("\nDR6={:016x} DR7={:016x}\nEFER={:016x}\n", dr[6], dr[7], efer);
    add("FCW={:04x} FSW={:04x} [ST={}] FTW={:02x} MXCSR={:08x}\n", fcw, fsw & ~0x3800, fsw >> 11 & 7, ftw, mxcsr);
    for (std::size_t i = 0; i < fpr.size(); ++i)
        add("FPR{}={:016x} {:04x}{}", i, fpr[i].mantissa, fpr[i].exponent, i % 2 ? "\n" : " ");
    for (std::size_t i = 0; i < 8; ++i) add("XMM{:02}={:016x} {:016x}{}", i, xmm[i][1], xmm[i][0], i % 2 ? "\n" : " ");
    return out;
}

}  // namespace rhea
