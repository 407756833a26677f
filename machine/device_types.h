#pragma once
/// The device types that -device can make.
#include "machine/cli/process.h"
#include "machine/device.h"
#include "qobject/convert.h"

namespace rhea {

class Machine;

/// What -global says of the properties of a type: all strings.
QDict global_properties(const Machine& machine, std::string_view type);
/// Warns of -global lines that reach no device type.
void warn_of_globals(const Machine& machine, const cli::Reporter& reporter);

/// Makes the device that `options` describe ("driver", "id", "bus", its properties) and plugs it in. `mode`: whether scalars are
/// strings. Errors with QEMU's texts.
Result<Device*> plug_device(Machine& machine, const QDict& options, InputMode mode);

}  // namespace rhea
