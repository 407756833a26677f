#include "monitor/hmp/interpreter.h"

#include <dirent.h>
#include <sys/stat.h>

#include "monitor/engine.h"
#include "monitor/hmp/help.h"
#include "monitor/trace_points.h"

namespace rhea {

namespace {

constexpr bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view without_leading_blanks(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    return text;
}

/// A command's name ends at a blank, or at the '/' of a format.
std::string_view name_at(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && text[length] != '/' && !is_blank(text[length])) ++length;
    return text.substr(0, length);
}

/// The entries of a directory; directories end in '/'. Never more than kFiles, so that a key costs little.
void complete_file(HmpCompletion& completion) {
    constexpr std::size_t kFiles = 4096;
    const std::string typed(completion.typed());
    const std::size_t slash = typed.rfind('/');
    const std::string folder = slash == typed.npos ? "" : typed.substr(0, slash + 1);
    DIR* directory = ::opendir(folder.empty() ? "." : folder.c_str());
    if (!directory) return;
    for (std::size_t i = 0; i < kFiles; ++i) {
        const dirent* entry = ::readdir(directory);
        if (!entry) break;
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        std::string path = folder + entry->d_name;
        if (path.compare(0, typed.size(), typed) != 0) continue;
        struct stat info {};
        if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) path += '/';
        completion.add(path);
    }
    ::closedir(directory);
}

void add_names(HmpCompletion& completion, const std::vector<HmpTable::Row>& rows) {
    for (const HmpTable::Row& row : rows) {
        for (std::string_view rest = row.command->names; !rest.empty();) {
            const std::size_t end = rest.find('|');
            completion.add(rest.substr(0, end));
            rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
        }
    }
}

/// The item of a description that word `index` (from 0, flags apart) of the arguments stands for.
HmpParameter parameter_at(HmpSyntax syntax, std::size_t index) {
    for (std::string_view rest = syntax.text(); !rest.empty();) {
        const HmpParameter p = HmpSyntax::next(rest);
        if (p.kind == '-' || p.kind == '=' || p.kind == '/') continue;
        if (index-- == 0) return p;
    }
    return {};
}

}  // namespace

HmpCompletion::HmpCompletion(Engine& engine, HmpState& state, std::vector<std::string> words)
    : engine_(engine), state_(state), words_(std::move(words)), typed_(words_.back()) {}

QObject HmpCompletion::ask(std::string_view command, const QDict& arguments) {
    auto call = std::make_shared<HmpCall>(engine_, state_, HmpArguments(), [](std::string&&, bool) {});
    auto result = call->ask(command, arguments);
    return result ? std::move(*result) : QObject();
}

HmpInterpreter::HmpInterpreter(Engine& engine) : engine_(engine) { add_hmp_basics(table_, *this); }

void HmpInterpreter::run(std::string_view line, HmpState& state, HmpCall::Done done) {
    trace_monitor<"handle_hmp_command">("mon {} cmdline: {}", fmt::ptr(&state), line);
    const std::string_view begin = without_leading_blanks(line);
    if (begin.empty()) return done({}, false);
    std::string_view name = name_at(begin);
    HmpTable::Row row = table_.find(name);
    std::string_view typed = name, rest = begin.substr(name.size());
    // `info` is a room of commands of its own; alone it is one that lists them.
    if (const std::string_view sub = without_leading_blanks(rest); row.command && name == "info" && !sub.empty()) {
        const std::string_view subname = name_at(sub);
        typed = std::string_view(begin.data(), static_cast<std::size_t>(subname.data() + subname.size() - begin.data()));
        rest = sub.substr(subname.size());
        row = table_.find_info(subname);
    }
    if (!row.command) {
        std::string text = fmt::format("unknown command: '{}'\r\n", typed);
        return done(std::move(text), false);
    }
    run_found(row, typed, rest, state, std::move(done));
}

void HmpInterpreter::run_found(const HmpTable::Row& row, std::string_view typed, std::string_view rest, HmpState& state,
                               HmpCall::Done done) {
    const HmpCommand& command = *row.command;
    const RegisterLookup registers = [&](std::string_view name) -> std::optional<std::int64_t> {
        return cpu_registers_ ? cpu_registers_(state.cpu, name) : std::nullopt;
    };
    const bool refused = engine_.preconfig() && !command.allow_preconfig;
    auto arguments = refused ? fail("") : parse_hmp_arguments(command.names, command.syntax, rest, format_, registers);
    const std::string error = arguments ? std::string() : arguments.error().description();
    auto call = std::make_shared<HmpCall>(engine_, state, arguments ? std::move(*arguments) : HmpArguments(), std::move(done));
    if (refused) {
        call->print("Command '{}' not available with -preconfig until machine initialization has completed\n", command.name());
    } else if (!error.empty()) {
        call->write(error);
        call->print("Try \"help {}\" for more information\n", typed);
    } else if (command.without && !call->has_qmp(command.qmp)) {
        call->write(*command.without);
    } else {
        command.run(row.context, *call);
    }
    call->handler_returned();
}

Completions HmpInterpreter::complete(std::string_view before_cursor, HmpState& state) {
    auto words = split_hmp_words(before_cursor);
    if (!words) return {};
    HmpCompletion completion(engine_, state, std::move(*words));
    const auto& all = completion.words();
    std::size_t at = 0;                              // the word that names the command
    if (all.size() > 1 && table_.find("help").command && table_.find("help").command->has_name(all[0])) at = 1;
    HmpTable::Row row;
    if (at + 1 >= all.size()) {
        add_names(completion, table_.commands());
        return completion.take();
    }
    row = table_.find(all[at]);
    if (row.command && row.command->name() == "info") {
        if (at + 2 == all.size()) {
            add_names(completion, table_.info());
            return completion.take();
        }
        row = table_.find_info(all[++at]);
    }
    if (!row.command || all[0] == "help" || all[0] == "?") return {};
    std::size_t index = 0;
    for (std::size_t i = at + 1; i + 1 < all.size(); ++i)
        index += all[i].empty() || all[i].front() != '-';
    const HmpParameter parameter = parameter_at(row.command->syntax, index);
    const std::string_view what = !parameter.completes.empty() ? parameter.completes : parameter.kind == 'B' ? "block" : "";
    if (parameter.kind == 'F' && what.empty()) complete_file(completion);
    else if (const HmpCompleter* completer = what.empty() ? nullptr : table_.find_completer(what)) completer->complete(completion);
    return completion.take();
}

}  // namespace rhea
