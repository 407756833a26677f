#pragma once
/// Sound cards that are there for configuration only.
#include "machine/qom/type.h"

namespace rhea {

extern const qom::Type kAc97, kEs1370, kSb16, kCs4231a, kGus, kAdlib;

}  // namespace rhea
