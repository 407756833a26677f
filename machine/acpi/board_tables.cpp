#include "machine/acpi/board_tables.h"

#include <algorithm>

#include "machine/cli/numa_options.h"
#include "machine/devices/ich9_lpc.h"
#include "machine/devices/q35.h"
#include "machine/devices/vmgenid.h"
#include "machine/machine.h"
#include "machine/pc_board.h"

namespace rhea::acpi {
namespace {

struct Place {
    std::size_t at, size;
};
constexpr Place kSignature{0, 4}, kLength{4, 4}, kRevision{8, 1}, kOem{10, 6}, kOemTable{16, 8}, kOemRevision{24, 4}, kCompiler{28, 4},
    kCompilerRevision{32, 4};

void put_number(std::string& table, Place place, std::uint64_t value) {
    for (std::size_t i = 0; i < place.size; ++i) table[place.at + i] = static_cast<char>(value >> (8 * i));
}
void put_text(std::string& table, Place place, const std::optional<std::string>& text) {
    if (!text) return;
    std::string whole = *text;
    whole.resize(place.size, '\0');
    table.replace(place.at, place.size, whole);
}

/// The bus of these registers, with what is behind its bridges.
HotplugBus hotplug_bus(AcpiPciHotplug& hotplug, AcpiPciHotplug& root) {
    HotplugBus bus;
    bus.number = hotplug.number();
    for (unsigned number = 0; number < root.count(); ++number) {
        unsigned wanted = number;
        AcpiPciHotplug* one = root.select(wanted);
        const auto* bridge = one ? dynamic_cast<const PciDevice*>(one->bus().parent()) : nullptr;
        if (bridge && one != &hotplug && bridge->bus() == &hotplug.bus()) bus.bridges.push_back({bridge->devfn(), hotplug_bus(*one, root)});
    }
    return bus;
}

/// One way stands for both, and what was not said has a usual value.
unsigned distance(const cli::Numa& numa, unsigned from, unsigned to) {
    if (const unsigned said = numa.distance(from, to)) return said;
    if (from == to) return cli::Numa::kLocalDistance;
    const unsigned back = numa.distance(to, from);
    return back ? back : cli::Numa::kRemoteDistance;
}

/// RAM of the nodes, one after another, without the addresses that are something else's.
std::vector<NodeMemory> node_memory(const cli::Numa& numa, std::uint64_t below_4g) {
    constexpr std::uint64_t kLowEnd = 640 << 10, kHighBegin = 1 << 20, k4G = std::uint64_t{1} << 32;
    std::vector<NodeMemory> ranges;
    std::uint64_t next = 0;
    for (unsigned node = 0; node < numa.count(); ++node) {
        std::uint64_t base = next, end = base + numa.memory(node);
        const auto add = [&](std::uint64_t from, std::uint64_t to) {
            if (to > from) ranges.push_back({node, from, to - from});
        };
        if (base <= kLowEnd && end > kLowEnd) {
            add(base, kLowEnd);
            end = std::max(end, kHighBegin);
            base = kHighBegin;
        }
        if (base <= below_4g && end > below_4g) {
            add(base, below_4g);
            end = k4G + (end - below_4g);
            base = k4G;
        }
        add(base, end);
        next = end;
    }
    return ranges;
}

}  // namespace

MemoryAttributes memory_attributes(const cli::Numa& numa) {
    using Numa = cli::Numa;
    constexpr unsigned kFirstBandwidth = static_cast<unsigned>(cli::HmatDataType::access_bandwidth);
    constexpr std::uint32_t kPicoseconds = 1000;       // in the unit of latencies
    constexpr unsigned kMiBBits = 20;
    MemoryAttributes all;
    for (unsigned node = 0; node < numa.count(); ++node) {
        all.nearest.push_back(numa.initiator(node));
        if (numa.has_cpu(node)) all.initiators.push_back(node);
    }
    for (unsigned hierarchy = 0; hierarchy < Numa::kHierarchies; ++hierarchy)
        for (unsigned type = 0; type < Numa::kDataTypes; ++type) {
            const Numa::Measures& measures = numa.measures(hierarchy, type);
            if (measures.said.empty()) continue;
            const bool latency = type < kFirstBandwidth;
            // Where all were 0 there is no unit; QEMU then tells the greatest number, as far as it goes into 32 bits.
            const std::uint64_t lowest_bit = measures.bits & (~measures.bits + 1), unit = latency ? measures.base : lowest_bit;
            const std::uint64_t shown = unit ? unit : ~std::uint64_t{0};
            MemoryAttributes::Measures& table = all.measures.emplace_back();
            table.hierarchy = hierarchy;
            table.data_type = type;
            table.base = static_cast<std::uint32_t>(latency ? shown * kPicoseconds : shown >> kMiBBits);
            for (const unsigned initiator : all.initiators)
                for (unsigned target = 0; target < numa.count(); ++target) {
                    const auto said = std::find_if(measures.said.begin(), measures.said.end(),
                                                   [&](const auto& s) { return s.initiator == initiator && s.target == target; });
                    table.entries.push_back(said == measures.said.end() || !unit ? std::uint16_t{0} : static_cast<std::uint16_t>(said->value / unit));
                }
        }
    for (unsigned node = 0; node < numa.count(); ++node) {
        unsigned levels = 0;
        for (unsigned level = 0; level < Numa::kCacheLevels; ++level) levels += numa.cache(node, level).has_value();
        for (unsigned level = 0; level < Numa::kCacheLevels; ++level)
            if (const auto& cache = numa.cache(node, level))
                all.caches.push_back({node, levels, level, cache->associativity, cache->policy, cache->line, cache->size});
    }
    return all;
}

std::string user_table(const cli::AcpiTable& given) {
    std::string table = given.has_header ? given.bytes : make_table("QEMU", 1, given.bytes);
    if (!given.has_header) {  // what nobody says has QEMU's values
        put_text(table, kOem, std::string("QEMUQE"));
        put_text(table, kOemTable, std::string("QEMUQEMU"));
        put_text(table, kCompiler, std::string("QEMU"));
    }
    put_text(table, kSignature, given.signature);
    put_text(table, kOem, given.oem_id);
    put_text(table, kOemTable, given.oem_table_id);
    put_text(table, kCompiler, given.asl_compiler_id);
    if (given.revision) put_number(table, kRevision, *given.revision);
    if (given.oem_revision) put_number(table, kOemRevision, *given.oem_revision);
    if (given.asl_compiler_revision) put_number(table, kCompilerRevision, *given.asl_compiler_revision);
    put_number(table, kLength, table.size());
    set_checksum(table);
    return table;
}

Files board_files(const Machine& machine) {
    const cli::Config& config = machine.config();
    Board board;
    board.memory_below_4g = const_cast<Machine&>(machine).ram()->below_4g();
    const CpuTopology topology = machine.topology();
    for (unsigned index = 0; index < topology.places(); ++index)
        board.processors.push_back({topology.apic_id(index), machine.find_cpu(index) != nullptr, machine.numa().node_of_cpu(index)});
    board.hpet = config.machine.properties.hpet.value_or(true);
    const PortChardevs& ports = machine.port_chardevs();
    for (std::size_t i = 0; i < std::min<std::size_t>(ports.serials.size(), 4); ++i)
        if (ports.serials[i]) board.serial_ports.push_back(static_cast<std::uint8_t>(i));
    for (std::size_t i = 0; i < std::min<std::size_t>(ports.parallels.size(), 3); ++i)
        board.parallel_ports.push_back(static_cast<std::uint8_t>(i));
    PcBoard& pc = *const_cast<Machine&>(machine).board();
    AcpiPciHotplug& pci = pc.pci_hotplug();
    if (machine.type().chipset == Chipset::q35) {
        board.express = true;
        board.floppy = pc.drives().floppies() != nullptr;
        board.cpu_hotplug = Ich9Lpc::kCpuHotplugBase;
        board.pci_hotplug = pc.pci().firmware_hotplug() ? Ich9Lpc::kPciHotplugBase : 0;
        machine.devices().for_each_device([&board](Device& device) {
            const auto* host = dynamic_cast<const Q35Host*>(&device);
            if (host && host->config_base()) board.config_window = ConfigWindow{*host->config_base(), host->config_size()};
        });
    }
    board.pci = hotplug_bus(pci, pci);
    const DeviceMemory& modules = const_cast<Machine&>(machine).device_memory();
    board.memory_slots = static_cast<unsigned>(config.memory.slots);
    board.nodes = machine.numa().count();
    board.node_memory = node_memory(machine.numa(), board.memory_below_4g);
    if (machine.numa().distances_given())
        for (unsigned from = 0; from < board.nodes; ++from)
            for (unsigned to = 0; to < board.nodes; ++to) board.distances.push_back(static_cast<std::uint8_t>(distance(machine.numa(), from, to)));
    if (board.nodes && config.machine.properties.hmat.value_or(false)) board.attributes = memory_attributes(machine.numa());
    board.module_base = modules.base();
    board.module_size = modules.size();
    machine.devices().for_each_device([&board](Device& device) { board.generation_id |= &device.type() == &VmGenId::kType; });
    for (const cli::AcpiTable& given : config.acpi_tables) board.more.push_back(user_table(given));
    return make_files(board);
}

}  // namespace rhea::acpi
