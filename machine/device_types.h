#pragma once
/// The device types that -device can make.
#include "machine/device.h"
#include "qobject/convert.h"

namespace rhea {

class Machine;

/// Makes the device that `options` describe ("driver", "id", "bus", its properties) and plugs it in. `mode`: whether scalars are
/// strings. Errors with QEMU's texts.
Result<Device*> plug_device(Machine& machine, const QDict& options, InputMode mode);

}  // namespace rhea
