#include "monitor/command_table.h"

#include <algorithm>

#include "monitor/trace_points.h"

namespace rhea {

std::string command_trace_name(std::string_view prefix, std::string_view command) {
    std::string name = std::string(prefix).append(command);
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

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
