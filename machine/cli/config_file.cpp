// -readconfig.
#include <cerrno>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "machine/cli/handlers.h"
#include "qobject/config_text.h"

namespace rhea::cli {

namespace {

constexpr std::size_t kMaxFile = 1u << 20;

}  // namespace

Result<void> read_config_file(CommandLine& line, std::string_view path) {
    const std::string name(path);
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name.c_str(), "re"), &std::fclose);
    if (!file) return fail(fmt::format("Could not open '{}': {}", name, std::strerror(errno)));
    std::string text(kMaxFile + 1, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    if (std::ferror(file.get())) return fail(fmt::format("Cannot read config file: {}", std::strerror(errno)));
    if (text.size() > kMaxFile) return fail("Cannot read config file: File too large");

    const Location option = line.where;
    line.where = {};
    unsigned number = 0;
    const auto say_where = [&] {
        if (number) line.where = {fmt::format("{}:{}", name, number), true};
    };
    auto done = read_config_text(text, number, [&](ConfigSection section) -> Result<void> {
        say_where();
        if (!find_group(section.group)) return fail(fmt::format("There is no option group '{}'", section.group));
        if (!section.id.empty()) {
            if (!is_well_formed_id(section.id)) return fail(ill_formed_id());
            section.options.set_id(std::move(section.id));
        }
        return line.add_section(section.group, std::move(section.options));
    });
    if (!done) {
        say_where();
        // Of errors in files QEMU says the first line only, and no hints.
        const std::string& text_of_error = done.error().description();
        return fail(text_of_error.substr(0, text_of_error.find('\n')));
    }
    line.where = option;
    return {};
}

}  // namespace rhea::cli
