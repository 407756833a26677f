#pragma once
/// qom-list, qom-get, qom-set, qom-list-types, qom-list-properties, device-list-properties.
namespace rhea {

class CommandTable;
namespace qom {
class Tree;
}

void add_qom_commands(CommandTable& table, qom::Tree& tree);

}  // namespace rhea
