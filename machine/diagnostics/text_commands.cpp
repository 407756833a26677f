/// Commands that answer with a text for people (HMP's "info" shows the same).
#include <algorithm>

#include <fmt/format.h>

#include "machine/diagnostics/commands.h"
#include "machine/machine.h"
#include "machine/objects/memory_backend.h"
#include "machine/objects/user_creatable.h"
#include "machine/not_yet.h"
#include "machine/schema_features.h"
#include "machine/usb/usb_commands.h"

namespace rhea {

struct HumanReadableText {
    std::string human_readable_text;
};
template <>
inline constexpr auto description<HumanReadableText> =
    object("HumanReadableText", member<&HumanReadableText::human_readable_text>("human-readable-text"));

namespace {

constexpr std::uint64_t kPage = 4096;

Result<HumanReadableText> query_numa(Machine& machine, const Empty&) {
    const cli::Numa& numa = machine.numa();
    std::string text = fmt::format("{} nodes\n", numa.count());
    for (unsigned node = 0; node < numa.count(); ++node) {
        text += fmt::format("node {} cpus:", node);
        for (const Vcpu& cpu : machine.cpus())
            if (numa.node_of_cpu(cpu.index) == node) text += fmt::format(" {}", cpu.index);
        const std::uint64_t plugged = machine.device_memory().plugged_size(node);
        text += fmt::format("\nnode {} size: {} MB\nnode {} plugged: {} MB\n", node, (numa.memory(node) + plugged) >> 20, node, plugged >> 20);
    }
    return HumanReadableText{std::move(text)};
}

/// The RAM, or what the nodes' memory is made of, and the modules; the largest first. Each begins where the one before it in age ends.
Result<HumanReadableText> query_ramblock(Machine& machine, const Empty&) {
    struct Block {
        std::string name;
        std::uint64_t offset, size;
    };
    std::vector<Block> blocks;
    std::uint64_t offset = 0;
    const auto add = [&](std::string_view name, std::uint64_t size) {
        blocks.push_back({std::string(name), offset, size});
        offset += size;
    };
    for (const std::string& id : machine.numa().backends())
        if (const auto* backend = find_object<MemoryBackend>(machine.devices(), id)) add(id, backend->size());
    if (blocks.empty() && machine.ram()) add(machine.config().machine.properties.memory_backend.value_or(std::string(machine.type().default_ram_id)), machine.ram()->size());
    for (const PcDimm* dimm : machine.device_memory().dimms()) add(dimm->backend().name(), dimm->size());
    std::stable_sort(blocks.begin(), blocks.end(), [](const Block& x, const Block& y) { return x.size > y.size; });
    std::string text = fmt::format("{:>24} {:>8}  {:>18} {:>18} {:>18}\n", "Block Name", "PSize", "Offset", "Used", "Total");
    for (const Block& block : blocks)
        text += fmt::format("{:>24} {:>4} KiB  {:#018x} {:#018x} {:#018x}\n", block.name, kPage / 1024, block.offset, block.size, block.size);
    return HumanReadableText{std::move(text)};
}

/// No firmware image and no option ROM is loaded.
Result<HumanReadableText> query_roms(Machine&, const Empty&) { return HumanReadableText{}; }
Result<HumanReadableText> query_rdma(Machine&, const Empty&) { return HumanReadableText{}; }
Result<HumanReadableText> query_usb(Machine& machine, const Empty&) {
    std::string text = RHEA_TRY(usb_text(machine));
    return HumanReadableText{std::move(text)};
}
Result<HumanReadableText> query_profile(Machine&, const Empty&) { return fail("Internal profiler not compiled"); }

Result<HumanReadableText> query_jit(Machine& machine, const Empty&) {
    if (machine.accelerator() != "tcg") return fail("JIT information is only available with accel=tcg");
    return fail(not_supported("x-query-jit"));
}

Result<HumanReadableText> query_opcount(Machine& machine, const Empty&) {
    if (machine.accelerator() != "tcg") return fail("Opcode count information is only available with accel=tcg");
    return HumanReadableText{"[TCG profiler not compiled]\n"};
}

constexpr Command kCommands[] = {
    command_not_yet<Empty, HumanReadableText>("x-query-irq", "Counts the interrupts of each line.")
        .with_features(feature::kUnstable),
    command<query_jit>("x-query-jit", "Tells about translated guest code.").with_features(feature::kUnstable).not_yet(),
    command<query_numa>("x-query-numa", "Lists the NUMA nodes.").with_features(feature::kUnstable),
    command<query_opcount>("x-query-opcount", "Counts what guest code was translated to.")
        .with_features(feature::kUnstable)
        .absent_hardware(),
    command<query_profile>("x-query-profile", "Tells where the translator spends its time.")
        .with_features(feature::kUnstable)
        .absent_hardware(),
    command<query_ramblock>("x-query-ramblock", "Lists the blocks of RAM and ROM.").with_features(feature::kUnstable),
    command<query_rdma>("x-query-rdma", "Tells about RDMA devices.").with_features(feature::kUnstable).absent_hardware(),
    command<query_roms>("x-query-roms", "Lists the ROMs that were loaded.").with_features(feature::kUnstable),
    command<query_usb>("x-query-usb", "Lists the devices on USB buses.").with_features(feature::kUnstable),
};

}  // namespace

void add_text_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
