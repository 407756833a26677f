#pragma once
/// The ACPI tables of the pc, and how the firmware is to put them into memory: what fw_cfg's files etc/acpi/tables, etc/acpi/rsdp
/// and etc/table-loader hold (ACPI 1.0 to 6.4; the loader's commands are those of QEMU's published fw_cfg protocol).
#include <cstdint>
#include <string>
#include <vector>

namespace rhea::acpi {

struct Processor {
    std::uint32_t apic_id = 0;
    bool present = false;
};

/// What the tables tell.
struct Board {
    std::uint64_t memory_below_4g = 0;
    std::vector<Processor> processors;
    bool hpet = true;
    std::vector<std::uint8_t> serial_ports;    ///< 0 to 3: COM1 to COM4
    std::vector<std::uint8_t> parallel_ports;  ///< 0 to 2
    bool floppy = true;
    bool sleep_s3 = true, sleep_s4 = true;
    std::vector<std::string> more;  ///< tables of -acpitable, whole and checked
};

struct Files {
    std::string tables, rsdp, loader;
};
Files make_files(const Board& board);

/// Makes the sum of a table's bytes 0. It has a header.
void set_checksum(std::string& table);
/// The machine's description in machine language, with its header.
std::string make_dsdt(const Board& board);
/// Header of 36 bytes and `content`; its checksum is the firmware's to make, or set_checksum's.
std::string make_table(const char (&signature)[5], unsigned revision, const std::string& content);

}  // namespace rhea::acpi
