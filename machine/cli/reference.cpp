/// Writes what docs/ says of the command line: `rhea-reference man` the manual page, `rhea-reference table`
/// docs/command-line.md. tests/docs_current.py sees to it that the committed files are what this prints.
#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "machine/cli/options.h"

namespace rhea::cli {

namespace {

/// Rows that are explained together: those without a help text belong to the row before.
struct Entry {
    std::span<const OptionRow> rows;
};

template <class F>
void for_each_entry(OptionSection section, F&& each) {
    const auto rows = option_rows();
    for (std::size_t i = 0; i < rows.size();) {
        std::size_t end = i + 1;
        while (end < rows.size() && rows[end].help.empty()) ++end;
        if (rows[i].section == section) each(Entry{rows.subspan(i, end - i)});
        i = end;
    }
}

std::string escaped(std::string_view text, std::string_view special, std::string_view before) {
    std::string out;
    for (char c : text) {
        if (special.find(c) != std::string_view::npos) out += before;
        out += c;
    }
    return out;
}

/// Text for troff: backslashes, and dashes that are to be copied from the page.
std::string troff(std::string_view text) {
    std::string out = escaped(text, "-", "\\");
    return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string markdown(std::string_view text) { return escaped(text, "|", "\\"); }

std::string man_page() {
    std::string out =
        ".\\\" Made by rhea-reference from the table of options.\n"
        ".TH RHEA 1 \"\" \"rhea " RHEA_VERSION
        "\" \"User Commands\"\n"
        ".SH NAME\nrhea \\- small x86 emulator that speaks QMP\n"
        ".SH SYNOPSIS\n.B rhea\n[\\fIoptions\\fR] [\\fIdisk_image\\fR]\n"
        ".SH DESCRIPTION\n"
        "Takes the command line of QEMU 7.2 for x86 and serves its monitors. \\fIdisk_image\\fR is the image of the first "
        "hard disk.\n"
        "Options begin with one dash or two. In an argument of the form \\fBkey=value,key=value\\fR a comma inside a value "
        "is doubled;\n"
        "an argument that begins with { is JSON where that is said. \\fB\\-machine help\\fR, \\fB\\-device help\\fR and the "
        "like list\n"
        "what there is.\n"
        ".SH OPTIONS\n";
    for (int s = 0; s < static_cast<int>(OptionSection::count); ++s) {
        const auto section = static_cast<OptionSection>(s);
        out += fmt::format(".SS {}\n", option_section_title(section));
        for_each_entry(section, [&](const Entry& entry) {
            if (entry.rows[0].state == OptionState::not_here) return;
            bool first = true;
            for (const OptionRow& row : entry.rows) {
                out += first ? ".TP\n" : ".TQ\n";
                first = false;
                out += fmt::format("\\fB\\-{}\\fR", troff(row.name));
                if (row.takes_argument()) out += " " + troff(row.argument);
                out += '\n';
            }
            out += troff(entry.rows[0].help);
            if (entry.rows[0].state == OptionState::refused) out += " (not in this build)";
            out += '\n';
        });
    }
    out +=
        ".SH EXIT STATUS\n0 after an orderly end, \\fBquit\\fR or a signal that asks to end included; 1 when something on "
        "the\n"
        "command line is wrong or cannot be had; with \\fB\\-action panic=exit\\-failure\\fR 1 after a guest's panic. With\n"
        "\\fB\\-daemonize\\fR, the status of the process that was started: 0 once the daemon serves.\n"
        ".SH FILES\nNone but those that options name.\n";
    return out;
}

std::string table() {
    std::string out =
        "# The command line\n\n"
        "Made by `rhea-reference table` from the table of options (`machine/cli/options.cpp`). Every option of QEMU 7.2 for "
        "x86 is\n"
        "here. An argument is checked as QEMU checks it, whatever becomes of the option afterwards.\n\n"
        "- **works**: does what it says.\n"
        "- **in part**: some of what it can ask for is there; the rest ends the program with \"not supported by this "
        "build\".\n"
        "- **accepted**: asks for what cannot matter without a screen or guest code, or for what is so anyway.\n"
        "- **refused**: ends the program with \"not supported by this build\".\n"
        "- **not on x86**: refused with QEMU's own words.\n";
    for (int s = 0; s < static_cast<int>(OptionSection::count); ++s) {
        const auto section = static_cast<OptionSection>(s);
        out += fmt::format("\n## {}\n\n| option | | what it does |\n| --- | --- | --- |\n", option_section_title(section));
        for_each_entry(section, [&](const Entry& entry) {
            std::string names;
            for (const OptionRow& row : entry.rows)
                names += fmt::format("{}`-{}{}{}`", names.empty() ? "" : "<br>", row.name, row.takes_argument() ? " " : "",
                                     markdown(row.argument));
            out += fmt::format("| {} | {} | {} |\n", names, option_state_text(entry.rows[0].state),
                               markdown(entry.rows[0].help));
        });
    }
    return out;
}

}  // namespace

}  // namespace rhea::cli

int main(int argc, char** argv) {
    const std::string_view what = argc == 2 ? argv[1] : "";
    if (what != "man" && what != "table") {
        std::fputs("usage: rhea-reference man|table\n", stderr);
        return 2;
    }
    const std::string text = what == "man" ? rhea::cli::man_page() : rhea::cli::table();
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
}
