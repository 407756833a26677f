#include "machine/devices/ide.h"

#include <fmt/format.h>

#include "machine/devices/atapi.h"
#include "machine/devices/floppy.h"
#include "machine/devices/ide_disk.h"

namespace rhea {

IdeController::IdeController(AddressSpace& ports, IrqLine primary, IrqLine secondary, IdeMemory& memory)
    : channels_{std::make_unique<IdeChannel>(ports, 0x1f0, 0x3f6, primary, memory),
                std::make_unique<IdeChannel>(ports, 0x170, 0x376, secondary, memory)} {}

unsigned IdeController::default_channel() const {
    for (unsigned i = kChannels; i-- > 0;)
        if (!channels_[i]->full()) return i;
    return kChannels - 1;
}

void IdeController::reset() {
    for (auto& channel : channels_) channel->reset();
}

namespace {

Result<unsigned> choose_unit(const IdeCable& cable, const IdeOptions& options) {
    const unsigned unit = options.unit.value_or(cable.drive(0) ? 1 : 0);
    if (unit >= cable.units()) return fail(fmt::format("Can't create IDE unit {}, bus supports only {} units", unit, cable.units()));
    if (cable.drive(unit)) return fail(fmt::format("IDE unit {} is in use", unit));
    return unit;
}

template <class Drive>
Result<std::unique_ptr<IdeDrive>> create(BlockBackend& backend, const IdeOptions& options, const std::string& serial) {
    return std::unique_ptr<IdeDrive>(RHEA_TRY(Drive::create(backend, options, serial)));
}

}  // namespace

Result<std::unique_ptr<IdeDrive>> plug_ide_drive(IdeCable& cable, bool cdrom, const IdeOptions& options, BlockBackend* backend, unsigned first_serial) {
    auto drive = [&]() -> Result<std::unique_ptr<IdeDrive>> {
        const auto unit = RHEA_TRY(choose_unit(cable, options));
        if (!backend) return fail("No drive specified");
        const std::string serial = fmt::format("QM{:05}", first_serial + unit);
        auto made = RHEA_TRY(cdrom ? create<IdeCdrom>(*backend, options, serial) : create<IdeDisk>(*backend, options, serial));
        cable.connect(unit, *made);
        return made;
    }();
    if (!drive && backend && backend->name().empty() && !backend->device()) backend->detach();
    return drive;
}

/// The drives of a pc are numbered whether they are there or not.
Result<std::unique_ptr<IdeDrive>> IdeController::plug(unsigned channel, bool cdrom, const IdeOptions& options, BlockBackend* backend) {
    return plug_ide_drive(*channels_[channel], cdrom, options, backend, channel * IdeChannel::kUnits + 1);
}

// --- CMOS -----------------------------------------------------------------------------------------------------------------

namespace {

constexpr std::uint8_t kCmosFloppies = 0x10, kCmosDisks = 0x12, kCmosEquipment = 0x14, kCmosTranslation = 0x39;
constexpr std::uint8_t kEquipment = 0x06;     // a coprocessor and a mouse
constexpr unsigned kCmosCables = 2;
constexpr std::uint8_t kUserType = 47;      // "geometry follows"
/// Of the disks on the primary channel.
struct CmosDisk {
    std::uint8_t type, geometry;
};
constexpr CmosDisk kCmosDisk[] = {{0x19, 0x1b}, {0x1a, 0x24}};

std::uint8_t translation_bits(BiosAtaTranslation translation) {
    switch (translation) {
        case BiosAtaTranslation::lba: return 1;
        case BiosAtaTranslation::large: return 2;
        case BiosAtaTranslation::rechs: return 3;
        default: return 0;
    }
}

}  // namespace

void fill_cmos_drives(std::span<const IdeCable* const> cables, const FloppyController* floppies,
                      const std::function<void(std::uint8_t index, std::uint8_t value)>& set) {
    set(kCmosFloppies, floppies ? floppies->cmos_types() : 0);
    const unsigned count = floppies ? floppies->drive_count() : 0;
    set(kCmosEquipment, static_cast<std::uint8_t>(kEquipment | (count == 0 ? 0 : 1 | (count - 1) << 6)));
    std::uint8_t present = 0, translations = 0;
    for (unsigned number = 0; number < kCmosCables * IdeCable::kMostUnits; ++number) {
        const unsigned cable = number / IdeCable::kMostUnits, unit = number % IdeCable::kMostUnits;
        if (cable >= cables.size() || unit >= cables[cable]->units()) continue;
        const auto* disk = dynamic_cast<const IdeDisk*>(cables[cable]->drive(unit));
        if (!disk) continue;
        const auto& geometry = disk->geometry();
        translations |= static_cast<std::uint8_t>(translation_bits(geometry.translation) << (2 * number));
        if (number >= std::size(kCmosDisk)) continue;
        present |= number == 0 ? 0xf0 : 0x0f;
        set(kCmosDisk[number].type, kUserType);
        const auto low = static_cast<std::uint8_t>(geometry.cylinders), high = static_cast<std::uint8_t>(geometry.cylinders >> 8);
        const std::uint8_t bytes[] = {low, high, static_cast<std::uint8_t>(geometry.heads), 0xff, 0xff,      // no write precompensation
                                      static_cast<std::uint8_t>(0xc0 | (geometry.heads > 8 ? 0x08 : 0)), low, high,
                                      static_cast<std::uint8_t>(geometry.sectors)};
        for (std::uint8_t i = 0; i < std::size(bytes); ++i) set(static_cast<std::uint8_t>(kCmosDisk[number].geometry + i), bytes[i]);
    }
    set(kCmosDisks, present);
    set(kCmosTranslation, translations);
}

}  // namespace rhea
