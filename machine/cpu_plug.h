#pragma once
/// -device and device_add of a CPU: which place it asks for, and whether that one is free.
#include <memory>

#include "machine/qom/object.h"

namespace rhea {

/// Of all CPU models. The checks are QEMU's; a CPU that passes them cannot be plugged in by this build.
Result<std::unique_ptr<qom::Object>> create_cpu(qom::Creation& creation);

}  // namespace rhea
