/// Record and replay: there is no instruction counter to do it by.
#include "machine/diagnostics/commands.h"
#include "machine/machine.h"
#include "monitor/command_table.h"

namespace rhea {

enum class ReplayMode { none, record, play };
template <>
inline constexpr auto description<ReplayMode> = enumeration<ReplayMode>("ReplayMode", "none", "record", "play");

struct ReplayInfo {
    ReplayMode mode{};
    std::optional<std::string> filename;
    std::int64_t icount = 0;
};
template <>
inline constexpr auto description<ReplayInfo> = object("ReplayInfo", member<&ReplayInfo::mode>("mode"),
                                                       member<&ReplayInfo::filename>("filename"),
                                                       member<&ReplayInfo::icount>("icount"));

struct ReplayBreak {
    std::int64_t icount = 0;
};
template <>
inline constexpr auto description<ReplayBreak> = object("q_obj_replay-break-arg", member<&ReplayBreak::icount>("icount"));

struct ReplaySeek {
    std::int64_t icount = 0;
};
template <>
inline constexpr auto description<ReplaySeek> = object("q_obj_replay-seek-arg", member<&ReplaySeek::icount>("icount"));

namespace {

Result<ReplayInfo> query_replay(Machine&, const Empty&) { return ReplayInfo{}; }
Result<Empty> replay_break(Machine&, const ReplayBreak&) {
    return fail("setting the breakpoint is allowed only in play mode");
}
Result<Empty> replay_delete_break(Machine&, const Empty&) {
    return fail("replay breakpoints are allowed only in play mode");
}
Result<Empty> replay_seek(Machine&, const ReplaySeek&) { return fail("replay must be enabled to seek"); }

constexpr Command kCommands[] = {
    command<query_replay>("query-replay", "Tells whether a run is recorded or replayed.").absent_hardware(),
    command<replay_break>("replay-break", "Stops a replay at an instruction.").absent_hardware(),
    command<replay_delete_break>("replay-delete-break", "Takes the replay's stopping point away.").absent_hardware(),
    command<replay_seek>("replay-seek", "Brings a replay to an instruction.").absent_hardware(),
};

}  // namespace

void add_replay_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
