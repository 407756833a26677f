#include "machine/pc_flash.h"

#include <algorithm>

#include <fmt/format.h>

#include "machine/device.h"
#include "machine/devices/attached_drive.h"
#include "machine/devices/pflash.h"
#include "machine/guest_memory.h"
#include "machine/machine.h"

namespace rhea {

namespace {

constexpr std::uint64_t k4GiB = std::uint64_t{1} << 32, kMiB = 1 << 20, kLowCopy = 128 << 10, kMostFirmware = 8 << 20;

std::string name_of(unsigned number) { return fmt::format("system.flash{}", number); }

/// The drive of -machine, else that of -drive; null: there is none.
Result<BlockBackend*> drive_for(Machine& machine, unsigned number, Pflash& chip) {
    const auto& said = machine.config().machine.properties;
    if (const auto& drive = number == 0 ? said.pflash0 : said.pflash1) {
        RHEA_CHECK(chip.values().set("drive", QObject(*drive), InputMode::keyval));
        return drive_of_values(machine.block(), chip.values());
    }
    DriveInfo* drive = machine.block().find_drive_at(DriveInterface::pflash, 0, static_cast<int>(number));
    if (!drive) return static_cast<BlockBackend*>(nullptr);
    drive->claimed = true;
    return drive->backend;
}

}  // namespace

void PcFlash::add_chips(qom::Object& machine) {
    for (unsigned number = 0; number < kChips; ++number) machine.add_child(name_of(number), std::make_unique<Pflash>(name_of(number)));
}

Pflash* PcFlash::chip(const qom::Object& machine, unsigned number) { return dynamic_cast<Pflash*>(machine.child(name_of(number))); }

Result<void> PcFlash::insert(Machine& machine) {
    qom::Object& object = machine.devices().machine();
    std::array<BlockBackend*, kChips> drives{};
    for (unsigned number = 0; number < kChips; ++number) drives[number] = RHEA_TRY(drive_for(machine, number, *chip(object, number)));
    if (drives[1] && !drives[0]) return fail("pflash1 requires pflash0");
    std::uint64_t end = k4GiB;
    const std::uint64_t most = machine.config().machine.properties.max_fw_size.value_or(kMostFirmware);
    for (unsigned number = 0; number < kChips; ++number) {
        Pflash* chip = PcFlash::chip(object, number);
        if (!drives[number]) {
            object.take_child(*chip);
            continue;
        }
        if (!drives[number]->inserted()) return fail(fmt::format("can't get size of block device {}: No medium found", drives[number]->name()));
        const std::uint64_t size = drives[number]->size();
        if (size == 0 || size % Pflash::kSector != 0)
            return fail(Error::generic(fmt::format("system firmware block device pflash{} has invalid size {}", number, size))
                            .with_hint(fmt::format("its size must be a non-zero multiple of {:#x}", Pflash::kSector)));
        if (size > most || k4GiB - end > most - size) return fail(fmt::format("combined size of system firmware exceeds {} bytes", most));
        RHEA_CHECK(chip->insert(machine.block(), *drives[number], machine.memory(), end));
        chips_[number] = chip;
        end = chip->base();
    }
    if (!chips_[0]) return {};
    const auto firmware = chips_[0]->bytes();
    const auto low = firmware.last(std::min<std::size_t>(firmware.size(), kLowCopy));
    low_copy_.assign(low.begin(), low.end());
    low_mapping_.emplace(machine.memory(),
                         AddressSpace::Region{.name = "isa-bios", .base = kMiB - low_copy_.size(), .size = low_copy_.size(), .memory = low_copy_.data(),
                                              .read_only = true, .priority = GuestMemory::kLegacyPriority});
    return {};
}

void PcFlash::add_to(Bus& system_bus) {
    for (Pflash* chip : chips_)
        if (chip) system_bus.add(*chip);
}

}  // namespace rhea
