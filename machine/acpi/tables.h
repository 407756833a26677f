#pragma once
/// The ACPI tables of the pc, and how the firmware is to put them into memory: what fw_cfg's files etc/acpi/tables, etc/acpi/rsdp
/// and etc/table-loader hold (ACPI 1.0 to 6.4; the loader's commands are those of QEMU's published fw_cfg protocol).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rhea::acpi {

struct Processor {
    std::uint32_t apic_id = 0;
    bool present = false;
    std::optional<unsigned> node;              ///< of NUMA; nothing: the machine has no nodes
};

/// A PCI bus whose devices come and go, as the hotplug registers number it, and the bridges on it. Without a number only those behind
/// its bridges do.
struct HotplugBus {
    std::optional<unsigned> number;
    struct Bridge;
    std::vector<Bridge> bridges;
};
struct HotplugBus::Bridge {
    unsigned devfn = 0;
    HotplugBus bus;
};

/// Memory of a NUMA node at these addresses.
struct NodeMemory {
    unsigned node = 0;
    std::uint64_t base = 0, size = 0;
};

/// Where PCI Express has configuration space in memory.
struct ConfigWindow {
    std::uint64_t base = 0, size = 0;
};

/// How fast CPUs reach memory, and the caches on the memory's side (ACPI 6.3, 5.2.27).
struct MemoryAttributes {
    struct Measures {
        unsigned hierarchy = 0, data_type = 0;
        std::uint32_t base = 0;                ///< picoseconds or MiB a second
        std::vector<std::uint16_t> entries;    ///< from each initiator to each node, in that unit; 0: not known
    };
    struct Cache {
        unsigned node = 0, levels = 0, level = 0, associativity = 0, policy = 0, line = 0;
        std::uint64_t size = 0;
    };
    std::vector<std::optional<unsigned>> nearest;      ///< of each node, the one with the nearest CPUs
    std::vector<unsigned> initiators;                  ///< nodes with CPUs
    std::vector<Measures> measures;
    std::vector<Cache> caches;
};

/// What the tables tell.
struct Board {
    bool express = false;                      ///< Q35 and ICH9, rather than i440FX and PIIX4
    std::uint16_t pci_hotplug = 0xae00;        ///< ports; 0: the firmware has no part in it
    std::uint16_t cpu_hotplug = 0xaf00;
    std::optional<ConfigWindow> config_window;
    std::uint64_t memory_below_4g = 0;
    std::vector<Processor> processors;
    bool hpet = true;
    std::vector<std::uint8_t> serial_ports;    ///< 0 to 3: COM1 to COM4
    std::vector<std::uint8_t> parallel_ports;  ///< 0 to 2
    bool floppy = true;
    bool sleep_s3 = true, sleep_s4 = true;
    HotplugBus pci{0, {}};
    unsigned memory_slots = 0;                 ///< for modules of memory
    unsigned nodes = 0;                        ///< of NUMA
    std::vector<NodeMemory> node_memory;
    std::vector<std::uint8_t> distances;       ///< from each node to each; empty: nobody said
    std::optional<MemoryAttributes> attributes;
    std::uint64_t module_base = 0, module_size = 0;     ///< where modules go; size 0: nowhere
    bool generation_id = false;                ///< in etc/vmgenid_guid
    std::vector<std::string> more;  ///< tables of -acpitable, whole and checked
};

struct Files {
    std::string tables, rsdp, loader;
};
Files make_files(const Board& board);

/// Makes the sum of a table's bytes 0. It has a header.
void set_checksum(std::string& table);
/// The fixed hardware. Where the FACS and the DSDT are is written into it later.
std::string make_fadt(const Board& board, std::uint32_t facs, std::uint32_t dsdt);
/// The machine's description in machine language, with its header.
std::string make_dsdt(const Board& board);
/// Which CPUs and which memory belong to which node.
std::string make_srat(const Board& board);
/// How far they are apart.
std::string make_slit(const Board& board);
/// How fast they reach each other's memory.
std::string make_hmat(const MemoryAttributes& attributes);
/// The device of the generation; `address_at` is the place of four bytes that hold where etc/vmgenid_guid is.
std::string make_generation_ssdt(std::uint32_t& address_at);
/// Header of 36 bytes and `content`; its checksum is the firmware's to make, or set_checksum's.
std::string make_table(const char (&signature)[5], unsigned revision, const std::string& content);

}  // namespace rhea::acpi
