/// The human monitor's views of what the machine is.
#include "machine/hmp.h"
#include "machine/machine.h"

namespace rhea {

namespace {

void name(Machine&, HmpCall& call) {
    const auto info = call.ask("query-name");
    if (call.ok(info) && hmp_member(*info, "name")) call.print("{}\n", hmp_text(*info, "name"));
}

void uuid(Machine&, HmpCall& call) {
    const auto info = call.ask("query-uuid");
    if (call.ok(info)) call.print("{}\n", hmp_text(*info, "UUID"));
}

void kvm(Machine&, HmpCall& call) {
    const auto info = call.ask("query-kvm");
    if (!call.ok(info)) return;
    call.print("kvm support: {}\n", !hmp_bool(*info, "present") ? "not compiled" : hmp_bool(*info, "enabled") ? "enabled" : "disabled");
}

void mice(Machine&, HmpCall& call) {
    const auto list = call.ask("query-mice");
    if (!call.ok(list)) return;
    if (hmp_list(*list).empty()) call.write("No mouse devices connected\n");
    for (const QObject& mouse : hmp_list(*list))
        call.print("{} Mouse #{}: {}{}\n", hmp_bool(mouse, "current") ? '*' : ' ', hmp_int(mouse, "index"), hmp_text(mouse, "name"),
                   hmp_bool(mouse, "absolute") ? " (absolute)" : "");
}

void chardevs(Machine&, HmpCall& call) {
    const auto list = call.ask("query-chardev");
    if (!call.ok(list)) return;
    for (const QObject& chardev : hmp_list(*list))
        call.print("{}: filename={}\n", hmp_text(chardev, "label"), hmp_text(chardev, "filename"));
}

void iothreads(Machine&, HmpCall& call) {
    const auto list = call.ask("query-iothreads");
    if (!call.ok(list)) return;
    for (const QObject& thread : hmp_list(*list)) {
        call.print("{}:\n  thread_id={}\n", hmp_text(thread, "id"), hmp_int(thread, "thread-id"));
        for (const char* key : {"poll-max-ns", "poll-grow", "poll-shrink", "aio-max-batch"})
            call.print("  {}={}\n", key, hmp_int(thread, key));
    }
}

void jobs(Machine&, HmpCall& call) {
    const auto list = call.ask("query-block-jobs");
    if (!call.ok(list)) return;
    if (hmp_list(*list).empty()) call.write("No active jobs\n");
    for (const QObject& job : hmp_list(*list)) {
        if (hmp_text(job, "type") == "stream")
            call.print("Streaming device {}: Completed {} of {} bytes, speed limit {} bytes/s\n", hmp_text(job, "device"),
                       hmp_int(job, "offset"), hmp_int(job, "len"), hmp_int(job, "speed"));
        else
            call.print("Type {}, device {}: Completed {} of {} bytes, speed limit {} bytes/s\n", hmp_text(job, "type"),
                       hmp_text(job, "device"), hmp_int(job, "offset"), hmp_int(job, "len"), hmp_int(job, "speed"));
    }
}

void pci_region(HmpCall& call, const QObject& region) {
    const std::int64_t address = hmp_int(region, "address"), size = hmp_int(region, "size");
    const auto first = static_cast<std::uint64_t>(address), last = first + static_cast<std::uint64_t>(size) - 1;
    call.print("      BAR{}: ", hmp_int(region, "bar"));
    if (hmp_text(region, "type") == "io") return call.print("I/O at 0x{:04x} [0x{:04x}].\n", first, last);
    call.print("{} bit{} memory at 0x{:08x} [0x{:08x}].\n", hmp_bool(region, "mem_type_64") ? 64 : 32,
               hmp_bool(region, "prefetch") ? " prefetchable" : "", first, last);
}

void pci_device(HmpCall& call, const QObject& device) {
    call.print("  Bus {:2}, device {:3}, function {}:\n", hmp_int(device, "bus"), hmp_int(device, "slot"), hmp_int(device, "function"));
    const std::string_view desc = hmp_text(device, "class_info.desc");
    call.print("    {}", desc.empty() ? fmt::format("Class {:04}", hmp_int(device, "class_info.class")) : std::string(desc));
    call.print(": PCI device {:04x}:{:04x}\n", hmp_int(device, "id.vendor"), hmp_int(device, "id.device"));
    if (hmp_member(device, "id.subsystem-vendor") && hmp_member(device, "id.subsystem"))
        call.print("      PCI subsystem {:04x}:{:04x}\n", hmp_int(device, "id.subsystem-vendor"), hmp_int(device, "id.subsystem"));
    if (hmp_member(device, "irq"))
        call.print("      IRQ {}, pin {}\n", hmp_int(device, "irq"), static_cast<char>('A' + hmp_int(device, "irq_pin") - 1));
    if (const QObject* bridge = hmp_member(device, "pci_bridge")) {
        for (const char* key : {"number", "secondary", "subordinate"}) {
            const std::string_view title = std::string_view(key) == "number" ? "BUS" : std::string_view(key) == "secondary" ? "secondary bus" : "subordinate bus";
            call.print("      {} {}.\n", title, hmp_int(*bridge, std::string("bus.") + key));
        }
        call.print("      IO range [0x{:04x}, 0x{:04x}]\n", hmp_int(*bridge, "bus.io_range.base"), hmp_int(*bridge, "bus.io_range.limit"));
        call.print("      memory range [0x{:08x}, 0x{:08x}]\n", hmp_int(*bridge, "bus.memory_range.base"), hmp_int(*bridge, "bus.memory_range.limit"));
        call.print("      prefetchable memory range [0x{:08x}, 0x{:08x}]\n", hmp_int(*bridge, "bus.prefetchable_range.base"),
                   hmp_int(*bridge, "bus.prefetchable_range.limit"));
    }
    for (const QObject& region : hmp_list(device, "regions")) pci_region(call, region);
    call.print("      id \"{}\"\n", hmp_text(device, "qdev_id"));
    for (const QObject& behind : hmp_list(device, "pci_bridge.devices")) pci_device(call, behind);
}

void pci(Machine&, HmpCall& call) {
    const auto buses = call.ask("query-pci");
    if (!call.ok(buses)) return;
    for (const QObject& bus : hmp_list(*buses))
        for (const QObject& device : hmp_list(bus, "devices")) pci_device(call, device);
}

constexpr HmpCommand kInfo[] = {
    hmp_command<name>("name", "", "", "show the guest's name"),
    hmp_command<uuid>("uuid", "", "", "show the guest's UUID"),
    hmp_command<kvm>("kvm", "", "", "show whether KVM is there and in use"),
    hmp_command<mice>("mice", "", "", "show which pointing device takes the input"),
    hmp_command<chardevs>("chardev", "", "", "show the character devices"),
    hmp_command<iothreads>("iothreads", "", "", "show the I/O threads"),
    hmp_command<jobs>("block-jobs", "", "", "show how far block jobs have come"),
    hmp_command<pci>("pci", "", "", "show the PCI devices"),
};

}  // namespace

void add_machine_info_hmp(HmpTable& table, Machine& machine) { table.add_info(kInfo, machine); }

}  // namespace rhea
