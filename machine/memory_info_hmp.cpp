/// The human monitor's views of how memory is laid out.
#include "machine/hmp_forward.h"
#include "machine/machine.h"
#include "machine/memory_tree.h"
#include "machine/pc_board.h"
#include "machine/pc_firmware.h"

namespace rhea {

namespace {

void memdev(Machine&, HmpCall& call) {
    const auto list = call.ask("query-memdev");
    if (!call.ok(list)) return;
    for (const QObject& backend : hmp_list(*list)) {
        call.print("memory backend: {}\n  size:  {}\n", hmp_text(backend, "id"), hmp_int(backend, "size"));
        for (const char* key : {"merge", "dump", "prealloc", "share"})
            call.print("  {}: {}\n", key, hmp_bool(backend, key) ? "true" : "false");
        if (hmp_member(backend, "reserve")) call.print("  reserve: {}\n", hmp_bool(backend, "reserve") ? "true" : "false");
        call.print("  policy: {}\n  host nodes: \n", hmp_text(backend, "policy"));
    }
    call.write("\n");
}

void memory_devices(Machine&, HmpCall& call) {
    const auto list = call.ask("query-memory-devices");
    if (!call.ok(list)) return;
    for (const QObject& device : hmp_list(*list)) {
        const QObject* data = hmp_member(device, "data");
        call.print("Memory device [{}]: \"{}\"\n  addr: 0x{:x}\n  slot: {}\n  node: {}\n  size: {}\n  memdev: {}\n", hmp_text(device, "type"),
                   hmp_text(*data, "id"), hmp_int(*data, "addr"), hmp_int(*data, "slot"), hmp_int(*data, "node"), hmp_int(*data, "size"),
                   hmp_text(*data, "memdev"));
        for (const char* key : {"hotplugged", "hotpluggable"}) call.print("  {}: {}\n", key, hmp_bool(*data, key) ? "true" : "false");
    }
}

void mtree(Machine& machine, HmpCall& call) {
    call.write(call.arguments.flag("flatview") ? flat_views(machine.memory(), machine.ports())
                                               : memory_tree(machine.memory(), machine.ports()));
}

constexpr HmpCommand kInfo[] = {
    hmp_command<memdev>("memdev", "", "", "show the back ends of memory"),
    hmp_command<memory_devices>("memory-devices", "", "", "show the memory that was plugged in"),
    hmp_show<"x-query-ramblock">("ramblock", "show the blocks of RAM"),
    hmp_show<"x-query-roms">("roms", "show what is loaded into memory at a reset"),
    hmp_command<mtree>("mtree", "-f flatview, -d dispatch_tree, -o owner, -D disabled", "[-f][-d][-o][-D]",
                       "show what stands at which address (-f: as it is seen; -d: as it is found; -o: whose it is; -D: disabled parts, too)"),
    hmp_show<"x-query-numa">("numa", "show the NUMA nodes"),
};

}  // namespace

void add_memory_info_hmp(HmpTable& table, Machine& machine) { table.add_info(kInfo, machine); }

}  // namespace rhea
