#include "monitor/command_table.h"

namespace rhea {

void CommandTable::add_row(const Command& command, void* context) {
    if (by_name_.contains(command.name)) return;  // the first row of a name counts
    by_name_.insert_or_assign(command.name, rows_.size());
    rows_.push_back(Row{&command, context});
}

const CommandTable::Row* CommandTable::find(std::string_view name) const {
    auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &rows_[found->second];
}

}  // namespace rhea
