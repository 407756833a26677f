// Options about the program itself: names, messages, logs, actions, descriptors.
#include <charconv>

#include <fcntl.h>

#include <fmt/format.h>

#include "machine/cli/handlers.h"

namespace rhea::cli {

namespace {

template <class E>
struct Choice {
    std::string_view name;
    E value;
};

/// One of a few words.
template <class E, std::size_t N>
Result<void> choose(E& value, std::string_view name, std::string_view text, const Choice<E> (&choices)[N]) {
    for (const auto& choice : choices) {
        if (choice.name != text) continue;
        value = choice.value;
        return {};
    }
    return fail(Error::bad_enum_value(name, text));
}

Result<void> choose_action(Actions& actions, std::string_view event, std::string_view action) {
    static constexpr Choice<RebootAction> kReboot[] = {{"reset", RebootAction::reset}, {"shutdown", RebootAction::shutdown}};
    static constexpr Choice<ShutdownAction> kShutdown[] = {{"poweroff", ShutdownAction::poweroff},
                                                           {"pause", ShutdownAction::pause}};
    static constexpr Choice<PanicAction> kPanic[] = {{"pause", PanicAction::pause},
                                                     {"shutdown", PanicAction::shutdown},
                                                     {"exit-failure", PanicAction::exit_failure},
                                                     {"none", PanicAction::none}};
    static constexpr Choice<WatchdogAction> kWatchdog[] = {
        {"reset", WatchdogAction::reset},          {"shutdown", WatchdogAction::shutdown},
        {"poweroff", WatchdogAction::poweroff},    {"pause", WatchdogAction::pause},
        {"debug", WatchdogAction::debug},          {"none", WatchdogAction::none},
        {"inject-nmi", WatchdogAction::inject_nmi}};
    if (event == "reboot") return choose(actions.reboot, event, action, kReboot);
    if (event == "shutdown") return choose(actions.shutdown, event, action, kShutdown);
    if (event == "panic") return choose(actions.panic, event, action, kPanic);
    return choose(actions.watchdog, event, action, kWatchdog);
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// The name before the colon of "trace:x", or a pattern as it is.
void warn_of_trace_event(CommandLine& line, std::string_view pattern) {
    // This build has no trace points: a pattern matches nothing, a plain name does not exist.
    if (!pattern.empty() && pattern.find('*') == std::string_view::npos)
        line.reporter.warning(line.where, fmt::format("trace event '{}' does not exist", pattern));
}

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
    bool here;  ///< whether this build has something to log there
};
constexpr LogItem kLogItems[] = {
    {"out_asm", "host code made for each block of guest code", false},
    {"in_asm", "guest code of each block", false},
    {"op", "intermediate code of each block", false},
    {"op_opt", "intermediate code after it was optimised", false},
    {"op_ind", "intermediate code before indirect accesses are replaced", false},
    {"int", "interrupts and exceptions", false},
    {"exec", "each block that runs", false},
    {"cpu", "registers before each block", false},
    {"fpu", "adds the floating point registers to 'cpu'", false},
    {"mmu", "address translation", false},
    {"pcall", "far calls, returns and exceptions in protected mode", false},
    {"cpu_reset", "state of a CPU before its reset", false},
    {"unimp", "what a guest asks for and a device does not do", true},
    {"guest_errors", "what a guest does wrong with a device", true},
    {"page", "memory pages (programs, not machines)", false},
    {"nochain", "runs each block on its own, so that 'exec' and 'cpu' are complete", false},
    {"plugin", "output of plug-ins", false},
    {"strace", "system calls (programs, not machines)", false},
    {"tid", "one log file for each thread", false},
};

}  // namespace

Result<void> set_uuid(CommandLine& line, std::string_view text) {
    const auto bad = [] { return fail("failed to parse UUID string: wrong format"); };
    if (text.size() != 36) return bad();
    std::array<std::uint8_t, 16> uuid{};
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-') return bad();
            continue;
        }
        const int digit = hex_digit(text[i]);
        if (digit < 0) return bad();
        uuid[digits / 2] = static_cast<std::uint8_t>(uuid[digits / 2] << 4 | digit);
        ++digits;
    }
    line.config.uuid = uuid;
    return {};
}

Result<void> set_run_as(CommandLine& line, std::string_view text) {
    const std::string user(text);
    if (!find_user(user)) return fail(fmt::format("User \"{}\" doesn't exist (and is not <uid>:<gid>)", text));
    line.config.run_as = user;
    return {};
}

Result<void> set_log_items(CommandLine& line, std::string_view text) {
    bool wrong = false;
    std::string_view missing;
    split(text, ',', [&](std::string_view item) {
        if (item.starts_with("trace:")) {
            const std::string_view pattern = item.substr(6);
            if (pattern != "help") warn_of_trace_event(line, pattern);
            return;
        }
        const LogItem* found = nullptr;
        for (const LogItem& known : kLogItems)
            if (known.name == item) found = &known;
        if (!found) wrong = true;
        else if (!found->here) missing = found->name;
        else line.config.log_items.emplace_back(item);
    });
    if (wrong) {
        std::string list = "Log items (comma separated):\n";
        for (const LogItem& item : kLogItems)
            list += fmt::format("{:<15} {}{}\n", item.name, item.help, item.here ? "" : " (not in this build)");
        list += "trace:PATTERN   trace events\n";
        line.print(list);
        return line.finish(1);
    }
    if (!missing.empty()) {
        line.where.text = fmt::format("-d {}", missing);
        return fail("not supported by this build");
    }
    return {};
}

Result<void> set_seed(CommandLine& line, std::string_view text) {
    std::uint64_t seed = 0;
    const bool hexadecimal = text.starts_with("0x");
    const char* begin = text.data() + (hexadecimal ? 2 : 0);
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(begin, end, seed, hexadecimal ? 16 : 10);
    if (error != std::errc() || stop != end) return fail(fmt::format("Invalid seed number: {}", text));
    line.config.seed = seed;
    return {};
}

Result<void> set_escape_character(CommandLine& line, std::string_view text) {
    const std::string copy(text);
    char* end = nullptr;
    const long value = std::strtol(copy.c_str(), &end, 0);
    if (end == copy.c_str()) line.print("Bad argument to echr\n");  // QEMU goes on too
    line.config.escape_character = static_cast<int>(value & 0xff);
    return {};
}

Result<void> add_data_dir(CommandLine& line, std::string_view text) {
    if (text == "help" || text == "?") {
        for (const std::string& dir : line.config.data_dirs) line.print(dir + "\n");
        return line.finish(0);
    }
    line.config.data_dirs.emplace_back(text);
    return {};
}

Result<void> set_watchdog_action(CommandLine& line, std::string_view text) {
    return choose_action(line.config.actions, "watchdog", text);
}

Result<void> take_name(CommandLine& line, Options options) {
    if (const std::string* guest = options.find("guest")) line.config.guest_name = *guest;
    if (const std::string* process = options.find("process")) line.config.process_name = *process;
    line.config.debug_threads = RHEA_TRY(options.get_bool("debug-threads", line.config.debug_threads));
    if (line.config.guest_name_in_messages) line.reporter.set_guest_name(line.config.guest_name);
    return {};
}

Result<void> take_msg(CommandLine& line, Options options) {
    line.config.timestamp_messages = RHEA_TRY(options.get_bool("timestamp", line.config.timestamp_messages));
    line.config.guest_name_in_messages = RHEA_TRY(options.get_bool("guest-name", line.config.guest_name_in_messages));
    line.reporter.set_timestamps(line.config.timestamp_messages);
    line.reporter.set_guest_name(line.config.guest_name_in_messages ? line.config.guest_name : "");
    return {};
}

Result<void> take_action(CommandLine& line, Options options) {
    for (const Option& option : options.entries()) RHEA_CHECK(choose_action(line.config.actions, option.key, option.value));
    return {};
}

Result<void> take_overcommit(CommandLine& line, Options options) {
    line.config.lock_memory = RHEA_TRY(options.get_bool("mem-lock", line.config.lock_memory));
    line.config.cpu_pm = RHEA_TRY(options.get_bool("cpu-pm", line.config.cpu_pm));
    return {};
}

Result<void> take_sandbox(CommandLine& line, Options options) {
    if (!RHEA_TRY(options.get_bool("enable", false))) return {};
    for (const Option& option : options.entries()) {
        if (option.key == "enable") continue;
        const bool children = option.key == "elevateprivileges" && option.value == "children";
        if (option.value != "allow" && option.value != "deny" && !children)
            return fail(fmt::format("invalid argument for {}", option.key));
    }
    // Refusing would keep management tools out that always ask for it.
    line.reporter.warning(line.where, "this build has no system call filter; running without one");
    return {};
}

Result<void> take_trace(CommandLine& line, Options options) {
    for (const Option& option : options.entries()) {
        if (option.key == "enable") {
            if (option.value == "help" || option.value == "?") return line.finish(0);  // there are none to list
            warn_of_trace_event(line, option.value);
        } else if (option.key == "events") {
            line.where.text = "-trace events";
            return fail("not supported by this build");
        }
    }
    return {};
}

Result<void> take_fd(CommandLine& line, Options options) {
    const std::uint64_t fd = RHEA_TRY(options.get_number("fd", UINT64_MAX));
    const std::uint64_t set = RHEA_TRY(options.get_number("set", UINT64_MAX));
    const auto number = static_cast<std::int64_t>(fd);
    if (number < 0) return fail("fd option is required and must be non-negative");
    if (number <= 2) return fail("fd cannot be a standard I/O stream");
    // One that is to be closed at exec is the program's own, not one that was passed to it.
    const int flags = number > INT32_MAX ? -1 : ::fcntl(static_cast<int>(number), F_GETFD);
    if (flags == -1 || (flags & FD_CLOEXEC)) return fail("fd is not valid or already in use");
    if (static_cast<std::int64_t>(set) < 0) return fail("set option is required and must be non-negative");
    line.config.fds.push_back({line.where, static_cast<int>(number), static_cast<std::int64_t>(set), options.get("opaque")});
    return {};
}

}  // namespace rhea::cli
