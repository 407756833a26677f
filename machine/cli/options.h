#pragma once
/// The options of the command line: one table, from which come parsing, -help and the reference.
#include <span>
#include <string>
#include <string_view>

#include "qobject/error.h"
#include "qobject/keyval.h"

namespace rhea::cli {

class CommandLine;

enum class OptionState {
    works,     ///< does what it says
    in_part,   ///< some of what it can ask for is there; machine/supported.cpp and the devices refuse the rest
    refused,   ///< parsed and checked, then refused by machine/supported.cpp
    ignored,   ///< accepted: it cannot matter without a screen or guest code, or asks for what is so anyway
    not_here,  ///< refused as QEMU for x86 does: it is for other machines
};
std::string_view option_state_text(OptionState state);

enum class OptionSection { standard, block, usb, display, i386, network, chardev, tpm, boot, debug, object, count };
std::string_view option_section_title(OptionSection section);

struct OptionRow {
    std::string_view name;
    std::string_view argument;  ///< its syntax, for people; empty: it takes none
    OptionSection section;
    OptionState state;
    std::string_view help;  ///< for people; empty: shown together with the row before
    /// What it does. Null for `ignored` and `not_here`.
    Result<void> (*handle)(CommandLine& line, std::string_view argument) = nullptr;

    constexpr bool takes_argument() const { return !argument.empty(); }
};

/// In the order of -help.
std::span<const OptionRow> option_rows();
/// `name` without its dashes; null: there is none.
const OptionRow* find_option(std::string_view name);

enum class GroupKind {
    unique,    ///< each use is a thing of its own, with an id or without
    merged,    ///< later uses add to the first; there are no ids
    nested,    ///< merged into the machine's properties; an id is one more key
    unlisted,  ///< merged, and not in query-command-line-options
};

/// A flat option group ("memory"), as -readconfig and query-command-line-options know it. Its options: option_specs.h.
struct GroupRow {
    std::string_view name;
    std::string_view implied_key;  ///< empty: none
    GroupKind kind;
    bool checked;  ///< options are checked against the specs; otherwise by whoever takes them
    Result<void> (*take)(CommandLine& line, Options options);
};
/// In the order of query-command-line-options.
std::span<const GroupRow> option_groups();
const GroupRow* find_group(std::string_view name);

/// The text of -help and of -version.
std::string help_text(std::string_view program);
std::string version_text();

}  // namespace rhea::cli
