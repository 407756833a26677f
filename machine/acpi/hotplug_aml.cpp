#include "machine/acpi/hotplug_aml.h"

#include <fmt/format.h>

namespace rhea::acpi {
namespace {

using namespace aml;

constexpr std::uint16_t kMemoryPorts = 0x0a00;
constexpr unsigned kCpuPortCount = 12, kMemoryPortCount = 24;
constexpr unsigned kPresent = 0x0f, kContainer = 0x0b, kCheck = 1, kEject = 3;

Bytes zero() { return integer(0); }
Bytes one() { return integer(1); }
Bytes container() { return eisa_id("PNP0A06"); }
std::string cpu_name(std::size_t index) { return fmt::format("C{:03X}", index); }
Bytes cpu_register(std::string_view called) { return name(fmt::format("\\_SB.PCI0.PRES.{}", called)); }

/// Content that nobody else disturbs.
Bytes guarded(const Bytes& lock, const Bytes& content) { return acquire(lock) + content + release(lock); }

Bytes cpu_ports(std::uint16_t ports) {
    return device("\\_SB.PCI0.PRES",
                  define("_HID", container()) + define("_UID", string("CPU Hotplug resources")) + mutex("CPLK") +
                      define("_CRS", resources({io_ports(ports, ports, 1, kCpuPortCount)})) +
                      region("PRST", Space::io, ports, kCpuPortCount) +
                      field("PRST", FieldAccess::byte, false,
                            {{"", 32}, {"CPEN", 1}, {"CINS", 1}, {"CRMV", 1}, {"CEJ0", 1}, {"CEJF", 1}, {"", 3}, {"CCMD", 8}}) +
                      field("PRST", FieldAccess::dword, true, {{"CSEL", 32}, {"", 32}, {"CDAT", 32}}) +
                      method("_INI", 0, store(zero(), name("CSEL")), true));
}

/// From place to place where something has happened, once round.
Bytes cpu_scan(std::size_t places) {
    constexpr unsigned kNextEvent = 0;
    const Bytes came = call("CTFY", {local(0), integer(kCheck)}) + store(one(), cpu_register("CINS"));
    const Bytes goes = call("CTFY", {local(0), integer(kEject)}) + store(one(), cpu_register("CRMV"));
    const Bytes look = store(local(0), cpu_register("CSEL")) + store(integer(kNextEvent), cpu_register("CCMD")) +
                       when(less(cpu_register("CDAT"), local(0)), leave()) + store(cpu_register("CDAT"), local(0)) +
                       when(equal(cpu_register("CINS"), one()), came) +
                       otherwise(when(equal(cpu_register("CRMV"), one()), goes) + otherwise(leave())) + increment(local(0));
    return method("CSCN", 0, guarded(cpu_register("CPLK"), store(zero(), local(0)) + as_long_as(less(local(0), integer(places)), look)),
                  true);
}

Bytes cpu_methods(std::size_t places) {
    const Bytes lock = cpu_register("CPLK");
    const Bytes choose = store(argument(0), cpu_register("CSEL"));
    Bytes notify_all;
    for (std::size_t i = 0; i < places; ++i)
        notify_all += when(equal(argument(0), integer(i)), notify(name(cpu_name(i)), argument(1)));
    const Bytes status = choose + store(zero(), local(0)) + when(equal(cpu_register("CPEN"), one()), store(integer(kPresent), local(0)));
    const Bytes report = choose + store(integer(1), cpu_register("CCMD")) + store(argument(1), cpu_register("CDAT")) +
                         store(integer(2), cpu_register("CCMD")) + store(argument(2), cpu_register("CDAT"));
    return method("CTFY", 2, notify_all) + method("CSTA", 1, guarded(lock, status) + give_back(local(0)), true) +
           method("CEJ0", 1, guarded(lock, choose + store(one(), cpu_register("CEJ0"))), true) + cpu_scan(places) +
           method("COST", 4, guarded(lock, report), true);
}

/// The first one stays.
Bytes cpu(const Processor& cpu, std::size_t index) {
    const Bytes number = integer(index);
    Bytes apic("\x00\x08", 2);
    apic += static_cast<char>(index);
    apic += static_cast<char>(cpu.apic_id);
    apic += Bytes("\x01\x00\x00\x00", 4);
    Bytes content = method("_STA", 0, give_back(call("CSTA", {number})), true) + define("_MAT", buffer(apic));
    if (index > 0) content += method("_EJ0", 1, call("CEJ0", {number}));
    content += method("_OST", 3, call("COST", {number, argument(0), argument(1), argument(2)}), true);
    if (cpu.node) content += define("_PXM", integer(*cpu.node));
    return processor(cpu_name(index), static_cast<std::uint8_t>(index), content);
}

Bytes memory_fields() {
    const std::string_view ports = "\\_SB.PCI0.MHPD.HPMR";
    return field(ports, FieldAccess::dword, true, {{"MRBL", 32}, {"MRBH", 32}, {"MRLL", 32}, {"MRLH", 32}, {"MPX", 32}}) +
           field(ports, FieldAccess::byte, false, {{"", 160}, {"MES", 1}, {"MINS", 1}, {"MRMV", 1}, {"MEJ", 1}}) +
           field(ports, FieldAccess::dword, true, {{"MSEL", 32}, {"MOEV", 32}, {"MOSC", 32}});
}

Bytes memory_scan() {
    const Bytes came = call("MTFY", {local(0), integer(kCheck)}) + store(one(), name("MINS"));
    const Bytes goes = call("MTFY", {local(0), integer(kEject)}) + store(one(), name("MRMV"));
    const Bytes look = store(local(0), name("MSEL")) + when(equal(name("MINS"), one()), came) +
                       otherwise(when(equal(name("MRMV"), one()), goes)) + increment(local(0));
    return method("MSCN", 0,
                  store(zero(), local(0)) + guarded(name("MLCK"), as_long_as(less(local(0), name("MDNR")), look)) + give_back(one()));
}

/// Where the module is: first, last and length of a range, each as two halves.
Bytes memory_place(const Bytes& choose) {
    constexpr unsigned kFirst = 14, kLast = 22, kLength = 38;    // in the descriptor
    const Bytes range = name("MR64");
    Bytes content = choose + define("MR64", resources({wide_memory_range()}));
    const struct { const char* called; unsigned at; } halves[] = {{"MINL", kFirst}, {"MINH", kFirst + 4}, {"MAXL", kLast},
                                                                  {"MAXH", kLast + 4}, {"LENL", kLength}, {"LENH", kLength + 4}};
    for (const auto& half : halves) content += dword_field(range, half.at, half.called);
    content += store(name("MRBL"), name("MINL")) + store(name("MRBH"), name("MINH")) + store(name("MRLL"), name("LENL")) +
               store(name("MRLH"), name("LENH"));
    // Last = first + length - 1, with a carry from half to half.
    content += add(name("MINL"), name("LENL"), name("MAXL")) + add(name("MINH"), name("LENH"), name("MAXH")) +
               when(less(name("MAXL"), name("MINL")), increment(name("MAXH"))) +
               when(equal(name("MAXL"), zero()), subtract(name("MAXH"), one(), name("MAXH"))) +
               subtract(name("MAXL"), one(), name("MAXL"));
    return content;
}

Bytes memory_methods() {
    const Bytes lock = name("MLCK"), choose = to_integer(argument(0), name("MSEL"));
    const Bytes status = choose + when(equal(name("MES"), one()), store(integer(kPresent), local(0)));
    return method("_STA", 0, when(equal(name("MDNR"), zero()), give_back(zero())) + give_back(integer(kContainer))) + mutex("MLCK") +
           memory_scan() + method("MRST", 1, store(zero(), local(0)) + guarded(lock, status) + give_back(local(0))) +
           method("MCRS", 1, guarded(lock, memory_place(choose)) + give_back(name("MR64")), true) +
           method("MPXM", 1, guarded(lock, choose + store(name("MPX"), local(0))) + give_back(local(0))) +
           method("MOST", 4, guarded(lock, choose + store(argument(1), name("MOEV")) + store(argument(2), name("MOSC")))) +
           method("MEJ0", 2, guarded(lock, choose + store(one(), name("MEJ"))));
}

Bytes memory_module(unsigned slot) {
    const Bytes uid = name("_UID");
    return device(fmt::format("MP{:02X}", slot),
                  define("_UID", string(fmt::format("0x{:02X}", slot))) + define("_HID", eisa_id("PNP0C80")) +
                      method("_CRS", 0, give_back(call("MCRS", {uid}))) + method("_STA", 0, give_back(call("MRST", {uid}))) +
                      method("_PXM", 0, give_back(call("MPXM", {uid}))) +
                      method("_OST", 3, call("MOST", {uid, argument(0), argument(1), argument(2)})) +
                      method("_EJ0", 1, call("MEJ0", {uid, argument(0)})));
}

}  // namespace

Bytes cpu_hotplug(const Board& board) {
    const std::size_t places = std::min<std::size_t>(board.processors.size(), 256);
    Bytes cpus = define("_HID", string("ACPI0010")) + define("_CID", eisa_id("PNP0A05")) + cpu_methods(places);
    for (std::size_t i = 0; i < places; ++i) cpus += cpu(board.processors[i], i);
    return cpu_ports(board.cpu_hotplug) + device("\\_SB.CPUS", cpus) + method("\\_GPE._E02", 0, call("\\_SB.CPUS.CSCN", {}));
}

Bytes memory_hotplug(const Board& board) {
    Bytes modules = define("_HID", string("PNP0A06")) + define("_UID", string("DIMM devices")) + define("MDNR", integer(board.memory_slots)) +
                    memory_fields() + memory_methods();
    Bytes notify_all;
    for (unsigned slot = 0; slot < board.memory_slots; ++slot) {
        modules += memory_module(slot);
        notify_all += when(equal(argument(0), integer(slot)), notify(name(fmt::format("MP{:02X}", slot)), argument(1)));
    }
    return device("\\_SB.PCI0.MHPD",
                  define("_HID", string("PNP0A06")) + define("_UID", string("Memory hotplug resources")) +
                      define("_CRS", resources({io_ports(kMemoryPorts, kMemoryPorts, 0, kMemoryPortCount)})) +
                      region("HPMR", Space::io, kMemoryPorts, kMemoryPortCount)) +
           device("\\_SB.MHPC", modules + method("MTFY", 2, notify_all)) + method("\\_GPE._E03", 0, call("\\_SB.MHPC.MSCN", {}));
}

}  // namespace rhea::acpi
