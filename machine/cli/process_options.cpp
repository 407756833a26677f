// Options about the program itself: names, messages, logs, actions, descriptors.
#include <charconv>

#include <fcntl.h>

#include <fmt/format.h>

#include "machine/cli/handlers.h"
#include "machine/cli/machine_choice_parts.h"

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

}  // namespace

std::optional<Uuid> parse_uuid(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    Uuid uuid{};
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        const int digit = hex_digit(text[i]);
        if (digit < 0) return std::nullopt;
        uuid[digits / 2] = static_cast<std::uint8_t>(uuid[digits / 2] << 4 | digit);
        ++digits;
    }
    return uuid;
}

Result<void> set_uuid(CommandLine& line, std::string_view text) {
    line.config.uuid = parse_uuid(text);
    return line.config.uuid ? Result<void>{} : fail("failed to parse UUID string: wrong format");
}

Result<void> set_run_as(CommandLine& line, std::string_view text) {
    const std::string user(text);
    if (!find_user(user)) return fail(fmt::format("User \"{}\" doesn't exist (and is not <uid>:<gid>)", text));
    line.config.run_as = user;
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
    line.config.sandbox.reset();
    if (!RHEA_TRY(options.get_bool("enable", false))) return {};
    Sandbox sandbox;
    const auto allowed = [&](const char* key, bool& value) -> Result<void> {
        const std::string* text = options.find(key);
        if (!text) return {};
        value = *text == "allow";
        return value || *text == "deny" ? Result<void>{} : fail(fmt::format("invalid argument for {}", key));
    };
    RHEA_CHECK(allowed("obsolete", sandbox.obsolete));
    if (const std::string* text = options.find("elevateprivileges"); text && *text == "children")
        sandbox.elevate = Sandbox::Privileges::children;
    else {
        bool elevate = true;
        RHEA_CHECK(allowed("elevateprivileges", elevate));
        sandbox.elevate = elevate ? Sandbox::Privileges::allow : Sandbox::Privileges::deny;
    }
    RHEA_CHECK(allowed("spawn", sandbox.spawn));
    RHEA_CHECK(allowed("resourcecontrol", sandbox.resource_control));
    line.config.sandbox = sandbox;
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
