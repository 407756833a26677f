#pragma once
/// The accelerators that -accel takes, as QOM types.
#include "machine/qom/type.h"

namespace rhea::qom {

extern const Type kAccel, kTcgAccel, kKvmAccel, kQtestAccel;

}  // namespace rhea::qom
