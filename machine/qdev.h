#pragma once
/// Devices by their description: the bus they go on, their properties, -device, device_add and device_del.
#include "machine/cli/process.h"
#include "machine/device.h"
#include "qobject/convert.h"

namespace rhea {

class Machine;

/// What the machine's version means by `values`' type, where nothing else was said yet.
void apply_version(const Machine& machine, qom::Values& values);
/// The defaults of `values`' type that are not those of the type itself: what the machine's version means by it, and then what -global
/// says of it, its ancestors and the device inside it.
Result<void> apply_globals(const Machine& machine, qom::Values& values);
/// Warns of -global lines that reach no device type.
void warn_of_globals(const Machine& machine, const cli::Reporter& reporter);

/// A PCI function whose `romfile` is said has room for that file, or none. Before it is plugged.
void fit_rom(const Machine& machine, Device& device);

/// A sound device names one of -audiodev in this property.
Result<void> check_audiodev(const Machine& machine, const qom::Values& values, std::string_view name);

/// A bus by its name ("pci.0") or path; errors name the part that is not there.
Result<Bus*> find_bus(Machine& machine, std::string_view path);
/// The bus of a kind that -device without bus= takes: the first with room, else the first; null: there is none.
Bus* find_bus_of(Machine& machine, std::string_view kind);

/// Makes the device that `options` describe ("driver", "id", "bus", its properties) and plugs it in. `mode`: whether scalars are
/// strings. `hotplugged`: while the machine is there. Errors with QEMU's texts.
Result<Device*> plug_device(Machine& machine, const QDict& options, InputMode mode, bool hotplugged = false);

}  // namespace rhea
