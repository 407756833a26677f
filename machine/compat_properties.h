#pragma once
/// What the devices and CPUs of older machine types have by default, where the newest type's have something else: data, each fact at
/// the last version that it holds for.
#include <algorithm>
#include <span>
#include <string_view>

#include "machine/machine_types.h"
#include "machine/qom/type.h"

namespace rhea {

struct CompatProperty {
    MachineVersion until;                         ///< machines of this version and all older ones
    std::string_view types;                       ///< names between spaces: "ide-cd ide-hd"; what descends from them is meant too
    std::string_view property, value;             ///< as -global has them
};

/// The newest first, so that of two rows about one property the later holds.
std::span<const CompatProperty> compat_properties();

/// Calls `visit(type, row)` for what a machine has of it, one type at a time.
template <class Visit>
void for_each_compat_property(const MachineType& machine, Visit&& visit) {
    if (machine.is_newest()) return;
    for (const CompatProperty& row : compat_properties()) {
        if (row.until < machine.version) return;
        for (std::string_view rest = row.types; !rest.empty();) {
            const std::string_view type = rest.substr(0, rest.find(' '));
            visit(type, row);
            rest.remove_prefix(std::min(rest.size(), type.size() + 1));
        }
    }
}

/// Whether a type, or one that it descends from, has this name; by names alone, since this is asked often.
bool descends_from(const qom::Type& type, std::string_view name);

/// Calls `visit(row)` for what a machine has of objects of one type, and of the device inside them.
template <class Visit>
void for_each_compat_property(const MachineType& machine, const qom::Type& type, Visit&& visit) {
    for_each_compat_property(machine, [&](std::string_view name, const CompatProperty& row) {
        if (descends_from(type, name) || (type.part && descends_from(*type.part, name))) visit(row);
    });
}

}  // namespace rhea
