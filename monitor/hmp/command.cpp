#include "monitor/hmp/command.h"

#include <algorithm>

namespace rhea {

bool HmpCommand::has_name(std::string_view name) const {
    for (std::string_view rest = names; !rest.empty();) {
        const std::size_t end = rest.find('|');
        if (rest.substr(0, end) == name) return true;
        rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    }
    return false;
}

HmpTable::Row HmpTable::find(const std::vector<Family>& families, std::string_view name) {
    for (const Family& family : families)
        for (const HmpCommand& command : family.commands)
            if (command.has_name(name)) return {&command, family.context};
    return {};
}

const HmpCompleter* HmpTable::find_completer(std::string_view what) const {
    for (const auto& completers : completers_)
        for (const HmpCompleter& completer : completers)
            if (completer.what == what) return &completer;
    return nullptr;
}

std::vector<HmpTable::Row> HmpTable::sorted(const std::vector<Family>& families) {
    std::vector<Row> rows;
    for (const Family& family : families)
        for (const HmpCommand& command : family.commands)
            if (command.listed) rows.push_back({&command, family.context});
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.command->names < b.command->names; });
    return rows;
}

}  // namespace rhea
