/// human-monitor-command: one line of the human monitor over QMP.
#include <optional>

#include "monitor/engine.h"
#include "monitor/engine_commands.h"
#include "monitor/hmp/interpreter.h"

namespace rhea {

struct HumanMonitorCommand {
    std::string command_line;
    std::optional<std::int64_t> cpu_index;
};
template <>
inline constexpr auto description<HumanMonitorCommand> =
    object("q_obj_human-monitor-command-arg", member<&HumanMonitorCommand::command_line>("command-line"),
           member<&HumanMonitorCommand::cpu_index>("cpu-index"));

namespace {

void human_monitor_command(Engine& engine, const HumanMonitorCommand& args, Reply<std::string> reply) {
    const std::int64_t cpu = args.cpu_index.value_or(0);
    if (args.cpu_index && !engine.hmp().has_cpu(cpu))
        return reply.fail(Error::invalid_parameter_value("cpu-index", "a CPU number"));
    // The line may finish when this function has long returned; whatever it needs lives with its end.
    struct Line {
        HmpState state;
        Reply<std::string> reply;
    };
    auto line = std::make_shared<Line>(Line{{.cpu = cpu}, std::move(reply)});
    engine.hmp().run(args.command_line, line->state, [line](std::string&& output, bool) { line->reply.succeed(output); });
}

constexpr std::string_view kHumanFeatures[] = {"savevm-monitor-nodes"};

constexpr Command kCommands[] = {
    command<human_monitor_command>("human-monitor-command", "Carries out one line of the human monitor.")
        .with_features(kHumanFeatures),
};

}  // namespace

void add_human_monitor_command(CommandTable& table, Engine& engine) { table.add(kCommands, engine); }

}  // namespace rhea
