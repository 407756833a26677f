#pragma once
/// /machine/unattached: the board's devices, and, made up when somebody looks, the memory regions and interrupt lines of the board that
/// belong to none of them.
#include "machine/qom/object.h"

namespace rhea {

class Machine;

class BoardRegions final : public qom::Object {
public:
    /// `machine` outlives it.
    explicit BoardRegions(const Machine& machine);

    void list_extras(const std::function<void(Extra)>& visit) const override;
    const Machine& machine() const { return machine_; }

private:
    const Machine& machine_;
};

}  // namespace rhea
