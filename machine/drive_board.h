#pragma once
/// The board's drive controllers, and the drives that -drive and -device put on them.
#include <string>

#include <memory>
#include <vector>

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
class Ahci;
class IdeBus;
class Piix3Ide;

/// Part of the board.
class DriveBoard {
public:
    DriveBoard();
    ~DriveBoard();

    /// The controllers, each at its place in the numbering of the board's devices. `machine` outlives all of it.
    Result<void> add_floppy(Machine& machine, Gsi& gsi, Bus& isa, I8257& dma);
    void add_ide(Machine& machine, Gsi& gsi, PciBus& pci);
    Result<void> add_sata(Machine& machine, PciBus& pci, unsigned devfn);
    /// -drive asks for one.
    static bool has_floppies(Machine& machine);
    /// Drives for what -drive asked for and for the default CD-ROM drive.
    Result<void> attach_floppies(Machine& machine);
    Result<void> attach_disks(Machine& machine);
    /// When there is more than one floppy controller where the firmware looks.
    static void warn_of_floppies(const Machine& machine, const cli::Reporter& reporter);
    /// What the firmware wants to know of the drives.
    void fill_cmos(const Machine& machine, Mc146818Rtc& rtc) const;

    FloppyController* floppies() const { return floppies_; }

private:
    /// Where -drive if=ide goes: each of its buses.
    std::vector<IdeBus*> ide_buses_;
    Piix3Ide* ide_ = nullptr;      // null: the drives are on SATA
    FloppyController* floppies_ = nullptr;
    std::unique_ptr<FloppyDma> floppy_dma_;
};

}  // namespace rhea
