#pragma once
/// The types at the root of the others, and the interfaces.
#include "machine/qom/type.h"

namespace rhea::qom {

extern const Type kObject, kContainer, kMemoryRegion, kIrq;
/// Interfaces: they say what an object can be used for.
extern const Type kInterface, kResettable, kVmstateIf, kHotplugHandler, kNmi, kConventionalPci, kExpressPci, kUserCreatable, kIntctrl,
    kAcpiAml, kAcpiDevice, kMemoryDevice, kFwPathProvider, kIsaDma;

}  // namespace rhea::qom
