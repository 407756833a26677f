#pragma once
/// Types of PCI functions that are there for configuration only.
#include "machine/qom/type.h"

namespace rhea {

extern const qom::Type kSecondaryVga, kBochsDisplay, kVmwareSvga;

}  // namespace rhea
