#include "monitor/hmp/help.h"

#include "monitor/engine.h"
#include "monitor/hmp/interpreter.h"

namespace rhea {

namespace {

void line_of_help(HmpCall& call, const HmpCommand& command, std::string_view prefix) {
    call.print("{}{} {} -- {}\n", prefix, command.names, command.usage, command.help);
}

void list_info(HmpInterpreter& interpreter, HmpCall& call) {
    for (const HmpTable::Row& row : interpreter.table().info()) line_of_help(call, *row.command, "info ");
}

void help(HmpInterpreter& interpreter, HmpCall& call) {
    HmpTable& table = interpreter.table();
    auto words = split_hmp_words(call.arguments.text("name"));
    if (words && words->back().empty()) words->pop_back();
    if (!words) return;
    if (words->empty()) {
        for (const HmpTable::Row& row : table.commands()) line_of_help(call, *row.command, "");
        return;
    }
    const std::string& name = words->front();
    HmpTable::Row row = table.find(name);
    if (row.command && row.command->name() == "log") {
        // Its help is the list of what can be logged, which only the command knows.
        row.command->run(row.context, call);
        return;
    }
    if (row.command && row.command->name() == "info") {
        if (words->size() == 1) return list_info(interpreter, call);
        row = table.find_info((*words)[1]);
        if (!row.command) return call.print("unknown command: '{} {}'\n", name, (*words)[1]);
        return line_of_help(call, *row.command, "info ");
    }
    if (!row.command) return call.print("unknown command: '{}'\n", name);
    line_of_help(call, *row.command, "");
}

void history(HmpInterpreter&, HmpCall& call) {
    if (!call.state().history) return;
    std::size_t number = 0;
    for (const std::string& line : call.state().history->lines()) call.print("{}: '{}'\n", number++, line);
}

void version(HmpInterpreter&, HmpCall& call) {
    const Version& v = call.engine().version();
    call.print("{}.{}.{}{}\n", v.major, v.minor, v.micro, v.package);
}

/// The rows that cannot do their work because a QMP command is not there: a table for the documentation.
void missing(HmpInterpreter& interpreter, HmpCall& call) {
    const auto list = [&](const std::vector<HmpTable::Row>& rows, std::string_view prefix) {
        for (const HmpTable::Row& row : rows)
            if (!row.command->qmp.empty() && !call.has_qmp(row.command->qmp))
                call.print("| `{}{}` | `{}` |\n", prefix, row.command->name(), row.command->qmp);
    };
    list(interpreter.table().commands(), "");
    list(interpreter.table().info(), "info ");
}

constexpr HmpCommand kCommands[] = {
    hmp_command<missing>("x-org-rhea-missing", "", "", "list the commands that wait for a part of the emulator").hidden(),
    hmp_command<help>("help|?", "S? name", "[cmd]", "show what a command does, or all of them").preconfig(),
    hmp_command<list_info>("info", "", "[subcommand]", "show a part of the system's state").preconfig(),
};

constexpr HmpCommand kInfo[] = {
    hmp_command<history>("history", "", "", "show the lines entered so far").preconfig(),
    hmp_command<version>("version", "", "", "show the version").preconfig(),
};

}  // namespace

void add_hmp_basics(HmpTable& table, HmpInterpreter& interpreter) {
    table.add(kCommands, interpreter);
    table.add_info(kInfo, interpreter);
}

}  // namespace rhea
