#include "qobject/config_text.h"

#include <algorithm>
#include <optional>

namespace rhea {

namespace {

constexpr std::size_t kMaxWord = 63;  // bytes of a group, an id, a key; the rest is cut off, as QEMU does
constexpr std::size_t kMaxValue = 1023;

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

/// "[group "id"]" or "[group]"; what stands behind does not matter.
std::optional<ConfigSection> section_of(std::string_view line) {
    ConfigSection section;
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
    section = {without_id.take_until("]", kMaxWord), "", {}};
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

}  // namespace

Result<void> read_config_text(std::string_view text, unsigned& line, const std::function<Result<void>(ConfigSection)>& take) {
    std::optional<ConfigSection> section;
    for (unsigned number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
        const std::string_view one = text.substr(0, end);
        text.remove_prefix(end);
        if (one == "\n" || one.starts_with('#')) continue;
        if (auto next = section_of(one)) {
            if (section) RHEA_CHECK(take(*std::move(section)));
            section = std::move(next);
            continue;
        }
        line = number;
        if (!section) return fail("no group defined");
        auto entry = entry_of(one);
        if (!entry) return fail("parse error");
        if (entry->key == "id") section->id = entry->value;
        else section->options.add(std::move(entry->key), std::move(entry->value));
    }
    return section ? take(*std::move(section)) : Result<void>{};
}

}  // namespace rhea
