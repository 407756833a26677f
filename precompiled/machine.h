// The same for the machine.
#include "precompiled/engine.h"

#include "machine/qom/object.h"
