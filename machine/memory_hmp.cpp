/// The human monitor's arithmetic and its views of memory and ports: print, x, xp, i, o, sum, gpa2hva …
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>

#include "machine/disassembler.h"
#include "machine/hmp.h"
#include "machine/machine.h"

namespace rhea {

namespace {

/// A number as a character constant; what is not printable by its code.
std::string quoted_char(std::int64_t value) {
    const auto code = static_cast<std::uint32_t>(value);
    switch (code) {
    case '\'': return "'\\''";
    case '\\': return "'\\\\'";
    case '\n': return "'\\n'";
    case '\r': return "'\\r'";
    default: break;
    }
    return code >= 32 && code <= 126 ? fmt::format("'{}'", static_cast<char>(code)) : fmt::format("'\\x{:02x}'", code);
}

void print_value(Machine&, HmpCall& call) {
    const std::int64_t value = call.arguments.number("value");
    const auto bits = static_cast<std::uint64_t>(value);
    switch (call.arguments.format().format) {
    case 'o': return call.print("{:#o}\n", bits);
    case 'x': return bits ? call.print("{:#x}\n", bits) : call.write("0\n");
    case 'u': return call.print("{}\n", bits);
    case 'c': return call.print("{}\n", quoted_char(value));
    default: return call.print("{}\n", value);
    }
}

/// Whether something answers at every one of these addresses.
bool is_mapped(AddressSpace& space, std::uint64_t address, std::uint64_t length) {
    const auto& spans = space.spans();
    while (length > 0) {
        auto span = spans.upper_bound(address);
        if (span == spans.begin()) return false;
        --span;
        if (address > span->second.last) return false;
        const std::uint64_t there = span->second.last - address + 1;
        if (there == 0 || there >= length) return true;
        address += there;
        length -= there;
    }
    return true;
}

std::string number_text(char format, unsigned size, std::uint64_t value) {
    switch (format) {
    case 'o': return fmt::format("{:#{}o}", value, (size * 8 + 2) / 3);
    case 'u': return fmt::format("{:{}}", value, (size * 8 * 10 + 32) / 33);
    case 'c': return quoted_char(static_cast<std::int64_t>(value));
    case 'd': {
        const unsigned unused = 64 - size * 8;
        return fmt::format("{:{}}", static_cast<std::int64_t>(value << unused) >> unused, (size * 8 * 10 + 32) / 33);
    }
    default: return fmt::format("0x{:0{}x}", value, size * 2);
    }
}

/// x /i: reads ahead within a page, and says so where it cannot.
void disassemble_memory(Machine& machine, HmpCall& call, std::uint64_t address, std::int64_t count) {
    constexpr std::uint64_t kPage = 4096;
    constexpr std::size_t kAhead = 32, kBytesOfALine = 8;
    if (!has_disassembler()) return call.print("0x{:08x}: Asm output not supported on this arch\n", address);
    const CpuRegisters cpu = machine.cpus().empty() ? CpuRegisters{} : machine.cpus().front().registers;
    std::string bytes;
    do {
        const std::uint64_t next = address + bytes.size();
        const auto length = std::min<std::uint64_t>(kAhead - bytes.size(), kPage - next % kPage);
        if (!is_mapped(machine.memory(), next, length)) return call.print("0x{:08x}: unable to read memory\n", address);
        bytes.resize(bytes.size() + length);
        machine.memory().read_bytes(next, bytes.data() + bytes.size() - length, length);
        const auto instruction = disassemble(cpu, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), address);
        for (std::size_t at = 0; at < instruction->size; at += kBytesOfALine) {
            std::string hex;
            for (std::size_t i = at; i < std::min(instruction->size, at + kBytesOfALine); ++i)
                hex += fmt::format(" {:02x}", static_cast<unsigned char>(bytes[i]));
            if (at == 0) call.print("0x{:08x}: {:24}  {:8} {}\n", address, hex, instruction->mnemonic, instruction->operands);
            else call.print("0x{:08x}: {}\n", address + at, hex);
        }
        bytes.erase(0, instruction->size);
        address += instruction->size;
    } while (--count > 0);
}

void dump(Machine& machine, HmpCall& call) {
    const HmpFormat format = call.arguments.format();
    auto address = static_cast<std::uint64_t>(call.arguments.number("addr"));
    if (format.format == 'i') return disassemble_memory(machine, call, address, format.count);
    const auto width = static_cast<unsigned>(format.size);
    auto left = static_cast<std::uint64_t>(format.count) * width;
    const unsigned size = format.format == 'c' ? 1 : width, line = width == 1 ? 8 : 16;
    while (left > 0) {
        const auto length = static_cast<unsigned>(std::min<std::uint64_t>(left, line));
        call.print("{:016x}:", address);
        if (!is_mapped(machine.memory(), address, length)) return call.write(" Cannot access memory\n");
        unsigned char bytes[16];
        machine.memory().read_bytes(address, bytes, length);
        for (unsigned at = 0; at + size <= length; at += size) {
            std::uint64_t value = 0;
            for (unsigned i = 0; i < size; ++i) value |= static_cast<std::uint64_t>(bytes[at + i]) << (8 * i);
            call.print(" {}", number_text(format.format, size, value));
        }
        call.write("\n");
        address += length;
        left -= length;
    }
}

/// As the CPU addresses it: without paging that is the bus, one address line perhaps held low.
void dump_virtual(Machine& machine, HmpCall& call) {
    if (machine.cpus().empty()) return call.write("Can not dump without CPU\n");
    dump(machine, call);
}

unsigned port_width(int size) { return size == 2 || size == 4 ? static_cast<unsigned>(size) : 1; }

void port_read(Machine& machine, HmpCall& call) {
    const HmpFormat format = call.arguments.format();
    auto port = static_cast<std::uint64_t>(call.arguments.number("addr"));
    if (call.arguments.has("index")) {
        machine.ports().write(port & 0xffff, static_cast<std::uint64_t>(call.arguments.number("index")) & 0xff, 1);
        ++port;
    }
    port &= 0xffff;
    const unsigned width = port_width(format.size);
    const char letter = width == 1 ? 'b' : width == 2 ? 'w' : 'l';
    call.print("port{}[0x{:04x}] = 0x{:0{}x}\n", letter, port, machine.ports().read(port, width), std::max(format.size, 1) * 2);
}

void port_write(Machine& machine, HmpCall& call) {
    machine.ports().write(static_cast<std::uint64_t>(call.arguments.number("addr")) & 0xffff,
                          static_cast<std::uint64_t>(call.arguments.number("val")), port_width(call.arguments.format().size));
}

/// The checksum of BSD's sum(1).
void sum(Machine& machine, HmpCall& call) {
    constexpr std::uint64_t kSlice = 64 << 10;
    auto address = static_cast<std::uint64_t>(call.arguments.number("start"));
    auto left = static_cast<std::uint64_t>(call.arguments.number("size"));
    std::uint16_t sum = 0;
    std::string bytes;
    while (left > 0) {
        bytes.resize(std::min(left, kSlice));
        machine.memory().read_bytes(address, bytes.data(), bytes.size());
        for (char byte : bytes)
            sum = static_cast<std::uint16_t>((sum >> 1 | sum << 15) + static_cast<unsigned char>(byte));
        address += bytes.size();
        left -= bytes.size();
    }
    call.print("{:05}\n", sum);
}

/// The host's address of a byte of RAM or ROM; null after telling why there is none.
const unsigned char* host_address(Machine& machine, HmpCall& call, std::uint64_t address, std::string& name) {
    const auto& spans = machine.memory().spans();
    auto span = spans.upper_bound(address);
    if (span == spans.begin() || (--span, address > span->second.last)) {
        call.print("No memory is mapped at address 0x{:x}\n", address);
        return nullptr;
    }
    const AddressSpace::Region& region = *span->second.region;
    if (!region.memory) {
        call.print("Memory at address 0x{:x} is not RAM\n", address);
        return nullptr;
    }
    const unsigned char* host = region.memory + (address - region.base);
    const GuestMemory* ram = machine.ram();
    const bool in_ram = ram && !std::less<>()(host, ram->at(0)) && std::less<>()(host, ram->at(0) + ram->size());
    name = in_ram ? std::string(machine.type().default_ram_id) : region.name;
    return host;
}

void gpa_to_hva(Machine& machine, HmpCall& call) {
    const auto address = static_cast<std::uint64_t>(call.arguments.number("addr"));
    std::string name;
    if (const auto* host = host_address(machine, call, address, name))
        call.print("Host virtual address for 0x{:x} ({}) is {}\n", address, name, static_cast<const void*>(host));
}

/// Physical address of a page of ours, as the kernel tells it to who may know.
Result<std::uint64_t> physical_address(const void* host) {
    const auto address = reinterpret_cast<std::uintptr_t>(host);
    const auto page_size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const int fd = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(fmt::format("Cannot open /proc/self/pagemap: {}", std::strerror(errno)));
    std::uint64_t entry = 0;
    const ssize_t n = ::pread(fd, &entry, sizeof(entry), static_cast<off_t>(address / page_size * sizeof(entry)));
    ::close(fd);
    if (n != sizeof(entry)) return fail("Cannot read pagemap");
    if (!(entry >> 63)) return fail("Page not present");
    return (entry & ((std::uint64_t{1} << 55) - 1)) * page_size | (address & (page_size - 1));
}

void gpa_to_hpa(Machine& machine, HmpCall& call) {
    const auto address = static_cast<std::uint64_t>(call.arguments.number("addr"));
    std::string name;
    const unsigned char* host = host_address(machine, call, address, name);
    if (!host) return;
    const auto physical = physical_address(host);
    if (call.ok(physical)) call.print("Host physical address for 0x{:x} ({}) is 0x{:x}\n", address, name, *physical);
}

void gva_to_gpa(Machine& machine, HmpCall& call) {
    if (machine.cpus().empty()) return call.write("No cpu\n");
    const std::int64_t address = call.arguments.number("addr");
    call.print("gpa: {}{:x}\n", address ? "0x" : "", static_cast<std::uint64_t>(address));
}

/// memsave and pmemsave.
void save(HmpCall& call, std::string_view command, bool with_cpu) {
    QDict arguments{{"val", call.arguments.number("val")}, {"size", call.arguments.number("size")}};
    call.arguments.copy("filename", arguments);
    if (with_cpu) arguments.put("cpu-index", call.state().cpu);
    call.run(command, arguments);
}
void memsave(Machine&, HmpCall& call) { save(call, "memsave", true); }
void pmemsave(Machine&, HmpCall& call) { save(call, "pmemsave", false); }

void balloon(Machine&, HmpCall& call) { call.run("balloon", {{"value", call.arguments.number("value")}}); }

void balloon_info(Machine&, HmpCall& call) {
    const auto info = call.ask("query-balloon");
    if (call.ok(info)) call.print("balloon: actual={}\n", hmp_int(*info, "actual") >> 20);
}

void size_summary(Machine&, HmpCall& call) {
    const auto info = call.ask("query-memory-size-summary");
    if (!call.ok(info)) return;
    call.print("base memory: {}\n", hmp_int(*info, "base-memory"));
    if (hmp_member(*info, "plugged-memory")) call.print("plugged memory: {}\n", hmp_int(*info, "plugged-memory"));
}

constexpr HmpCommand kCommands[] = {
    hmp_command<print_value>("print|p", "/ fmt, l value", "/fmt expr", "compute a value and print it ($name is a register)"),
    hmp_command<dump_virtual>("x", "/ fmt, l addr", "/fmt addr", "show memory as a CPU addresses it"),
    hmp_command<dump>("xp", "/ fmt, l addr", "/fmt addr", "show physical memory"),
    hmp_command<port_read>("i", "/ fmt, i addr, .i index", "/fmt addr", "read an I/O port"),
    hmp_command<port_write>("o", "/ fmt, i addr, i val", "/fmt addr value", "write to an I/O port"),
    hmp_command<sum>("sum", "i start, i size", "addr size", "compute a checksum of memory"),
    hmp_command<gpa_to_hva>("gpa2hva", "l addr", "addr", "print where the host has a guest's physical address"),
    hmp_command<gpa_to_hpa>("gpa2hpa", "l addr", "addr", "print which physical address of the host a guest's one is"),
    hmp_command<gva_to_gpa>("gva2gpa", "l addr", "addr", "print which physical address a virtual one is"),
    hmp_command<memsave>("memsave", "l val, i size, s filename", "addr size file", "write memory, as a CPU addresses it, into a file"),
    hmp_command<pmemsave>("pmemsave", "l val, i size, s filename", "addr size file", "write physical memory into a file"),
    hmp_command<balloon>("balloon", "M value", "target", "ask the guest to get along with so much memory (in MiB)"),
};

constexpr HmpCommand kInfo[] = {
    hmp_command<balloon_info>("balloon", "", "", "show how much memory the guest has left itself"),
    hmp_command<size_summary>("memory_size_summary", "", "", "show the amount of memory, built in and plugged in, in bytes"),
};

}  // namespace

void add_memory_hmp(HmpTable& table, Machine& machine) {
    table.add(kCommands, machine);
    table.add_info(kInfo, machine);
}

}  // namespace rhea
