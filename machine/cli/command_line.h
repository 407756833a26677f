#pragma once
/// The command line: from argv to a `Config`. Texts and exit statuses are QEMU 7.2's.
///
///     auto config = parse_command_line(arguments, reporter, print);
///     if (!config) return config.error().status;
///
/// Parsing opens nothing but -readconfig files. What may only fail later (the machine's type and properties, the CPU) waits
/// for the steps of machine_choice.h, so that errors come in QEMU's order.
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "machine/cli/config.h"
#include "machine/cli/process.h"

namespace rhea::cli {

/// The program is to end with this status; whatever there was to say has been said.
struct Exit {
    int status = 1;
};

template <class T>
using OrExit = tl::expected<T, Exit>;

/// Where lists that the user asked for go ("-machine help").
using Printer = std::function<void(std::string_view)>;
/// Writes to standard output.
void print_to_stdout(std::string_view text);

/// `arguments`: argv without argv[0].
OrExit<Config> parse_command_line(std::span<const std::string> arguments, Reporter& reporter,
                                  const Printer& print = print_to_stdout);

/// The name that messages begin with: argv[0] without its folders.
std::string program_name(std::string_view argv0);

/// What "help" in an option group prints.
std::string group_help(std::string_view name, std::span<const OptionSpec> specs);

/// The command line while it is being read; what the handlers of the option table work on.
class CommandLine {
public:
    CommandLine(Reporter& reporter_, const Printer& print_) : reporter(reporter_), print(print_) {}

    Config config;
    Location where;  ///< the option being handled
    Reporter& reporter;
    const Printer& print;

    /// A handler that has printed what was asked for returns this.
    Result<void> finish(int status);
    bool finished() const { return finished_; }
    int status() const { return status_; }

    /// One use of a flat option group ("chardev", "mon"), from text. Warnings and the group's help are dealt with here.
    Result<void> add_group(std::string_view group, std::string_view text);
    /// The same from a section of a -readconfig file.
    Result<void> add_section(std::string_view group, Options options);
    /// -set group.id.key=value, for groups with ids that are kept as they came.
    Result<void> set(std::string_view text);
    /// Puts key=value of the machine over what was said before, as one more -M does.
    Result<void> set_machine(QDict tree);

    /// "Duplicate ID 'x' for chardev"; an empty id is no id.
    Result<void> claim_id(std::string_view group, const std::optional<std::string>& id);

    unsigned monitors = 0;  ///< number of -monitor, -qmp and -qmp-pretty so far: it is part of their labels

private:
    std::vector<std::pair<std::string, std::string>> ids_;  // group, id
    bool finished_ = false;
    int status_ = 0;
};

}  // namespace rhea::cli
