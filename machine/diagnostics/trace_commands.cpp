#include <fmt/format.h>

#include "machine/diagnostics/commands.h"
#include "machine/diagnostics/trace_switches.h"
#include "machine/machine.h"
#include "monitor/command_table.h"

namespace rhea {

enum class TraceEventState { unavailable, disabled, enabled };
template <>
inline constexpr auto description<TraceEventState> = enumeration<TraceEventState>("TraceEventState", "unavailable",
                                                                                  "disabled", "enabled");

struct TraceEventInfo {
    std::string name;
    TraceEventState state{};
    bool vcpu = false;
};
template <>
inline constexpr auto description<TraceEventInfo> = object("TraceEventInfo", member<&TraceEventInfo::name>("name"),
                                                           member<&TraceEventInfo::state>("state"),
                                                           member<&TraceEventInfo::vcpu>("vcpu"));

struct TraceEventGetState {
    std::string name;
    std::optional<std::int64_t> vcpu;
};
template <>
inline constexpr auto description<TraceEventGetState> = object("q_obj_trace-event-get-state-arg",
                                                               member<&TraceEventGetState::name>("name"),
                                                               member<&TraceEventGetState::vcpu>("vcpu"));

struct TraceEventSetState {
    std::string name;
    bool enable = false;
    std::optional<bool> ignore_unavailable;
    std::optional<std::int64_t> vcpu;
};
template <>
inline constexpr auto description<TraceEventSetState> =
    object("q_obj_trace-event-set-state-arg", member<&TraceEventSetState::name>("name"),
           member<&TraceEventSetState::enable>("enable"),
           member<&TraceEventSetState::ignore_unavailable>("ignore-unavailable"), member<&TraceEventSetState::vcpu>("vcpu"));

namespace {

/// The points that a name or a pattern means. No point belongs to one virtual CPU.
Result<std::vector<TraceSwitch>> find_points(Machine& machine, const std::string& name, const std::optional<std::int64_t>& vcpu) {
    // QEMU 7.2 looks at 32 bits of the number.
    if (vcpu && !machine.find_cpu(static_cast<std::uint32_t>(*vcpu)))
        return fail(fmt::format("invalid vCPU index {}", static_cast<std::uint32_t>(*vcpu)));
    std::vector<TraceSwitch> points = matching(room_trace_switches(), name);
    for (TraceSwitch& one : matching(command_trace_switches(machine.engine().commands()), name)) points.push_back(std::move(one));
    if (is_trace_pattern(name)) return vcpu ? std::vector<TraceSwitch>{} : points;
    if (points.empty()) return fail(fmt::format("unknown event \"{}\"", name));
    if (vcpu) return fail(fmt::format("event \"{}\" is not vCPU-specific", name));
    return points;
}

Result<std::vector<TraceEventInfo>> get_state(Machine& machine, const TraceEventGetState& args) {
    const auto points = RHEA_TRY(find_points(machine, args.name, args.vcpu));
    std::vector<TraceEventInfo> infos;  // the last one first
    for (auto at = points.rbegin(); at != points.rend(); ++at)
        infos.push_back({at->name, at->on() ? TraceEventState::enabled : TraceEventState::disabled, false});
    return infos;
}

Result<Empty> set_state(Machine& machine, const TraceEventSetState& args) {
    for (const TraceSwitch& point : RHEA_TRY(find_points(machine, args.name, args.vcpu))) point.set(args.enable);
    return Empty{};
}

constexpr Command kCommands[] = {
    command<get_state>("trace-event-get-state", "Tells which trace points are on."),
    command<set_state>("trace-event-set-state", "Turns trace points on and off."),
};

}  // namespace

void add_trace_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
