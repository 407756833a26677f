#pragma once
/// The machine types that can be built. Facts as QEMU 7.2's query-machines tells them.
#include <compare>
#include <cstdint>
#include <span>
#include <string_view>

namespace rhea {

/// What the board is built around.
enum class Chipset : std::uint8_t { none, i440fx, q35 };

/// The release of QEMU whose board a type is, to the guest and to those who migrate it: the 2.12 of "pc-i440fx-2.12".
struct MachineVersion {
    std::uint8_t major, minor, micro = 0;
    constexpr auto operator<=>(const MachineVersion&) const = default;
};

struct MachineType {
    std::string_view type_name;              ///< of the object: "pc-q35-7.2-machine"
    std::string_view alias;                  ///< empty when there is none
    std::string_view description;
    std::int64_t max_cpus;
    bool is_default;
    bool hotpluggable_cpus;
    bool numa_memory;                        ///< -numa node,mem= is understood
    std::string_view default_cpu_type, default_ram_id;      ///< empty when the machine has none
    Chipset chipset;
    MachineVersion version;
    std::string_view name;                   ///< "pc-q35-7.2"

    /// Why it should not be used any more; empty: it may.
    constexpr std::string_view deprecation() const { return version < MachineVersion{2, 0} ? "old and unattended - use a newer version instead" : ""; }
    /// Nothing is set otherwise than by the devices' own defaults.
    constexpr bool is_newest() const { return version >= MachineVersion{7, 2}; }

    // What the boards differ in.
    /// The card that -net nic stands for.
    constexpr std::string_view usual_card() const { return chipset == Chipset::q35 && version >= MachineVersion{2, 12} ? "e1000e" : "e1000"; }
    /// The display adapter without -vga.
    constexpr std::string_view usual_vga() const { return version >= MachineVersion{2, 2} ? "std" : "cirrus"; }
    /// "Haswell" is the name of a CPU model of its own, rather than of the one version that this machine means by it.
    constexpr bool unversioned_cpus() const { return version <= MachineVersion{4, 0, 1}; }
    /// DIMMs can be plugged.
    constexpr bool pluggable_memory() const { return version >= MachineVersion{2, 1}; }
    /// Places for DIMMs leave room to align them.
    constexpr bool aligned_memory() const { return version >= MachineVersion{2, 2}; }
    /// There is a NUMA node without -numa as soon as memory can be plugged.
    constexpr bool numa_for_memory() const { return version >= MachineVersion{2, 11}; }
    /// CPUs that -smp does not place are sockets rather than cores of one.
    constexpr bool prefers_sockets() const { return version <= MachineVersion{6, 1}; }
    constexpr std::string_view firmware() const { return version >= MachineVersion{2, 0} ? "bios-256k.bin" : "bios.bin"; }
    /// Clients are told its name.
    constexpr bool names_firmware() const { return is_pc() && version >= MachineVersion{2, 0}; }
    /// The board brings its own ACPI tables, rather than leaving them to the firmware.
    constexpr bool builds_acpi() const { return version >= MachineVersion{1, 7}; }
    /// The table that leads to them is kept as a ROM that may grow.
    constexpr bool keeps_acpi_root() const { return version >= MachineVersion{2, 3}; }
    constexpr bool suppresses_description() const { return version >= MachineVersion{2, 0} && version < MachineVersion{2, 3}; }
    /// Drives of -drive if=ide on one cable.
    constexpr int ide_units() const { return chipset == Chipset::q35 ? 1 : 2; }
    /// There is a place for an SD card unless it is said that there is none, though nothing reads it.
    constexpr bool usual_card_reader() const { return chipset == Chipset::q35; }
    /// There is a floppy drive unless it is said that there is none.
    constexpr bool usual_floppy() const { return chipset == Chipset::i440fx; }
    /// False: no board at all.
    constexpr bool is_pc() const { return chipset != Chipset::none; }
};

std::span<const MachineType> machine_types();
/// By name or alias; null when there is none.
const MachineType* find_machine_type(std::string_view name);

}  // namespace rhea
