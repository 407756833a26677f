#pragma once
/// The property "chardev" of a device: the character device that its bytes go through.
#include "chardev/chardev.h"
#include "machine/qom/object.h"

namespace rhea {

class Chardevs;

/// The one that `values` name, free for use; null when they name none. Errors with QEMU's texts, in which the device is called
/// `device` (empty: as its type).
Result<Chardev*> chardev_of(Chardevs& chardevs, const qom::Values& values, std::string_view device = {});

}  // namespace rhea
