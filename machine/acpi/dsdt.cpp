// What the machine looks like to an operating system, in ACPI machine language.
#include <algorithm>

#include <fmt/format.h>

#include "machine/acpi/hotplug_aml.h"
#include "machine/acpi/tables.h"

namespace rhea::acpi {
namespace {

using namespace aml;

constexpr unsigned kSlots = 32, kFirstHotplugSlot = 2;
constexpr std::uint32_t kPciMemoryEnd = 0xfebfffff, kHpetAddress = 0xfed00000;
constexpr const char* kLinks[] = {"LNKA", "LNKB", "LNKC", "LNKD", "LNKE", "LNKF", "LNKG", "LNKH"};
constexpr const char* kFixedLinks[] = {"GSIA", "GSIB", "GSIC", "GSID", "GSIE", "GSIF", "GSIG", "GSIH"};

Bytes identity(std::string_view id) { return define("_HID", eisa_id(id)); }

/// Where the interrupt pins of the slots lead: they go round, and pin A of the bridge's own slot is the SCI's.
Bytes interrupt_routing() {
    std::vector<Bytes> routes;
    for (unsigned slot = 0; slot < kSlots; ++slot)
        for (unsigned pin = 0; pin < 4; ++pin) {
            const bool sci = slot == 1 && pin == 0;
            const char* link = sci ? "LNKS" : kLinks[(slot + pin + 3) % 4];
            routes.push_back(package({integer(std::uint64_t{slot} << 16 | 0xffff), integer(pin), name(link), integer(0)}));
        }
    // A package has a byte for its length, and there are 128 routes.
    return define("_PRT", package(routes));
}

/// On the ICH9: devices of the chipset have lines A to D by their pins, the others share E to H, one further for each slot. With an
/// I/O APIC the lines have interrupts of their own.
Bytes express_routing() {
    const auto routes = [](std::string_view called, const auto& links) {
        std::vector<Bytes> all;
        for (unsigned slot = 0; slot < kSlots; ++slot)
            for (unsigned pin = 0; pin < 4; ++pin) {
                const unsigned line = slot >= 25 ? pin : (slot + pin) % 4 + 4;
                all.push_back(package({integer(std::uint64_t{slot} << 16 | 0xffff), integer(pin), name(links[line]), integer(0)}));
            }
        return define(called, package(all));
    };
    return routes("PRTP", kLinks) + routes("PRTA", kFixedLinks) +
           method("_PRT", 0, when(equal(name("\\PICF"), integer(0)), give_back(name("PRTP"))) + otherwise(give_back(name("PRTA"))));
}

/// What the system may do by itself on this bus; hotplug where the firmware has no part in it.
Bytes control_method(bool native_hotplug) {
    const std::uint64_t granted = native_hotplug ? 0x1f : 0x1e;
    const Bytes known = dword_field(argument(3), 8, "CDW3") + store(bit_and(name("CDW3"), integer(granted)), local(0)) +
                        when(differ(argument(1), integer(1)), bit_or(name("CDW1"), integer(0x08), name("CDW1"))) +
                        when(differ(name("CDW3"), local(0)), bit_or(name("CDW1"), integer(0x10), name("CDW1"))) + store(local(0), name("CDW3"));
    return method("_OSC", 4,
                  dword_field(argument(3), 0, "CDW1") + when(equal(argument(0), uuid("33db4d5b-1ff7-401c-9657-7441c03dd766")), known) +
                      otherwise(bit_or(name("CDW1"), integer(0x04), name("CDW1"))) + give_back(argument(3)),
                  true);
}

/// Lines that lead to the I/O APIC for good.
Bytes fixed_links() {
    Bytes all;
    for (unsigned i = 0; i < std::size(kFixedLinks); ++i)
        all += device(kFixedLinks[i], identity("PNP0C0F") + define("_UID", integer(0x10 + i)) + define("_PRS", resources({interrupt({16 + i})})) +
                                          define("_CRS", resources({interrupt({16 + i})})) + method("_SRS", 1, {}));
    return all;
}

Bytes interrupt_links(unsigned count) {
    Bytes all = method("IQST", 1,
                       when(bit_and(integer(0x80), argument(0)), give_back(integer(0x09))) + give_back(integer(0x0b)));
    all += method("IQCR", 1,
                  define("PRR0", resources({interrupt({0})})) + dword_field(name("PRR0"), 5, "PRRI") +
                      store(bit_and(argument(0), integer(0x0f)), name("PRRI")) + give_back(name("PRR0")),
                  true);
    for (unsigned i = 0; i < count; ++i) {
        const std::string routing = fmt::format("PRQ{}", i);
        all += device(kLinks[i], identity("PNP0C0F") + define("_UID", integer(i)) + define("_PRS", resources({interrupt({5, 10, 11})})) +
                                     method("_STA", 0, give_back(name("IQST") + name(routing))) +
                                     method("_DIS", 0, bit_or(name(routing), integer(0x80), name(routing))) +
                                     method("_CRS", 0, give_back(name("IQCR") + name(routing))) +
                                     method("_SRS", 1, dword_field(argument(0), 5, "PRRI") + store(name("PRRI"), name(routing))));
    }
    if (count == 4) all += device("LNKS", identity("PNP0C0F") + define("_UID", integer(4)) + define("_PRS", resources({interrupt({9})})) +
                              define("_STA", integer(0x0b)) + method("_DIS", 0, {}) + method("_CRS", 0, give_back(name("_PRS"))) +
                              method("_SRS", 1, {}));
    return all;
}

Bytes isa_devices(const Board& board) {
    constexpr std::uint16_t kSerial[] = {0x3f8, 0x2f8, 0x3e8, 0x2e8}, kParallel[] = {0x378, 0x278, 0x3bc};
    constexpr unsigned kSerialIrq[] = {4, 3, 4, 3}, kParallelIrq = 7;
    Bytes all = device("KBD", identity("PNP0303") + define("_STA", integer(0x0f)) +
                                  define("_CRS", resources({io_ports(0x60, 0x60, 1, 1), io_ports(0x64, 0x64, 1, 1), irq(1)})));
    all += device("MOU", identity("PNP0F13") + define("_STA", integer(0x0f)) + define("_CRS", resources({irq(12)})));
    all += device("RTC", identity("PNP0B00") + define("_CRS", resources({io_ports(0x70, 0x70, 1, 8), irq(8)})));
    if (board.floppy)
        all += device("FDC0", identity("PNP0700") + define("_CRS", resources({io_ports(0x3f2, 0x3f2, 0, 4), io_ports(0x3f7, 0x3f7, 0, 1),
                                                                            irq(6), dma(2)})));
    for (const std::uint8_t port : board.parallel_ports)
        all += device(fmt::format("LPT{}", port + 1), identity("PNP0400") + define("_UID", integer(port + 1u)) + define("_STA", integer(0x0f)) +
                                                          define("_CRS", resources({io_ports(kParallel[port], kParallel[port], 8, 8), irq(kParallelIrq)})));
    for (const std::uint8_t port : board.serial_ports)
        all += device(fmt::format("COM{}", port + 1), identity("PNP0501") + define("_UID", integer(port + 1u)) + define("_STA", integer(0x0f)) +
                                                          define("_CRS", resources({io_ports(kSerial[port], kSerial[port], 0, 8), irq(kSerialIrq[port])})));
    return all;
}

/// METHOD (bus, slot): the slot's bit is written to a register while that bus is chosen, and the result is what follows from it.
Bytes choosing(std::string_view called, std::string_view target, const Bytes& outcome, const Bytes& result) {
    return method(called, 2, acquire(name("BLCK")) + store(argument(0), name("BNUM")) + store(shift_left(integer(1), argument(1)), name(target)) +
                                 store(outcome, local(0)) + release(name("BLCK")) + give_back(result));
}

/// PDSM (uuid, revision, function, arguments, {bus, slot}): the number that the user gave the device in a slot, by the interface of
/// the PCI Firmware Specification for names of devices.
Bytes index_method() {
    constexpr unsigned kSupported = 0, kDeviceName = 7;
    const Bytes pair = Bytes("\x12\x02\x02", 3);    // a package with room for two
    const auto place = [](unsigned index) { return value_of(element(argument(4), integer(index))); };
    const Bytes name_it = store(pair, local(2)) + store(local(1), element(local(2), integer(0))) +
                          store(string(""), element(local(2), integer(1))) + give_back(local(2));
    const Bytes answer = when(equal(argument(2), integer(kSupported)), store(integer(1u << kDeviceName | 1u), element(local(0), integer(0)))) +
                         when(equal(argument(2), integer(kDeviceName)), name_it);
    const Bytes known = store(call("AIDX", {place(0), place(1)}), local(1)) +
                        when(both(differ(local(1), integer(0)), differ(local(1), integer(0xffffffff))), answer);
    return method("PDSM", 5,
                  store(buffer(Bytes(1, '\0')), local(0)) +
                      when(both(equal(argument(0), uuid("e5c937d0-3553-4d7a-9117-ea4d19c3434d")), less(integer(1), argument(1))), known) +
                      give_back(local(0)),
                  true);
}

/// The registers of hotplug: slots that have a new device or are to let one go, ejection, and which bus all that is of.
Bytes hotplug_registers(std::uint16_t ports) {
    return region("PCST", Space::io, ports, 8) + field("PCST", FieldAccess::dword, false, {{"PCIU", 32}, {"PCID", 32}}) +
           region("SEJ", Space::io, ports + 8u, 4) + field("SEJ", FieldAccess::dword, false, {{"B0EJ", 32}}) +
           region("BNMR", Space::io, ports + 16u, 8) + field("BNMR", FieldAccess::dword, false, {{"BNUM", 32}, {"PIDX", 32}}) +
           mutex("BLCK") + choosing("PCEJ", "B0EJ", integer(0), integer(0)) + choosing("AIDX", "PIDX", name("PIDX"), local(0)) + index_method();
}

Bytes hotplug_slots(const HotplugBus& bus, unsigned first);

/// Asks the buses behind the bridges too; `own` is what this one has to tell.
Bytes telling(const HotplugBus& bus, const Bytes& own) {
    Bytes behind;
    for (const HotplugBus::Bridge& bridge : bus.bridges) behind += call(fmt::format("^S{:02X}.PCNT", bridge.devfn), {});
    return method("PCNT", 0, own + behind);
}

Bytes bridge_device(const HotplugBus::Bridge& bridge, const Bytes& more) {
    return device(fmt::format("S{:02X}", bridge.devfn),
                  define("_ADR", integer(std::uint64_t{bridge.devfn >> 3} << 16 | (bridge.devfn & 7))) + more + hotplug_slots(bridge.bus, 0));
}

/// Slots of a bus whose devices come and go, and of those behind its bridges.
Bytes hotplug_slots(const HotplugBus& bus, unsigned first) {
    if (!bus.number) {
        Bytes all;
        for (const HotplugBus::Bridge& bridge : bus.bridges) all += bridge_device(bridge, {});
        return all + telling(bus, {});
    }
    Bytes all = define("BSEL", integer(*bus.number)), tell;
    for (unsigned slot = first; slot < kSlots; ++slot) {
        const Bytes numbered = define("ASUN", integer(slot)) + method("_DSM", 4, store(package({name("BSEL"), name("ASUN")}), local(0)) +
                                                                                 give_back(call("PDSM", {argument(0), argument(1), argument(2), argument(3), local(0)})), true);
        bool bridges = false;
        for (const HotplugBus::Bridge& bridge : bus.bridges) {
            if (bridge.devfn >> 3 != slot) continue;
            bridges = true;
            all += bridge_device(bridge, bridge.devfn % 8 == 0 ? numbered : Bytes());
        }
        if (bridges) continue;
        const std::string called = fmt::format("S{:02X}", slot * 8);
        const Bytes bit = integer(std::uint64_t{1} << slot);
        tell += when(bit_and(local(0), bit), notify(name(called), integer(1))) + when(bit_and(local(1), bit), notify(name(called), integer(3)));
        all += device(called, define("_ADR", integer(std::uint64_t{slot} << 16)) + numbered + define("_SUN", integer(slot)) +
                                  method("_EJ0", 1, call("PCEJ", {name("BSEL"), name("_SUN")})));
    }
    return all + telling(bus, store(name("BSEL"), name("BNUM")) + store(name("PCIU"), local(0)) + store(name("PCID"), local(1)) + tell);
}

Bytes pci_bus(const Board& board) {
    const auto below = static_cast<std::uint32_t>(board.memory_below_4g);
    Bytes all = board.express ? identity("PNP0A08") + define("_CID", eisa_id("PNP0A03")) + define("_UID", integer(0)) + control_method(board.pci_hotplug == 0) + express_routing()
                              : identity("PNP0A03") + define("_UID", integer(0)) + interrupt_routing();
    all += define("_CRS", resources({bus_numbers(0, 0xff), io_ports(0xcf8, 0xcf8, 1, 8), io_range(0, 0x0cf7), io_range(0x0d00, 0xffff),
                                     memory_range(0xa0000, 0xbffff, true), memory_range(below, kPciMemoryEnd, false)}));
    all += board.express ? device("ISA", define("_ADR", integer(0x1f0000)) + region("PIRQ", Space::pci_config, 0x60, 0x0c) + isa_devices(board))
                         : device("ISA", define("_ADR", integer(0x10000)) + region("P40C", Space::pci_config, 0x60, 4) + isa_devices(board));
    if (board.pci_hotplug) all += hotplug_registers(board.pci_hotplug) + hotplug_slots(board.pci, kFirstHotplugSlot);
    return device("PCI0", all);
}

Bytes interrupts(const Board& board) {
    if (!board.express)
        return scope("\\_SB", field("PCI0.ISA.P40C", FieldAccess::byte, true, {{"PRQ0", 8}, {"PRQ1", 8}, {"PRQ2", 8}, {"PRQ3", 8}}) + interrupt_links(4));
    return scope("\\_SB", field("PCI0.ISA.PIRQ", FieldAccess::byte, true,
                                {{"PRQ0", 8}, {"PRQ1", 8}, {"PRQ2", 8}, {"PRQ3", 8}, {"", 32}, {"PRQ4", 8}, {"PRQ5", 8}, {"PRQ6", 8}, {"PRQ7", 8}}) +
                              interrupt_links(8) + fixed_links());
}

Bytes sleep_state(std::string_view path, unsigned type) {
    return define(path, package({integer(type), integer(type), integer(0), integer(0)}));
}

}  // namespace

std::string make_dsdt(const Board& board) {
    Bytes system = pci_bus(board), all;
    // Whether there is an I/O APIC to the system.
    if (board.express) all += define("\\PICF", integer(0)) + method("\\_PIC", 1, store(argument(0), name("PICF")));
    if (board.hpet)
        system += device("HPET", identity("PNP0103") + define("_UID", integer(0)) + define("_STA", integer(0x0f)) +
                                     define("_CRS", resources({fixed_memory(kHpetAddress, 0x400, false)})));
    all += scope("\\_SB", system);
    all += interrupts(board);
    Bytes events = define("_HID", string("ACPI0006"));
    if (board.pci_hotplug) events += method("_E01", 0, acquire(name("\\_SB.PCI0.BLCK")) + call("\\_SB.PCI0.PCNT", {}) + release(name("\\_SB.PCI0.BLCK")));
    all += scope("\\_GPE", events);
    all += cpu_hotplug(board);
    if (board.memory_slots) all += memory_hotplug(board);
    if (board.sleep_s3) all += sleep_state("\\_S3", 1);
    if (board.sleep_s4) all += sleep_state("\\_S4", 2);
    all += sleep_state("\\_S5", 0);
    return make_table("DSDT", 1, all);
}

}  // namespace rhea::acpi
