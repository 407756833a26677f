// Options about what is logged and traced, and about what is deprecated.
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

#include "machine/cli/compat_policy.h"
#include "machine/cli/handlers.h"
#include "machine/cli/log_items.h"
#include "machine/cli/tree.h"
#include "machine/diagnostics/trace_switches.h"

namespace rhea::cli {

namespace {

template <class F>
void split(std::string_view text, char separator, F&& each) {
    for (;;) {
        const auto end = text.find(separator);
        each(text.substr(0, end));
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

struct LogItem {
    std::string_view name, help;
};
constexpr LogItem kLogItems[] = {
    {"out_asm", "show generated host assembly code for each compiled TB"},
    {"in_asm", "show target assembly code for each compiled TB"},
    {"op", "show micro ops for each compiled TB"},
    {"op_opt", "show micro ops after optimization"},
    {"op_ind", "show micro ops before indirect lowering"},
    {"int", "show interrupts/exceptions in short format"},
    {"exec", "show trace before each executed TB (lots of logs)"},
    {"cpu", "show CPU registers before entering a TB (lots of logs)"},
    {"fpu", "include FPU registers in the 'cpu' logging"},
    {"mmu", "log MMU-related activities"},
    {"pcall", "x86 only: show protected mode far calls/returns/exceptions"},
    {"cpu_reset", "show CPU state before CPU resets"},
    {"unimp", "log unimplemented functionality"},
    {"guest_errors", "log when the guest OS does something invalid (eg accessing a\nnon-existent register)"},
    {"page", "dump pages at beginning of user mode emulation"},
    {"nochain", "do not chain compiled TBs so that \"exec\" and \"cpu\" show\ncomplete traces"},
    {"plugin", "output from TCG plugins\n"},
    {"strace", "log every user-mode syscall, its input, and its result"},
    {"tid", "open a separate log file per thread; filename must contain '%d'"},
};

/// A pattern of -trace. Commands have trace points, too, once there are commands.
void take_pattern(CommandLine& line, std::string_view pattern, const Location& where) {
    if (pattern.empty()) return;
    const bool known = apply_trace_pattern(room_trace_switches(), pattern);
    const std::string_view name = pattern.substr(pattern.starts_with('-') ? 1 : 0);
    if (is_trace_pattern(name) || name.starts_with("qmp_enter_") || name.starts_with("qmp_exit_")) line.config.command_traces.push_back({std::string(pattern), where});
    else if (!known) line.reporter.warning(where, fmt::format("trace event '{}' does not exist", name));
}

Result<void> list_trace_points(CommandLine& line) {
    std::string names;
    for (const TraceSwitch& point : room_trace_switches()) names += point.name + '\n';
    line.print(names);
    return line.finish(0);
}

Result<void> read_patterns(CommandLine& line, const std::string& path) {
    std::ifstream file(path);
    const auto unreadable = [&] {
        line.where = {path, true};
        return fail(std::strerror(errno));
    };
    if (!file) return unreadable();
    std::string pattern;
    for (unsigned number = 1; std::getline(file, pattern); ++number) {
        if (pattern.empty() || pattern.starts_with('#')) continue;
        take_pattern(line, pattern, {fmt::format("{}:{}", path, number), true});
    }
    return {};
}

std::optional<std::uint64_t> take_address(std::string_view& text) {
    std::uint64_t value = 0;
    int base = 10;
    std::string_view digits = text;
    if (digits.starts_with("0x") || digits.starts_with("0X")) {
        base = 16;
        digits.remove_prefix(2);
    } else if (digits.size() > 1 && digits[0] == '0') {
        base = 8;
    }
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

/// "LOW..HIGH", "LOW+LENGTH", "HIGH-LENGTH".
Result<AddressRange> parse_range(std::string_view text) {
    auto separator = text.find('-');
    if (separator == std::string_view::npos) separator = text.find('+');
    if (separator == std::string_view::npos) separator = text.find("..");
    if (separator == std::string_view::npos) return fail("Bad range specifier");
    std::string_view left = text.substr(0, separator);
    const char kind = text[separator];
    text.remove_prefix(separator + (kind == '.' ? 2 : 1));
    const auto first = take_address(left);
    const std::string_view sign = kind == '.' ? ".." : kind == '+' ? "+" : "-";
    if (!first || !left.empty()) return fail(fmt::format("Invalid number to the left of {}", sign));
    const auto second = take_address(text);
    if (!second || !text.empty()) return fail(fmt::format("Invalid number to the right of {}", sign));
    AddressRange range;
    if (kind == '+') range = {*first, *first + (*second - 1)};
    else if (kind == '-') range = {*first - (*second - 1), *first};
    else range = {*first, *second};
    if (range.low > range.high) return fail("Invalid range");
    return range;
}

}  // namespace

bool is_log_item(std::string_view name) {
    if (name == "all") return true;
    for (const LogItem& item : kLogItems)
        if (item.name == name) return true;
    return false;
}

std::string log_item_list(std::string_view command) {
    // Byte for byte what QEMU 7.2 prints (recorded): scripts look for the words.
    std::string list = "Log items (comma separated):\nnone            remove all logs\n";
    for (const LogItem& item : kLogItems) list += fmt::format("{:<15} {}\n", item.name, item.help);
    return list + fmt::format("trace:PATTERN   enable trace events\n\nUse \"{} trace:help\" to get a list of trace events.\n\n", command);
}

Result<void> set_log_items(CommandLine& line, std::string_view text) {
    bool wrong = false, list_events = false;
    split(text, ',', [&](std::string_view item) {
        if (item.starts_with("trace:") && item != "trace:") {
            item.remove_prefix(6);
            if (item == "help") list_events = true;
            else take_pattern(line, item, line.where);
            return;
        }
        if (is_log_item(item)) line.config.log_items.emplace_back(item);
        else wrong = true;
    });
    if (list_events) return list_trace_points(line);
    // CPUs have no registers that could be shown. What else is logged of them comes from code, and none runs.
    const auto& items = line.config.log_items;
    if (!wrong && std::find(items.begin(), items.end(), "cpu_reset") != items.end()) {
        line.where.text = "-d cpu_reset";
        return fail("not supported by this build");
    }
    if (!wrong) return {};
    line.print(log_item_list("-d"));
    return line.finish(1);
}

Result<void> set_log_ranges(CommandLine& line, std::string_view text) {
    std::vector<AddressRange> ranges;
    while (!text.empty() || !ranges.empty()) {
        const auto end = std::min(text.find(','), text.size());
        ranges.push_back(RHEA_TRY(parse_range(text.substr(0, end))));
        if (end == text.size()) break;
        text.remove_prefix(end + 1);
    }
    line.config.log_ranges = std::move(ranges);
    return {};
}

Result<void> take_trace(CommandLine& line, Options options) {
    if (const std::string* pattern = options.find("enable")) {
        if (*pattern == "help" || *pattern == "?") return list_trace_points(line);
        take_pattern(line, *pattern, line.where);
    }
    if (const std::string* events = options.find("events")) RHEA_CHECK(read_patterns(line, *events));
    line.config.log_file = options.get("file", line.config.log_file);
    return {};
}

Result<void> set_compat(CommandLine& line, std::string_view text) {
    QDict members;
    if (looks_like_json(text)) {
        members = RHEA_TRY(parse_json_object(text));
        line.config.compat = RHEA_TRY(from_qdict<CompatPolicy>(members));
        return {};
    }
    bool help = false;
    members = RHEA_TRY(parse_tree(text, {}, &help));
    if (help) return fail("Help is not available for this option");
    const CompatPolicy given = RHEA_TRY(from_qdict<CompatPolicy>(members, InputMode::keyval));
    CompatPolicy& policy = line.config.compat;
    if (given.deprecated_input) policy.deprecated_input = given.deprecated_input;
    if (given.deprecated_output) policy.deprecated_output = given.deprecated_output;
    if (given.unstable_input) policy.unstable_input = given.unstable_input;
    if (given.unstable_output) policy.unstable_output = given.unstable_output;
    return {};
}

}  // namespace rhea::cli
