/// The human monitor's views of how memory is laid out.
#include "machine/hmp.h"
#include "machine/machine.h"

namespace rhea {

namespace {

/// The back end of the machine's RAM. Others would be objects; there are none yet.
void memdev(Machine& machine, HmpCall& call) {
    if (const auto list = call.ask("query-memdev")) {
        for (const QObject& backend : hmp_list(*list)) {
            call.print("memory backend: {}\n  size:  {}\n", hmp_text(backend, "id"), hmp_int(backend, "size"));
            for (const char* key : {"merge", "dump", "prealloc", "share"})
                call.print("  {}: {}\n", key, hmp_bool(backend, key) ? "true" : "false");
            if (hmp_member(backend, "reserve")) call.print("  reserve: {}\n", hmp_bool(backend, "reserve") ? "true" : "false");
            call.print("  policy: {}\n  host nodes: \n", hmp_text(backend, "policy"));
        }
        call.write("\n");
        return;
    }
    if (machine.ram())
        call.print("memory backend: {}\n  size:  {}\n  merge: true\n  dump: true\n  prealloc: false\n  share: false\n  reserve: true\n"
                   "  policy: default\n  host nodes: \n", machine.type().default_ram_id, machine.ram()->size());
    call.write("\n");
}

/// Modules that were plugged in; this machine has no slots for them.
void memory_devices(Machine&, HmpCall&) {}

void ramblock(Machine& machine, HmpCall& call) {
    call.print("{:>24} {:>8}  {:>18} {:>18} {:>18}\n", "Block Name", "PSize", "Offset", "Used", "Total");
    if (!machine.ram()) return;
    call.print("{:>24}    4 KiB  0x{:016x} 0x{:016x} 0x{:016x}\n", machine.type().default_ram_id, 0, machine.ram()->size(), machine.ram()->size());
}

/// Memory that is loaded anew at each reset.
void roms(Machine& machine, HmpCall& call) {
    for (const AddressSpace::Region& region : machine.memory().regions())
        if (region.memory && region.read_only)
            call.print("addr={:016x} size=0x{:06x} mem=rom name=\"{}\"\n", region.base, region.size, region.name);
}

void show_space(HmpCall& call, AddressSpace& space, std::string_view name, std::string_view root, std::uint64_t last) {
    call.print("address-space: {}\n  0000000000000000-{:016x} (prio 0, i/o): {}\n", name, last, root);
    for (const AddressSpace::Region& region : space.regions())
        call.print("    {:016x}-{:016x} (prio {}, {}): {}\n", region.base, region.base + region.size - 1, region.priority,
                   region.handler ? "i/o" : region.read_only ? "rom" : "ram", region.name);
    call.write("\n");
}

void show_flat(HmpCall& call, AddressSpace& space, std::string_view name, std::string_view root) {
    call.print("FlatView\n AS \"{}\", root: {}\n Root memory region: {}\n", name, root, root);
    for (const auto& [first, span] : space.spans()) {
        const AddressSpace::Region& region = *span.region;
        call.print("  {:016x}-{:016x} (prio {}, {}): {}", first, span.last, region.priority,
                   region.handler ? "i/o" : region.read_only ? "rom" : "ram", region.name);
        if (first != region.base) call.print(" @{:016x}", first - region.base);
        call.write("\n");
    }
    call.write("\n");
}

void mtree(Machine& machine, HmpCall& call) {
    if (call.arguments.flag("flatview")) {
        show_flat(call, machine.memory(), "memory", "system");
        show_flat(call, machine.ports(), "I/O", "io");
        return;
    }
    show_space(call, machine.memory(), "memory", "system", ~std::uint64_t{0});
    show_space(call, machine.ports(), "I/O", "io", 0xffff);
}

void numa(Machine&, HmpCall& call) { call.write("0 nodes\n"); }

constexpr HmpCommand kInfo[] = {
    hmp_command<memdev>("memdev", "", "", "show the back ends of memory"),
    hmp_command<memory_devices>("memory-devices", "", "", "show the memory that was plugged in"),
    hmp_command<ramblock>("ramblock", "", "", "show the blocks of RAM"),
    hmp_command<roms>("roms", "", "", "show what is loaded into memory at a reset"),
    hmp_command<mtree>("mtree", "-f flatview, -d dispatch_tree, -o owner, -D disabled", "[-f][-d][-o][-D]",
                       "show what stands at which address (-f: as it is seen; -d: as it is found; -o: whose it is; -D: disabled parts, too)"),
    hmp_command<numa>("numa", "", "", "show the NUMA nodes"),
};

}  // namespace

void add_memory_info_hmp(HmpTable& table, Machine& machine) { table.add_info(kInfo, machine); }

}  // namespace rhea
