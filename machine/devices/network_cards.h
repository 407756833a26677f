#pragma once
/// Types of network cards on PCI.
#include <array>

#include "machine/qom/type.h"

namespace rhea {

extern const qom::Type kE1000Base, kE1000, kE1000_82544gc, kE1000_82545em, kE1000e, kNe2kPci, kPcnet, kRtl8139, kTulip, kVmxnet3;
extern const std::array<qom::Type, 13> kI8255x;  ///< i82550 to i82801

}  // namespace rhea
