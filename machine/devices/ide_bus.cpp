#include "machine/devices/ide_bus.h"

#include <fmt/format.h>

#include "machine/devices/atapi.h"
#include "machine/qom/tree.h"

namespace rhea {

Result<std::unique_ptr<IdeDrive>> IdeBus::make_drive(qom::Values values, BlockBackend* backend, std::string called) {
    const bool cdrom = &values.type() == &IdeCdrom::kType;
    IdeOptions options = RHEA_TRY(parse_ide_options(values.to_qdict(), cdrom, InputMode::json));
    options.called = std::move(called);
    auto drive = RHEA_TRY(plug_ide_drive(cable_, cdrom, options, backend, first_serial_));
    drive->values() = std::move(values);
    add(*drive);
    return drive;
}

std::string IdeNumbering::bus_name(const std::string& controller_id, unsigned number) const {
    return controller_id.empty() ? fmt::format("ide.{}", first_bus + number) : fmt::format("{}.{}", controller_id, number);
}

IdeNumbering next_ide_numbers(const qom::Tree& tree) {
    IdeNumbering next;
    tree.for_each_device([&next](Device& device) {
        device.for_each_child([&next](const qom::Object& child) {
            const auto* bus = dynamic_cast<const IdeBus*>(&child);
            if (!bus) return;
            next.first_serial += IdeCable::kMostUnits;
            next.first_bus += bus->bus_name().starts_with("ide.");
        });
    });
    return next;
}

}  // namespace rhea
