#pragma once
/// The two channels of a pc's IDE controller, and the drives on them.
#include <array>
#include <cstdint>
#include <functional>
#include <memory>

#include "machine/devices/ide_channel.h"
#include "machine/devices/ide_drive.h"

namespace rhea {

class FloppyController;

/// Makes an ide-hd or ide-cd on a cable; the caller puts it into the device tree, which owns it. Without `unit` in the options it is the
/// first free one. `backend` may be null where no drive= was given (an ide-cd needs an empty one). On failure an anonymous backend is
/// gone. `first_serial`: of the drive that is the first unit, unless the options name one.
Result<std::unique_ptr<IdeDrive>> plug_ide_drive(IdeCable& cable, bool cdrom, const IdeOptions& options, BlockBackend* backend, unsigned first_serial);

/// Loop thread only.
class IdeController {
public:
    static constexpr unsigned kChannels = 2;
    static constexpr unsigned kPrimaryIrq = 14, kSecondaryIrq = 15;

    /// Ports 0x1f0, 0x3f6 and 0x170, 0x376. `ports` and `memory` outlive it.
    IdeController(AddressSpace& ports, IrqLine primary, IrqLine secondary, IdeMemory& memory);

    IdeChannel& channel(unsigned index) { return *channels_[index]; }
    const IdeChannel& channel(unsigned index) const { return *channels_[index]; }
    IdeDrive* drive(unsigned channel, unsigned unit) const { return channels_[channel]->drive(unit); }

    /// Where -device without bus= goes: the last channel that has room, or the last one.
    unsigned default_channel() const;
    /// As plug_ide_drive does it.
    Result<std::unique_ptr<IdeDrive>> plug(unsigned channel, bool cdrom, const IdeOptions& options, BlockBackend* backend);

    /// Power-up state of channels and drives.
    void reset();

private:
    std::array<std::unique_ptr<IdeChannel>, kChannels> channels_;
};

/// Writes what the BIOS wants to know of the drives into CMOS bytes 0x10, 0x12, 0x14, 0x19-0x2c and 0x39. `cables`: the first ones of
/// the board's controller. `floppies` may be null: it is not there.
void fill_cmos_drives(std::span<const IdeCable* const> cables, const FloppyController* floppies,
                      const std::function<void(std::uint8_t index, std::uint8_t value)>& set);

}  // namespace rhea
