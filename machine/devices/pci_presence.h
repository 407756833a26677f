#pragma once
/// Types of PCI functions that are there for configuration only.
#include "machine/qom/type.h"

namespace rhea {

extern const qom::Type kE1000Base, kE1000, kRtl8139, kSecondaryVga, kBochsDisplay, kVmwareSvga;

}  // namespace rhea
