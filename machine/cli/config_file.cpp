// -readconfig: sections "[group]" or "[group "id"]", lines of key = "value", comments after "#" at the start of a line.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "machine/cli/handlers.h"

namespace rhea::cli {

namespace {

constexpr std::size_t kMaxWord = 63;  // bytes of a group, an id, a key; the rest is cut off, as QEMU does
constexpr std::size_t kMaxValue = 1023;
constexpr std::size_t kMaxFile = 1u << 20;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// A line under the eyes of a scanner.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}
    bool take(char c) {
        if (text_.empty() || text_[0] != c) return false;
        text_.remove_prefix(1);
        return true;
    }
    void skip_space() {
        while (!text_.empty() && is_space(text_[0])) text_.remove_prefix(1);
    }
    /// Characters up to one of `stop`, at most `max` of them.
    std::string take_until(std::string_view stop, std::size_t max) {
        const auto end = std::min({text_.find_first_of(stop), text_.size(), max});
        std::string taken(text_.substr(0, end));
        text_.remove_prefix(end);
        return taken;
    }

private:
    std::string_view text_;
};

struct Section {
    std::string group, id;
};

/// "[group "id"]" or "[group]"; what stands behind does not matter.
std::optional<Section> section_of(std::string_view line) {
    Section section;
    Scanner with_id(line);
    if (!with_id.take('[')) return std::nullopt;
    with_id.skip_space();
    section.group = with_id.take_until(" \t\n\v\f\r", kMaxWord);
    with_id.skip_space();
    if (!section.group.empty() && with_id.take('"')) {
        section.id = with_id.take_until("\"", kMaxWord);
        if (!section.id.empty()) return section;
    }
    Scanner without_id(line);
    without_id.take('[');
    section = {without_id.take_until("]", kMaxWord), ""};
    if (section.group.empty()) return std::nullopt;
    return section;
}

struct Entry {
    std::string key, value;
};

/// `key = "value"`; a line with anything else behind its first word gives that word an empty value. Nothing: a blank line.
std::optional<Entry> entry_of(std::string_view line) {
    Scanner scan(line);
    scan.skip_space();
    Entry entry{scan.take_until(" \t\n\v\f\r", kMaxWord), ""};
    if (entry.key.empty()) return std::nullopt;
    scan.skip_space();
    if (!scan.take('=')) return entry;
    scan.skip_space();
    if (scan.take('"')) entry.value = scan.take_until("\"", kMaxValue);
    return entry;
}

class ConfigFile {
public:
    ConfigFile(CommandLine& line, std::string path) : line_(line), path_(std::move(path)) {}

    Result<void> read(std::string_view text) {
        while (!text.empty()) {
            const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
            ++number_;
            RHEA_CHECK(read_line(text.substr(0, end)));
            text.remove_prefix(end);
        }
        return end_section();
    }

private:
    Result<void> read_line(std::string_view line) {
        if (line == "\n" || line.starts_with('#')) return {};
        if (auto section = section_of(line)) {
            RHEA_CHECK(end_section());
            section_ = std::move(section);
            options_ = Options();
            return {};
        }
        line_.where = {fmt::format("{}:{}", path_, number_), true};
        if (!section_) return fail("no group defined");
        auto entry = entry_of(line);
        if (!entry) return fail("parse error");
        if (entry->key == "id") section_->id = entry->value;
        else options_.add(std::move(entry->key), std::move(entry->value));
        return {};
    }

    Result<void> end_section() {
        if (!section_) return {};
        if (!find_group(section_->group)) return fail(fmt::format("There is no option group '{}'", section_->group));
        if (!section_->id.empty()) {
            if (!is_well_formed_id(section_->id)) return fail(ill_formed_id());
            options_.set_id(section_->id);
        }
        return line_.add_section(section_->group, std::move(options_));
    }

    CommandLine& line_;
    std::string path_;
    unsigned number_ = 0;
    std::optional<Section> section_;
    Options options_;
};

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
    auto done = ConfigFile(line, name).read(text);
    if (!done) {
        // Of errors in files QEMU says the first line only, and no hints.
        const std::string& text_of_error = done.error().description();
        return fail(text_of_error.substr(0, text_of_error.find('\n')));
    }
    line.where = option;
    return {};
}

}  // namespace rhea::cli
