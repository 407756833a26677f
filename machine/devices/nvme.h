#pragma once
/// NVMe controllers and their namespaces. A guest finds them; no command of its is executed.
#include "machine/device.h"

namespace rhea {

extern const qom::Type kNvmeBus, kNvme, kNvmeNamespace;

}  // namespace rhea
