#pragma once
/// The board's drive controllers, and the drives that -drive and -device put on them.
#include <string>

#include <memory>

#include "machine/device.h"
#include "qobject/error.h"
#include "qobject/qobject.h"

namespace rhea {

namespace cli {
class Reporter;
}
class FloppyController;
class FloppyDma;
class I8257;
class Gsi;
class Machine;
class Mc146818Rtc;
class PciBus;
class Piix3Ide;

/// Part of the board.
class DriveBoard {
public:
    DriveBoard();
    ~DriveBoard();

    /// The controllers, each at its place in the numbering of the board's devices. `machine` outlives all of it.
    Result<void> add_floppy(Machine& machine, Gsi& gsi, Bus& isa, I8257& dma);
    void add_ide(Machine& machine, Gsi& gsi, PciBus& pci);
    /// Drives for what -drive asked for and for the default CD-ROM drive.
    Result<void> attach_floppies(Machine& machine);
    Result<void> attach_disks(Machine& machine);
    /// When there is more than one floppy controller where the firmware looks.
    static void warn_of_floppies(const Machine& machine, const cli::Reporter& reporter);
    /// What the firmware wants to know of the drives.
    void fill_cmos(Mc146818Rtc& rtc) const;

    Piix3Ide* ide() const { return ide_; }
    FloppyController* floppies() const { return floppies_; }

private:
    Piix3Ide* ide_ = nullptr;
    FloppyController* floppies_ = nullptr;
    std::unique_ptr<FloppyDma> floppy_dma_;
};

}  // namespace rhea
