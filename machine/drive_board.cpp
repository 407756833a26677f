#include "machine/drive_board.h"

#include <fmt/format.h>

#include "machine/devices/ahci.h"
#include "machine/devices/atapi.h"
#include "machine/devices/floppy_dma.h"
#include "machine/devices/ide_disk.h"
#include "machine/devices/ide_piix3.h"
#include "machine/machine.h"
#include "machine/pc_board.h"
#include "machine/qdev.h"

namespace rhea {

namespace {

constexpr unsigned kIdeDevfn = 1 << 3 | 1;

}  // namespace

DriveBoard::DriveBoard() = default;
DriveBoard::~DriveBoard() = default;

Result<void> DriveBoard::add_floppy(Machine& machine, Gsi& gsi, Bus& isa, I8257& dma) {
    auto channel = std::make_unique<BoardFloppyDma>(dma);
    auto controller =
        std::make_unique<FloppyController>(machine.ports(), machine.clocks(), gsi.line(FloppyController::kIrq), channel.get());
    channel->connect(*controller);
    qom::Values values(FloppyController::kType);
    RHEA_CHECK(apply_globals(machine, values));
    controller->values().merge(values);
    floppy_dma_ = std::move(channel);
    floppies_ = controller.get();
    isa.add(*controller);
    machine.devices().add_onboard(std::move(controller));
    return {};
}

Result<void> DriveBoard::attach_floppies(Machine& machine) {
    if (!floppies_) return {};
    for (unsigned unit = 0; unit < FloppyController::kUnits; ++unit) {
        DriveInfo* drive = machine.block().find_drive_at(DriveInterface::floppy, 0, static_cast<int>(unit));
        if (!drive) continue;
        drive->claimed = true;
        qom::Values values(FloppyDrive::kType);
        RHEA_CHECK(apply_globals(machine, values));
        RHEA_CHECK(values.set("unit", QObject(static_cast<int>(unit)), InputMode::json));
        machine.devices().add_onboard(RHEA_TRY(floppies_->bus().make_drive(std::move(values), *drive->backend)));
    }
    return {};
}

bool DriveBoard::has_floppies(Machine& machine) {
    for (unsigned unit = 0; unit < FloppyController::kUnits; ++unit)
        if (machine.block().find_drive_at(DriveInterface::floppy, 0, static_cast<int>(unit))) return true;
    return false;
}

Result<void> DriveBoard::add_sata(Machine& machine, PciBus& pci, unsigned devfn) {
    qom::Values values(Ahci::kType);
    RHEA_CHECK(apply_globals(machine, values));
    auto sata = std::make_unique<Ahci>(std::move(values), IdeNumbering{}, std::string());
    sata->set_multifunction();
    for (unsigned port = 0; port < Ahci::kPorts; ++port) ide_buses_.push_back(&sata->bus_of(port));
    RHEA_CHECK(pci.plug(*sata, devfn));
    machine.devices().add_onboard(std::move(sata));
    return {};
}

void DriveBoard::add_ide(Machine& machine, Gsi& gsi, PciBus& pci) {
    auto ide = std::make_unique<Piix3Ide>(machine.ports(), gsi.line(IdeController::kPrimaryIrq), gsi.line(IdeController::kSecondaryIrq));
    ide_ = ide.get();
    for (unsigned channel = 0; channel < IdeController::kChannels; ++channel) ide_buses_.push_back(&ide->channel_bus(channel));
    apply_version(machine, ide->values());
    const auto plugged = pci.plug(*ide, kIdeDevfn);
    (void)plugged;      // its place is the board's
    machine.devices().add_onboard(std::move(ide));
}

Result<void> DriveBoard::attach_disks(Machine& machine) {
    for (IdeBus* bus : ide_buses_) {
        for (unsigned unit = 0; unit < bus->cable().units(); ++unit) {
            DriveInfo* drive = machine.block().find_drive_at(DriveInterface::ide, static_cast<int>(bus->channel()), static_cast<int>(unit));
            if (!drive) continue;
            drive->claimed = true;
            qom::Values values(drive->media == DriveMedia::cdrom ? IdeCdrom::kType : IdeDisk::kType);
            RHEA_CHECK(apply_globals(machine, values));
            RHEA_CHECK(values.set("unit", QObject(static_cast<int>(unit)), InputMode::json));
            machine.devices().add_onboard(RHEA_TRY(bus->make_drive(std::move(values), drive->backend)));
        }
    }
    return {};
}

namespace {

/// The controllers where the firmware looks.
std::vector<FloppyController*> usual_controllers(const Machine& machine) {
    std::vector<FloppyController*> found;
    machine.devices().for_each_device([&](Device& device) {
        if (&device.type() != &FloppyController::kType || device.values().integer("iobase") != FloppyController::kBase) return;
        found.push_back(&static_cast<FloppyController&>(device));
    });
    return found;
}

}  // namespace

void DriveBoard::warn_of_floppies(const Machine& machine, const cli::Reporter& reporter) {
    if (usual_controllers(machine).size() < 2) return;
    reporter.warning(fmt::format("multiple floppy disk controllers with iobase={:#x} have been found", FloppyController::kBase));
    reporter.hint("the one being picked for CMOS setup might not reflect your intent");
}

void DriveBoard::fill_cmos(const Machine& machine, Mc146818Rtc& rtc) const {
    const auto controllers = usual_controllers(machine);
    std::vector<const IdeCable*> cables;
    for (const IdeBus* bus : ide_buses_) cables.push_back(&bus->cable());
    fill_cmos_drives(cables, controllers.empty() ? nullptr : controllers.front(),
                     [&rtc](std::uint8_t index, std::uint8_t value) { rtc.set_cmos(index, value); });
}

}  // namespace rhea
