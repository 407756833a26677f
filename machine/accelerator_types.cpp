#include "machine/accelerator_types.h"

#include "machine/qom/basic_types.h"

namespace rhea::qom {

constinit const Type kAccel{.name = "accel", .parent = &kObject};
constinit const Type kTcgAccel{.name = "tcg-accel", .parent = &kAccel};
constinit const Type kKvmAccel{.name = "kvm-accel", .parent = &kAccel};
constinit const Type kQtestAccel{.name = "qtest-accel", .parent = &kAccel};

}  // namespace rhea::qom
