#include "machine/hmp.h"

#include "machine/machine.h"

namespace rhea {

void add_hmp_commands(HmpInterpreter& hmp, Machine& machine) {
    HmpTable& table = hmp.table();
    add_lifecycle_hmp(table, machine.life());
    hmp.set_cpus([&machine] { return static_cast<std::int64_t>(machine.cpus().size()); }, {});
}

}  // namespace rhea
