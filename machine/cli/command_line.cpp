#include "machine/cli/command_line.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "machine/cli/handlers.h"
#include "machine/cli/option_specs.h"
#include "machine/cli/options.h"
#include "machine/cli/tree.h"

namespace rhea::cli {

namespace {

struct Use {
    const OptionRow* row;  // null: a disk image
    std::string_view argument;
    std::string text;  // both, for messages
};

/// "-m 1" and "--m 1"; a word without a dash, and "-" alone with nothing behind, are file names.
Result<Use> next_use(std::span<const std::string> arguments, std::size_t& at) {
    const std::string& word = arguments[at++];
    if (!word.starts_with('-')) return Use{nullptr, word, word};
    const std::string_view name = std::string_view(word).substr(word.starts_with("--") ? 2 : 1);
    const OptionRow* row = find_option(name);
    if (!row) return fail("invalid option");
    if (!row->takes_argument()) return Use{row, {}, word};
    if (at == arguments.size()) return fail("requires an argument");
    const std::string& argument = arguments[at++];
    return Use{row, argument, word + " " + argument};
}

Result<void> handle(CommandLine& line, const Use& use) {
    if (!use.row) return add_drive_file(line, use.argument, "index=0,media=disk");
    switch (use.row->state) {
        case OptionState::works:
        case OptionState::in_part:
        case OptionState::refused: return use.row->handle(line, use.argument);
        case OptionState::ignored: return {};
        case OptionState::not_here: return fail("Option not supported for this target");
    }
    return {};
}

/// Whether a warning is about the switch "help" or "?", which is no switch.
bool is_help(std::string_view warning) {
    return warning.find("'help'") != std::string_view::npos || warning.find("'?'") != std::string_view::npos;
}

std::string_view type_text(OptionType type) {
    switch (type) {
        case OptionType::string: return "str";
        case OptionType::boolean: return "bool (on/off)";
        case OptionType::number: return "num";
        case OptionType::size: return "size";
    }
    return "";
}

}  // namespace

std::string group_help(std::string_view name, std::span<const OptionSpec> specs) {
    std::vector<std::string> lines;
    constexpr std::size_t kColumn = 24;  // where the explanations stand
    for (const OptionSpec& spec : specs) {
        std::string text = fmt::format("  {}=<{}>", spec.name, type_text(spec.type));
        if (!spec.help.empty()) text = fmt::format("{:<{}} - {}", text, kColumn, spec.help);
        if (!spec.default_value.empty()) text += fmt::format(" (default: {})", spec.default_value);
        lines.push_back(text + "\n");
    }
    std::sort(lines.begin(), lines.end());
    std::string text = fmt::format("{} options:\n", name);
    for (const std::string& l : lines) text += l;
    return text;
}

void print_to_stdout(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

std::string program_name(std::string_view argv0) {
    const auto slash = argv0.rfind('/');
    return std::string(slash == std::string_view::npos ? argv0 : argv0.substr(slash + 1));
}

Result<void> CommandLine::finish(int status) {
    finished_ = true;
    status_ = status;
    return {};
}

Result<void> CommandLine::claim_id(std::string_view group, const std::optional<std::string>& id) {
    if (!id) return {};
    for (const auto& [taken_group, taken_id] : ids_)
        if (taken_group == group && taken_id == *id) return fail(duplicate_id(*id, group));
    ids_.emplace_back(group, *id);
    return {};
}

Result<void> CommandLine::add_group(std::string_view group, std::string_view text) {
    const GroupRow* row = find_group(group);
    auto parsed = Options::parse(text, row->implied_key);
    // It fails for an ill-formed id alone; where there are no ids, that one is refused like any other.
    if (!parsed && row->kind != GroupKind::unique) return fail(Error::invalid_parameter("id"));
    Options options = RHEA_TRY(std::move(parsed));
    for (const std::string& warning : options.warnings()) {
        if (!is_help(warning)) {
            reporter.warning(where, warning);
        } else if (row->checked) {
            print(group_help(group, option_specs(group)));
            return finish(1);
        }
    }
    return add_section(group, std::move(options));
}

Result<void> CommandLine::add_section(std::string_view group, Options options) {
    const GroupRow* row = find_group(group);
    if (row->kind == GroupKind::unique) RHEA_CHECK(claim_id(group, options.id()));
    else if (options.id() && row->kind != GroupKind::nested) return fail(Error::invalid_parameter("id"));
    else if (options.id()) options.add("id", *options.id());
    if (row->checked) RHEA_CHECK(options.check(option_specs(group)));
    return row->take(*this, std::move(options));
}

Result<void> CommandLine::set_machine(QDict tree) { return merge_tree(config.unresolved.machine, std::move(tree)); }

Result<void> CommandLine::set(std::string_view text) {
    const auto bad = [&] { return fail(fmt::format("can't parse: \"{}\"", text)); };
    const auto dot = text.find('.');
    const auto second = dot == std::string_view::npos ? dot : text.find('.', dot + 1);
    const auto equals = second == std::string_view::npos ? second : text.find('=', second + 1);
    if (equals == std::string_view::npos || dot == 0 || second == dot + 1 || equals == second + 1 ||
        equals + 1 == text.size())
        return bad();
    const std::string_view group = text.substr(0, dot), id = text.substr(dot + 1, second - dot - 1);
    const std::string key(text.substr(second + 1, equals - second - 1)), value(text.substr(equals + 1));
    const GroupRow* row = find_group(group);
    if (!row) return fail(fmt::format("There is no option group '{}'", group));
    if (row->kind == GroupKind::nested || group == "object")
        return fail(fmt::format("-set is not supported with {}", group));
    const bool defined =
        std::any_of(ids_.begin(), ids_.end(), [&](const auto& known) { return known.first == group && known.second == id; });
    if (!defined) return fail(fmt::format("there is no {} \"{}\" defined", group, id));
    if (row->checked) {
        Options one;
        one.add(key, value);
        RHEA_CHECK(one.check(option_specs(group)));
    }
    const auto in_groups = [&](std::vector<Group>& groups) {
        for (Group& g : groups)
            if (g.options.id() == id) return g.options.add(key, value), true;
        return false;
    };
    bool found = false;
    if (group == "chardev") found = in_groups(config.chardevs);
    else if (group == "drive") found = in_groups(config.drives);
    else if (group == "netdev") found = in_groups(config.netdevs);
    else if (group == "device") {
        for (Arguments& a : config.devices) {
            const QObject* own = a.members.find("id");
            if (found || a.mode != InputMode::keyval || !own || !own->string() || *own->string() != id) continue;
            a.members.put(key, value);
            found = true;
        }
    }
    // Other groups are typed as soon as they are read.
    if (!found) return fail(fmt::format("-set {}: not supported by this build", group));
    return {};
}

OrExit<Config> parse_command_line(std::span<const std::string> arguments, Reporter& reporter, const Printer& print) {
    CommandLine line(reporter, print);
    line.config.program = reporter.program();

    // All names are looked up before anything is done: "-m nonsense -nosuchoption" complains of the latter.
    std::vector<Use> uses;
    for (std::size_t at = 0; at < arguments.size();) {
        const std::size_t start = at;
        auto use = next_use(arguments, at);
        if (!use) {
            reporter.error({arguments[start]}, use.error().description());
            return tl::unexpected(Exit{1});
        }
        uses.push_back(std::move(*use));
    }
    for (const Use& use : uses) {
        line.where = {use.text};
        if (auto done = handle(line, use); !done) {
            reporter.error(line.where, done.error());
            return tl::unexpected(Exit{1});
        }
        if (line.finished()) return tl::unexpected(Exit{line.status()});
    }
    const QDict& machine = line.config.unresolved.machine;
    for (const char* option : {"append", "initrd"}) {
        const QObject* value = machine.find(option);
        if (!value || !value->string() || value->string()->empty() || machine.find("kernel")) continue;
        reporter.error(fmt::format("-{} only allowed with -kernel option", option));
        return tl::unexpected(Exit{1});
    }
    return std::move(line.config);
}

}  // namespace rhea::cli
