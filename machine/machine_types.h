#pragma once
/// The machine types that can be built. Facts as QEMU 7.2's query-machines tells them.
#include <cstdint>
#include <span>
#include <string_view>

namespace rhea {

/// What the board is built around.
enum class Chipset : std::uint8_t { none, i440fx, q35 };

struct MachineType {
    std::string_view name, alias;            ///< alias: empty when there is none
    std::string_view description;
    std::int64_t max_cpus;
    bool is_default;
    bool hotpluggable_cpus, numa;
    std::string_view default_cpu_type, default_ram_id;      ///< empty when the machine has none
    Chipset chipset;

    // What the boards differ in.
    /// The card that -net nic stands for.
    constexpr std::string_view usual_card() const { return chipset == Chipset::q35 ? "e1000e" : "e1000"; }
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
