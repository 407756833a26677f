#include "machine/drive_board.h"

#include <fmt/format.h>

#include "machine/device_types.h"
#include "machine/devices/floppy.h"
#include "machine/devices/ide_piix3.h"
#include "machine/machine.h"
#include "machine/pc_board.h"

namespace rhea {

namespace {

constexpr unsigned kIdeDevfn = 1 << 3 | 1;

/// The value of drive=, looked up; null when it was not given.
Result<BlockBackend*> backend_of(Machine& machine, std::string_view type, const std::optional<std::string>& drive) {
    if (!drive) return nullptr;
    return machine.block().backend_for_property(fmt::format("{}.drive", type), *drive);
}

}  // namespace

void DriveBoard::add_floppy(Machine& machine, Gsi& gsi) {
    auto controller = std::make_unique<FloppyController>(machine.ports(), machine.clocks(), gsi.line(FloppyController::kIrq), nullptr);
    floppies_ = controller.get();
    machine.devices().add_onboard(std::move(controller));
}

Result<void> DriveBoard::attach_floppies(Machine& machine) {
    for (unsigned unit = 0; unit < FloppyController::kUnits; ++unit) {
        DriveInfo* drive = machine.block().find_drive_at(DriveInterface::floppy, 0, static_cast<int>(unit));
        if (!drive) continue;
        drive->claimed = true;
        FloppyOptions options = RHEA_TRY(parse_floppy_options(global_properties(machine, "floppy")));
        options.unit = unit;
        machine.devices().add_onboard(RHEA_TRY(floppies_->plug(options, *drive->backend)));
    }
    return {};
}

void DriveBoard::add_ide(Machine& machine, Gsi& gsi, PciBus& pci) {
    auto ide = std::make_unique<Piix3Ide>(machine.ports(), gsi);
    ide_ = ide.get();
    const auto plugged = pci.plug(*ide, kIdeDevfn);
    (void)plugged;      // its place is the board's
    machine.devices().add_onboard(std::move(ide));
}

Result<void> DriveBoard::attach_disks(Machine& machine) {
    for (unsigned channel = 0; channel < IdeController::kChannels; ++channel) {
        for (unsigned unit = 0; unit < IdeChannel::kUnits; ++unit) {
            DriveInfo* drive = machine.block().find_drive_at(DriveInterface::ide, static_cast<int>(channel), static_cast<int>(unit));
            if (!drive) continue;
            drive->claimed = true;
            const bool cdrom = drive->media == DriveMedia::cdrom;
            IdeOptions options = RHEA_TRY(parse_ide_options(global_properties(machine, cdrom ? "ide-cd" : "ide-hd"), cdrom));
            options.unit = unit;
            auto made = RHEA_TRY(ide_->controller().plug(channel, cdrom, options, drive->backend));
            machine.devices().add_onboard(std::move(made));
        }
    }
    return {};
}

void DriveBoard::fill_cmos(Mc146818Rtc& rtc) const {
    fill_cmos_drives(ide_->controller(), floppies_, [&rtc](std::uint8_t index, std::uint8_t value) { rtc.set_cmos(index, value); });
}

Result<Device*> plug_ide_drive(Machine& machine, const QDict& properties, const std::string& id, bool cdrom) {
    const IdeOptions options = RHEA_TRY(parse_ide_options(properties, cdrom));
    IdeController& controller = machine.board()->drives().ide()->controller();
    unsigned channel = controller.default_channel();
    if (options.bus) channel = *options.bus == "ide.1" ? 1 : 0;
    BlockBackend* backend = RHEA_TRY(backend_of(machine, cdrom ? "ide-cd" : "ide-hd", options.drive));
    if (!backend && cdrom) backend = &machine.block().make_empty_backend();
    auto made = RHEA_TRY(controller.plug(channel, cdrom, options, backend));
    return &machine.devices().plug(std::move(made), id);
}

Result<Device*> plug_floppy_drive(Machine& machine, const QDict& properties, const std::string& id) {
    const FloppyOptions options = RHEA_TRY(parse_floppy_options(properties));
    BlockBackend* backend = RHEA_TRY(backend_of(machine, "floppy", options.drive));
    if (!backend) backend = &machine.block().make_empty_backend();
    auto made = RHEA_TRY(machine.board()->drives().floppies()->plug(options, *backend));
    return &machine.devices().plug(std::move(made), id);
}

}  // namespace rhea
