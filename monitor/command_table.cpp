#include "monitor/command_table.h"

#include <algorithm>
#include <unordered_set>

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

std::vector<std::string_view> CommandTable::listing() const {
    std::vector<std::string_view> ordered;
    std::unordered_set<std::string_view> placed;
    for (std::string_view rest = order_; !rest.empty();) {
        const std::string_view name = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(name.size() + 1, rest.size()));
        if (by_name_.contains(name) && placed.insert(name).second) ordered.push_back(name);
    }
    std::vector<std::string_view> names;
    for (auto row = rows_.rbegin(); row != rows_.rend(); ++row)
        if (!placed.contains(row->command->name)) names.push_back(row->command->name);
    names.insert(names.end(), ordered.begin(), ordered.end());
    return names;
}

}  // namespace rhea
