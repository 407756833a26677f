#pragma once
/// All trace points of the emulator as something that can be turned on and off by name.
#include <atomic>
#include <string>
#include <string_view>
#include <vector>

namespace rhea {

class CommandTable;

/// Refers to a flag that outlives it: a room's, or a command's row.
struct TraceSwitch {
    std::string name;
    std::atomic<bool>* point = nullptr;
    bool* command = nullptr;

    bool on() const { return point ? point->load(std::memory_order_relaxed) : *command; }
    void set(bool on) const {
        if (point) point->store(on, std::memory_order_relaxed);
        else *command = on;
    }
};

/// Those of the rooms' tables.
std::vector<TraceSwitch> room_trace_switches();
/// qmp_enter_COMMAND and qmp_exit_COMMAND of every row. Valid until a row is added.
std::vector<TraceSwitch> command_trace_switches(CommandTable& commands);

/// A name is a pattern when it has a '*'.
inline bool is_trace_pattern(std::string_view name) { return name.find('*') != name.npos; }
/// The switches that a name or pattern means.
std::vector<TraceSwitch> matching(const std::vector<TraceSwitch>& switches, std::string_view name);

/// What -trace and -d trace: take: a name or pattern; a '-' in front of it turns off. False: nothing has that name.
bool apply_trace_pattern(const std::vector<TraceSwitch>& switches, std::string_view pattern);

}  // namespace rhea
