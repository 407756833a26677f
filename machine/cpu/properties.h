#pragma once
/// The properties of x86 CPUs, as QOM has them. Made when a CPU is first looked at: most machines end without.
#include <span>

#include "machine/qom/type.h"

namespace rhea {

/// Of the class of all models, and those that every instance gets for itself.
std::span<const qom::Property> cpu_properties();
std::span<const qom::Property> cpu_instance_properties();
/// Those of "max" and "host" alone.
std::span<const qom::Property> max_cpu_properties();
/// The property that another name stands for; null: it is no other name.
const qom::Property* aliased_cpu_property(std::string_view name);

/// Types of values that the emulator alone makes.
extern const qom::ValueType kCpuWordList, kCpuPanic, kCpuNameList;

}  // namespace rhea
