#include "machine/diagnostics/dump_image.h"

#include <algorithm>

#include "machine/devices/vmcoreinfo.h"
#include "machine/machine.h"

namespace rhea {

namespace {

constexpr unsigned kPrStatus = 1;
constexpr std::uint64_t kLongModeActive = 1 << 10;      // in EFER

/// Header, name and content of an ELF note, each padded to four bytes.
void put_note(std::string& to, std::string_view name, unsigned type, std::string_view content) {
    const auto pad = [&to] { to.resize((to.size() + 3) / 4 * 4); };
    put_number(to, name.size() + 1, 4);
    put_number(to, content.size(), 4);
    put_number(to, type, 4);
    to.append(name).push_back('\0');
    pad();
    to.append(content);
    pad();
}

/// The kernel's `struct elf_prstatus`, of which only the process id and the registers are said. `word`: bytes of a register.
std::string status(const Vcpu& cpu, unsigned word) {
    using R = CpuRegisters;
    const CpuRegisters& r = cpu.registers;
    const auto selector = [&](R::SegmentName name) { return std::uint64_t{r.segments[name].selector}; };
    std::string bytes(word == 8 ? 32 : 24, '\0');
    put_number(bytes, cpu.index + 1, 4);
    bytes.resize(word == 8 ? 112 : 72);
    std::vector<std::uint64_t> registers;
    if (word == 8) {
        for (unsigned general = 15; general >= 12; --general) registers.push_back(r.general[general]);
        registers.insert(registers.end(), {r.general[R::ebp], r.general[R::ebx]});
        for (unsigned general = 11; general >= 8; --general) registers.push_back(r.general[general]);
        registers.insert(registers.end(),
                         {r.general[R::eax], r.general[R::ecx], r.general[R::edx], r.general[R::esi], r.general[R::edi], 0, r.eip,
                          selector(R::cs), r.eflags, r.general[R::esp], selector(R::ss), r.segments[R::fs].base, r.segments[R::gs].base,
                          selector(R::ds), selector(R::es), selector(R::fs), selector(R::gs)});
    } else {
        registers = {r.general[R::ebx], r.general[R::ecx], r.general[R::edx], r.general[R::esi], r.general[R::edi], r.general[R::ebp],
                     r.general[R::eax], selector(R::ds), selector(R::es), selector(R::fs), selector(R::gs), 0, r.eip, selector(R::cs),
                     r.eflags, r.general[R::esp], selector(R::ss)};
    }
    for (const std::uint64_t value : registers) put_number(bytes, value, word);
    bytes.resize(bytes.size() + word);      // no floating point state follows
    return bytes;
}

/// What QEMU tells of a CPU in a note of its own, version 1.
std::string own_note(const CpuRegisters& r) {
    using R = CpuRegisters;
    constexpr unsigned kVersion = 1, kSize = 440;
    std::string bytes;
    put_number(bytes, kVersion, 4);
    put_number(bytes, kSize, 4);
    for (const auto name : {R::eax, R::ebx, R::ecx, R::edx, R::esi, R::edi, R::esp, R::ebp}) put_number(bytes, r.general[name], 8);
    for (unsigned general = 8; general < 16; ++general) put_number(bytes, r.general[general], 8);
    put_number(bytes, r.eip, 8);
    put_number(bytes, r.eflags, 8);
    const auto segment = [&bytes](std::uint16_t selector, std::uint32_t limit, std::uint32_t flags, std::uint64_t base) {
        for (const std::uint32_t part : {std::uint32_t{selector}, limit, flags, 0u}) put_number(bytes, part, 4);
        put_number(bytes, base, 8);
    };
    for (const auto name : {R::cs, R::ds, R::es, R::fs, R::gs, R::ss}) {
        const R::Segment& s = r.segments[name];
        segment(s.selector, s.limit, s.flags, s.base);
    }
    for (const R::Segment& s : {r.ldt, r.tr}) segment(s.selector, s.limit, s.flags, s.base);
    for (const R::DescriptorTable& table : {r.gdt, r.idt}) segment(0, table.limit, 0, table.base);
    for (const std::uint64_t value : r.cr) put_number(bytes, value, 8);
    put_number(bytes, 0, 8);      // the kernel's GS base
    return bytes;
}

}  // namespace

void put_number(std::string& to, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) to += static_cast<char>(value >> (8 * i));
}

std::vector<DumpBlock> dump_blocks(AddressSpace& memory) {
    std::vector<DumpBlock> blocks;
    const unsigned char* next_host = nullptr;
    for (const auto& [first, span] : memory.spans()) {
        const AddressSpace::Region* region = span.region;
        if (!region || (!region->memory && !region->read_only)) continue;
        const std::uint64_t size = span.last - first + 1;
        const unsigned char* host = region->memory ? region->memory + (first - region->base) : nullptr;
        const bool follows = host && host == next_host && !blocks.empty() && blocks.back().address + blocks.back().size == first;
        if (follows) blocks.back().size += size;
        else blocks.push_back({first, size});
        next_host = host ? host + size : nullptr;
    }
    return blocks;
}

std::vector<DumpBlock> filter_blocks(const std::vector<DumpBlock>& blocks, std::uint64_t begin, std::uint64_t length) {
    std::vector<DumpBlock> left;
    for (const DumpBlock& block : blocks) {
        const std::uint64_t end = length - 1 > ~begin ? ~std::uint64_t{0} : begin + (length - 1);
        const std::uint64_t from = std::max(block.address, begin), to = std::min(block.address + (block.size - 1), end);
        if (from <= to) left.push_back({from, to - from + 1});
    }
    return left;
}

bool beyond_32_bits(const std::vector<DumpBlock>& blocks) {
    return !blocks.empty() && blocks.back().address + (blocks.back().size - 1) >= 0xffffffff;
}

std::uint64_t total_size(const std::vector<DumpBlock>& blocks) {
    std::uint64_t total = 0;
    for (const DumpBlock& block : blocks) total += block.size;
    return total;
}

DumpNotes dump_notes(Machine& machine) {
    DumpNotes notes;
    const auto& cpus = machine.cpus();
    notes.cpus = static_cast<unsigned>(cpus.size());
    notes.long_mode = !cpus.empty() && (cpus.front().registers.efer & kLongModeActive);
    for (const Vcpu& cpu : cpus) put_note(notes.bytes, "CORE", kPrStatus, status(cpu, notes.long_mode ? 8 : 4));
    for (const Vcpu& cpu : cpus) put_note(notes.bytes, "QEMU", 0, own_note(cpu.registers));
    machine.devices().for_each_device([&](Device& device) {
        if (const auto* info = dynamic_cast<const VmCoreInfo*>(&device))
            if (const auto note = info->note(machine.memory())) notes.bytes += *note;
    });
    return notes;
}

}  // namespace rhea
