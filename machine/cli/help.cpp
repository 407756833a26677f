#include <fmt/format.h>

#include "machine/cli/handlers.h"

namespace rhea::cli {

namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kColumn = 16;

/// Appends words, wrapped at kWidth; lines after the first begin with `indent` blanks. `column`: where the first line
/// stands.
void wrap(std::string& out, std::string_view words, std::size_t column, std::size_t indent, std::string_view separators) {
    while (!words.empty()) {
        // A word keeps the separator in front of it ("[,dies=N]" may begin a line), but not a blank.
        const auto end = std::min(words.find_first_of(separators, 1), words.size());
        std::string_view word = words.substr(0, end);
        words.remove_prefix(end);
        if (column + word.size() > kWidth && column > indent) {
            out += '\n';
            out.append(indent, ' ');
            column = indent;
            if (word.starts_with(' ')) word.remove_prefix(1);
        }
        out += word;
        column += word.size();
    }
    out += '\n';
}

}  // namespace

std::string version_text() {
    // Tools look for the words "QEMU emulator version" and the number behind.
    return "QEMU emulator version 7.2.22 (Rhea " RHEA_VERSION ")\nCopyright (c) the Rhea authors\n";
}

std::string help_text(std::string_view program) {
    std::string out = version_text();
    out += fmt::format("usage: {} [options] [disk_image]\n\n", program);
    out += "'disk_image' is the image of the first hard disk. Options begin with one dash or two.\n";
    for (int s = 0; s < static_cast<int>(OptionSection::count); ++s) {
        const auto section = static_cast<OptionSection>(s);
        out += fmt::format("\n{}:\n", option_section_title(section));
        const auto rows = option_rows();
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const OptionRow& row = rows[i];
            if (row.section != section || row.state == OptionState::not_here) continue;
            const std::string head = fmt::format("-{}{}", row.name, row.takes_argument() ? " " : "");
            out += head;
            wrap(out, row.argument, head.size(), kColumn, "[ ");
            const bool explained_later = i + 1 < rows.size() && rows[i + 1].help.empty() && rows[i + 1].section == section &&
                                         rows[i + 1].state != OptionState::not_here;
            // Rows that belong together are explained below the last of them.
            if (explained_later) continue;
            const OptionRow* explained = &row;
            while (explained->help.empty()) --explained;
            out.append(kColumn, ' ');
            std::string help(explained->help);
            if (row.state == OptionState::refused) help += " (not in this build)";
            wrap(out, help, kColumn, kColumn, " ");
        }
    }
    out += "\nOn a terminal shared by a serial port and a monitor, ctrl-a h shows the keys.\n";
    return out;
}

Result<void> show_help(CommandLine& line, std::string_view) {
    line.print(help_text(line.reporter.program()));
    return line.finish(0);
}

Result<void> show_version(CommandLine& line, std::string_view) {
    line.print(version_text());
    return line.finish(0);
}

}  // namespace rhea::cli
