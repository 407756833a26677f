#pragma once
/// A cable as a bus in the device tree: "ide.0", "ID.0" of a controller with an id.
#include <memory>
#include <string>

#include "machine/devices/ide.h"

namespace rhea {

namespace qom {
class Tree;
}

class IdeBus final : public Bus {
public:
    /// `number`: of the controller's. `first_serial`: of the drive that is its first unit.
    IdeBus(std::string name, IdeCable& cable, unsigned number, unsigned first_serial)
        : Bus(kIdeBus, std::move(name)), cable_(cable), number_(number), first_serial_(first_serial) {}

    unsigned channel() const { return number_; }
    IdeCable& cable() const { return cable_; }
    bool full() const override { return cable_.full(); }
    bool hotpluggable() const override { return false; }

    /// Makes an ide-hd or ide-cd as `values` want it. `backend`: see plug_ide_drive.
    Result<std::unique_ptr<IdeDrive>> make_drive(qom::Values values, BlockBackend* backend, std::string called = {});

private:
    IdeCable& cable_;
    unsigned number_, first_serial_;
};

/// What a new controller's buses are called, and the number of its first drive: both go on from those that are there.
struct IdeNumbering {
    unsigned first_bus = 0, first_serial = 1;
    std::string bus_name(const std::string& controller_id, unsigned number) const;
};
IdeNumbering next_ide_numbers(const qom::Tree& tree);

}  // namespace rhea
