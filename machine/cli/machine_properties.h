#pragma once
/// The properties of machines that -M sets, as QEMU 7.2's pc has them; the empty machine has a part of them.
#include <cstdint>
#include <optional>
#include <string>

#include "machine/on_off_auto.h"
#include "qobject/describe.h"

namespace rhea::cli {

using rhea::OnOffAuto;
enum class SmbiosEntryPoint { bits32, bits64 };

/// -smp. What is not given follows from the rest.
struct SmpConfiguration {
    std::optional<std::int64_t> cpus, sockets, dies, clusters, cores, threads, maxcpus;
};
/// -m. Bytes.
struct MemoryConfiguration {
    std::optional<std::uint64_t> size, max_size;
    std::optional<std::int64_t> slots;
};
struct BootConfiguration {
    std::optional<std::string> order, once, splash;
    std::optional<bool> menu, strict;
    std::optional<std::int64_t> splash_time, reboot_timeout;
};

struct MachineProperties {
    std::optional<OnOffAuto> acpi, pic, pit, smm, vmport;
    std::optional<bool> cxl, default_bus_bypass_iommu, dump_guest_core, graphics, hmat, hpet, i8042, mem_merge, nvdimm, sata,
        smbus, suppress_vmdesc, usb;
    std::optional<std::string> append, confidential_guest_support, dt_compatible, dtb, dumpdtb, firmware, initrd, kernel,
        memory_backend, memory_encryption, nvdimm_persistence, pcspk_audiodev, pflash0, pflash1, x_oem_id, x_oem_table_id;
    std::optional<std::int64_t> bus_lock_ratelimit, phandle_start;
    std::optional<std::uint64_t> max_fw_size, max_ram_below_4g;
    std::optional<SmbiosEntryPoint> smbios_entry_point_type;
    std::optional<SmpConfiguration> smp;
    std::optional<MemoryConfiguration> memory;
    std::optional<BootConfiguration> boot;
};

}  // namespace rhea::cli

namespace rhea {

template <>
inline constexpr auto description<cli::SmbiosEntryPoint> = enumeration<cli::SmbiosEntryPoint>("SmbiosEntryPointType", "32",
                                                                                              "64");
template <>
inline constexpr auto description<cli::SmpConfiguration> =
    object("SMPConfiguration", member<&cli::SmpConfiguration::cpus>("cpus"),
           member<&cli::SmpConfiguration::sockets>("sockets"), member<&cli::SmpConfiguration::dies>("dies"),
           member<&cli::SmpConfiguration::clusters>("clusters"), member<&cli::SmpConfiguration::cores>("cores"),
           member<&cli::SmpConfiguration::threads>("threads"), member<&cli::SmpConfiguration::maxcpus>("maxcpus"));
template <>
inline constexpr auto description<cli::MemoryConfiguration> = object("MemorySizeConfiguration",
                                                                     member<&cli::MemoryConfiguration::size>("size"),
                                                                     member<&cli::MemoryConfiguration::max_size>("max-size"),
                                                                     member<&cli::MemoryConfiguration::slots>("slots"));
template <>
inline constexpr auto description<cli::BootConfiguration> = object(
    "BootConfiguration", member<&cli::BootConfiguration::order>("order"), member<&cli::BootConfiguration::once>("once"),
    member<&cli::BootConfiguration::menu>("menu"), member<&cli::BootConfiguration::splash>("splash"),
    member<&cli::BootConfiguration::splash_time>("splash-time"),
    member<&cli::BootConfiguration::reboot_timeout>("reboot-timeout"), member<&cli::BootConfiguration::strict>("strict"));

// Sorted by name, as -machine TYPE,help lists them.
template <>
inline constexpr auto description<cli::MachineProperties> = object(
    "MachineProperties", member<&cli::MachineProperties::acpi>("acpi"), member<&cli::MachineProperties::append>("append"),
    member<&cli::MachineProperties::boot>("boot"), member<&cli::MachineProperties::bus_lock_ratelimit>("bus-lock-ratelimit"),
    member<&cli::MachineProperties::confidential_guest_support>("confidential-guest-support"),
    member<&cli::MachineProperties::cxl>("cxl"),
    member<&cli::MachineProperties::default_bus_bypass_iommu>("default-bus-bypass-iommu"),
    member<&cli::MachineProperties::dt_compatible>("dt-compatible"), member<&cli::MachineProperties::dtb>("dtb"),
    member<&cli::MachineProperties::dump_guest_core>("dump-guest-core"), member<&cli::MachineProperties::dumpdtb>("dumpdtb"),
    member<&cli::MachineProperties::firmware>("firmware"), member<&cli::MachineProperties::graphics>("graphics"),
    member<&cli::MachineProperties::hmat>("hmat"), member<&cli::MachineProperties::hpet>("hpet"),
    member<&cli::MachineProperties::i8042>("i8042"), member<&cli::MachineProperties::initrd>("initrd"),
    member<&cli::MachineProperties::kernel>("kernel"), member<&cli::MachineProperties::max_fw_size>("max-fw-size"),
    member<&cli::MachineProperties::max_ram_below_4g>("max-ram-below-4g"),
    member<&cli::MachineProperties::mem_merge>("mem-merge"), member<&cli::MachineProperties::memory>("memory"),
    member<&cli::MachineProperties::memory_backend>("memory-backend"),
    member<&cli::MachineProperties::memory_encryption>("memory-encryption"),
    member<&cli::MachineProperties::nvdimm>("nvdimm"),
    member<&cli::MachineProperties::nvdimm_persistence>("nvdimm-persistence"),
    member<&cli::MachineProperties::pcspk_audiodev>("pcspk-audiodev"), member<&cli::MachineProperties::pflash0>("pflash0"),
    member<&cli::MachineProperties::pflash1>("pflash1"), member<&cli::MachineProperties::phandle_start>("phandle-start"),
    member<&cli::MachineProperties::pic>("pic"), member<&cli::MachineProperties::pit>("pit"),
    member<&cli::MachineProperties::sata>("sata"),
    member<&cli::MachineProperties::smbios_entry_point_type>("smbios-entry-point-type"),
    member<&cli::MachineProperties::smbus>("smbus"), member<&cli::MachineProperties::smm>("smm"),
    member<&cli::MachineProperties::smp>("smp"), member<&cli::MachineProperties::suppress_vmdesc>("suppress-vmdesc"),
    member<&cli::MachineProperties::usb>("usb"), member<&cli::MachineProperties::vmport>("vmport"),
    member<&cli::MachineProperties::x_oem_id>("x-oem-id"),
    member<&cli::MachineProperties::x_oem_table_id>("x-oem-table-id"));

}  // namespace rhea
