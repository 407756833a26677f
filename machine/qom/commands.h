#pragma once
/// qom-list, qom-get, qom-set, qom-list-types, qom-list-properties, device-list-properties.
#include <vector>

namespace rhea {

class CommandTable;
namespace qom {
struct Type;
class Tree;
}

/// All types in the order of QEMU's lists.
std::vector<const qom::Type*> types_in_order();

void add_qom_commands(CommandTable& table, qom::Tree& tree);

}  // namespace rhea
