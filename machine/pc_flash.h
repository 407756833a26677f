#pragma once
/// The flash chips that hold a pc's firmware instead of a BIOS image, and its settings: of -machine pflash0 and pflash1, and of
/// -drive if=pflash. They stand in the object tree from the start; those that get no drive are gone when the board is made.
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "machine/address_space.h"
#include "qobject/error.h"

namespace rhea {

class Bus;
class Machine;
class Pflash;
namespace qom {
class Object;
}

class PcFlash {
public:
    static constexpr unsigned kChips = 2;

    /// Before the board is made.
    static void add_chips(qom::Object& machine);
    /// "system.flash0"; null: it has gone. In the tree, which owns it.
    static Pflash* chip(const qom::Object& machine, unsigned number);

    /// Reads the drives and lays the chips below 4 GiB, the first one at the end. Errors: QEMU's.
    Result<void> insert(Machine& machine);
    bool holds_firmware() const { return chips_[0] != nullptr; }
    /// Null: it has no drive.
    const Pflash* at(unsigned number) const { return chips_[number]; }
    /// Of the copy of its end that the first MiB shows, in bytes.
    std::uint64_t low_size() const { return low_copy_.size(); }
    void add_to(Bus& system_bus);

private:
    std::array<Pflash*, kChips> chips_{};
    std::vector<std::uint8_t> low_copy_;        // what the first MiB shows
    std::optional<Mapping> low_mapping_;
};

}  // namespace rhea
