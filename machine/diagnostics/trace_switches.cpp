#include "machine/diagnostics/trace_switches.h"

#include "chardev/trace_points.h"
#include "machine/block/trace_points.h"
#include "machine/devices/trace_points.h"
#include "machine/trace_points.h"
#include "machine/vnc/trace_points.h"
#include "monitor/command_table.h"
#include "monitor/trace_points.h"

namespace rhea {

std::vector<TraceSwitch> room_trace_switches() {
    std::vector<TraceSwitch> all;
    for (const TraceTable& table :
         {trace_table<kJobTracePoints>(), trace_table<kMonitorTracePoints>(), trace_table<kBlockTracePoints>(),
          trace_table<kChardevTracePoints>(), trace_table<kDeviceTracePoints>(), trace_table<kMachineTracePoints>(),
          trace_table<kVncTracePoints>()})
        for (std::size_t i = 0; i < table.names.size(); ++i) all.push_back({std::string(table.names[i]), &table.flags[i]});
    return all;
}

std::vector<TraceSwitch> command_trace_switches(CommandTable& commands) {
    std::vector<TraceSwitch> all;
    for (CommandTable::Row& row : commands.rows()) {
        all.push_back({command_trace_name("qmp_enter_", row.command->name), nullptr, &row.trace_enter});
        all.push_back({command_trace_name("qmp_exit_", row.command->name), nullptr, &row.trace_exit});
    }
    return all;
}

std::vector<TraceSwitch> matching(const std::vector<TraceSwitch>& switches, std::string_view name) {
    std::vector<TraceSwitch> found;
    for (const TraceSwitch& one : switches)
        if (is_trace_pattern(name) ? matches_pattern(name, one.name) : one.name == name) found.push_back(one);
    return found;
}

bool apply_trace_pattern(const std::vector<TraceSwitch>& switches, std::string_view pattern) {
    const bool on = !pattern.starts_with('-');
    if (!on) pattern.remove_prefix(1);
    const auto found = matching(switches, pattern);
    for (const TraceSwitch& one : found) one.set(on);
    return !found.empty() || is_trace_pattern(pattern);
}

}  // namespace rhea
