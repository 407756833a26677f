#pragma once
/// The machine as an object: /machine, with what -machine, -smp, -m and -boot said.
#include <span>

#include "machine/qom/object.h"

namespace rhea {

class Machine;

class MachineObject final : public qom::Object {
public:
    /// `machine` outlives it.
    explicit MachineObject(Machine& machine);

    QObject read(const qom::Property& property) const override;
    void list_extras(const std::function<void(Extra)>& visit) const override;

    Machine& machine() const { return machine_; }

private:
    Machine& machine_;
};

/// "machine" and what descends from it.
extern const qom::Type kMachineType, kX86MachineType, kGenericPcType;
/// Those of the machine types, in their order.
std::span<const qom::Type> machine_object_types();

}  // namespace rhea
