/// Commands that answer with a text for people (HMP's "info" shows the same).
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include "machine/diagnostics/commands.h"
#include "machine/devices/pflash.h"
#include "machine/machine.h"
#include "machine/objects/memory_backend.h"
#include "machine/objects/user_creatable.h"
#include "machine/pc_board.h"
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

struct RamBlock {
    std::string name;
    std::uint64_t used, size;
    std::uint64_t offset = 0;
};

/// Memory and ROMs of the functions on a bus, in the order of their coming.
void add_blocks(std::vector<RamBlock>& blocks, const PciBus& bus) {
    for (const Bus::Entry& entry : bus.entries()) {
        const auto& function = static_cast<const PciDevice&>(*entry.device);
        for (const qom::Nodes& nodes : function.type().nodes) {
            if (!nodes.region || (!nodes.name.ends_with("vram") && !nodes.name.ends_with(".rom"))) continue;
            const auto size = nodes.region(function, 0).size;
            if (size == 0) continue;
            blocks.push_back({fmt::format("0000:00:{:02x}.{:x}/{}", function.slot(), function.function(), nodes.name), size, size});
        }
    }
}

std::vector<RamBlock> ram_blocks(Machine& machine) {
    std::vector<RamBlock> blocks;
    const auto add = [&](std::string_view name, std::uint64_t size) { blocks.push_back({std::string(name), size, size}); };
    for (const std::string& id : machine.numa().backends())
        if (const auto* backend = find_object<MemoryBackend>(machine.devices(), id)) add(id, backend->size());
    if (blocks.empty() && machine.ram()) add(machine.config().machine.properties.memory_backend.value_or(std::string(machine.type().default_ram_id)), machine.ram()->size());
    if (PcBoard* board = machine.board()) {
        if (board->firmware().bios()) add("pc.bios", board->firmware().bios()->size());
        const PcFlash& flash = board->flash();
        for (unsigned number = 0; number < PcFlash::kChips; ++number) {
            if (!flash.at(number)) continue;
            add(flash.at(number)->name(), flash.at(number)->bytes().size());
            if (number == 0) add("isa-bios", flash.low_size());
        }
        add("pc.rom", 0x20000);
        add_blocks(blocks, board->pci());
        for (const RomInfo& rom : board->firmware().roms())
            if (rom.kind == RomInfo::Kind::acpi) blocks.push_back({"/rom@" + rom.name, rom.used, rom.size});
    }
    for (const PcDimm* dimm : machine.device_memory().dimms()) add(dimm->backend().name(), dimm->size());
    // One behind the other, each at a place where a word of a bitmap of its pages begins.
    constexpr std::uint64_t kAlignment = 64 * kPage;
    std::uint64_t offset = 0;
    for (RamBlock& block : blocks) {
        block.offset = (offset + kAlignment - 1) / kAlignment * kAlignment;
        offset = block.offset + block.size;
    }
    return blocks;
}

/// The largest first.
Result<HumanReadableText> query_ramblock(Machine& machine, const Empty&) {
    auto blocks = ram_blocks(machine);
    std::stable_sort(blocks.begin(), blocks.end(), [](const RamBlock& x, const RamBlock& y) { return x.size > y.size; });
    std::string text = fmt::format("{:>24} {:>8}  {:>18} {:>18} {:>18}\n", "Block Name", "PSize", "Offset", "Used", "Total");
    for (const RamBlock& block : blocks)
        text += fmt::format("{:>24} {:>4} KiB  {:#018x} {:#018x} {:#018x}\n", block.name, kPage / 1024, block.offset, block.used, block.size);
    return HumanReadableText{std::move(text)};
}

/// What is loaded anew at each reset.
Result<HumanReadableText> query_roms(Machine& machine, const Empty&) {
    std::string text;
    for (const RomInfo& rom : machine.board() ? machine.board()->firmware().roms() : std::vector<RomInfo>()) {
        switch (rom.kind) {
        case RomInfo::Kind::memory: text += fmt::format("addr={:016x} size=0x{:06x} mem=rom name=\"{}\"\n", rom.address, rom.size, rom.name); break;
        case RomInfo::Kind::fw_cfg: text += fmt::format("fw={} size=0x{:06x} name=\"{}\"\n", rom.path, rom.size, rom.name); break;
        case RomInfo::Kind::acpi: text += fmt::format("/rom@{0} size=0x{1:06x} name=\"{0}\"\n", rom.name, rom.size); break;
        }
    }
    return HumanReadableText{std::move(text)};
}

template <class Counts>
void add_counts(std::string& text, std::string_view title, const Counts& counts) {
    text += fmt::format("IRQ statistics for {}:\n", title);
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] > 0) text += fmt::format("{:2}: {}\n", i, counts[i]);
}

Result<HumanReadableText> query_irq(Machine& machine, const Empty&) {
    std::string text;
    if (PcBoard* board = machine.board()) {
        auto pins = board->io_apic().counts();
        // The pair is one to the machine: sixteen lines.
        std::array<std::uint64_t, 16> both{};
        for (unsigned line = 0; line < both.size(); ++line) both[line] = board->pic(line / 8).counts()[line % 8];
        pins[0] += board->timer().unseen_edges();
        both[0] += board->timer().unseen_edges();
        add_counts(text, "ioapic", pins);
        add_counts(text, "isa-i8259", both);
    }
    return HumanReadableText{std::move(text)};
}

Result<HumanReadableText> query_rdma(Machine&, const Empty&) { return HumanReadableText{}; }
Result<HumanReadableText> query_usb(Machine& machine, const Empty&) {
    std::string text = RHEA_TRY(usb_text(machine));
    return HumanReadableText{std::move(text)};
}
Result<HumanReadableText> query_profile(Machine&, const Empty&) { return fail("Internal profiler not compiled"); }

/// The bytes that QEMU would translate guest code into: an eighth of the host's memory unless tb-size says how many MiB, in a region
/// for each thread that translates, each less a guard page and some room for the last block.
std::uint64_t translation_buffer(const cli::Config& config) {
    constexpr std::uint64_t kUsual = 1024, kLeast = 1, kMost = 2048, kLeastRegion = 2;      // MiB
    constexpr std::uint64_t kMiBBits = 20, kLostInRegion = kPage + 1024, kRegionsForThread = 8;
    const auto tcg = std::find_if(config.accelerators.begin(), config.accelerators.end(), [](const auto& a) { return a.name == "tcg"; });
    const auto option = [&](std::string_view name) { return tcg == config.accelerators.end() ? std::string() : tcg->options.get(name); };
    std::uint64_t size = parse_option_number("tb-size", option("tb-size")).value_or(0);
    if (size == 0) size = std::min(kUsual, (static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) / 8) >> kMiBBits);
    size = std::clamp(size, kLeast, kMost);
    const auto threads = static_cast<std::uint64_t>(config.smp.max_cpus);
    std::uint64_t regions = 1;
    if (threads > 1 && option("thread") != "single" && !config.instruction_count)
        regions = std::max(threads, std::min(size / kLeastRegion, threads * kRegionsForThread));
    return (size << kMiBBits) - regions * kLostInRegion;
}

Result<HumanReadableText> query_jit(Machine& machine, const Empty&) {
    if (machine.accelerator() != "tcg") return fail("JIT information is only available with accel=tcg");
    // Nothing has been translated: no CPU executes.
    return HumanReadableText{fmt::format("Translation buffer state:\n"
                                         "gen code size       0/{}\n"
                                         "TB count            0\n"
                                         "TB avg target size  0 max=0 bytes\n"
                                         "TB avg host size    0 bytes (expansion ratio: 0.0)\n"
                                         "cross page TB count 0 (0%)\n"
                                         "direct jump count   0 (0%) (2 jumps=0 0%)\n"
                                         "TB hash buckets     0/8192 (0.00% head buckets used)\n"
                                         "TB hash occupancy   0.00% avg chain occ. Histogram: [0.0,0.0)%|\u2588|[0.0,0.0]%\n"
                                         "TB hash avg chain   nan buckets. Histogram: (empty)\n\n"
                                         "Statistics:\n"
                                         "TB flush count      0\n"
                                         "TB invalidate count 0\n"
                                         "TLB full flushes    0\n"
                                         "TLB partial flushes 0\n"
                                         "TLB elided flushes  0\n"
                                         "[TCG profiler not compiled]\n",
                                         translation_buffer(machine.config()))};
}

Result<HumanReadableText> query_opcount(Machine& machine, const Empty&) {
    if (machine.accelerator() != "tcg") return fail("Opcode count information is only available with accel=tcg");
    return HumanReadableText{"[TCG profiler not compiled]\n"};
}

constexpr Command kCommands[] = {
    command<query_irq>("x-query-irq", "Counts the interrupts of each line.").with_features(feature::kUnstable),
    command<query_jit>("x-query-jit", "Tells about translated guest code.").with_features(feature::kUnstable),
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
