#include "qobject/keyval.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "qobject/convert.h"

namespace rhea {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes a value up to the next single comma, and that comma.
std::string take_value(std::string_view& text) {
    std::string value;
    while (!text.empty()) {
        if (text.front() == ',') {
            text.remove_prefix(1);
            if (text.empty() || text.front() != ',') break;
        }
        value += text.front();
        text.remove_prefix(1);
    }
    return value;
}

std::string switch_warning(std::string_view word, std::string_view key, std::string_view value) {
    // The one switch that QEMU names by its negative: "delay" is an option of old.
    const std::string instead =
        key == "delay" ? fmt::format("nodelay={}", value == "on" ? "off" : "on") : fmt::format("{}={}", key, value);
    return fmt::format("short-form boolean option '{}' deprecated\nPlease use {} instead", word, instead);
}

/// Digits, perhaps a fraction, perhaps a suffix: what fails to be a size only by being too large.
bool looks_like_size(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && is_digit(text[at])) ++at;
    if (at == 0) return false;
    const bool fraction = at < text.size() && text[at] == '.';
    if (fraction)
        for (++at; at < text.size() && is_digit(text[at]);) ++at;
    // A fraction of bytes is no size.
    const std::string_view suffixes = fraction ? "kKmMgGtTpPeE" : "bBkKmMgGtTpPeE";
    if (at < text.size() && suffixes.find(text[at]) != std::string_view::npos) ++at;
    else if (fraction) return false;
    return at == text.size();
}

}  // namespace

bool is_well_formed_id(std::string_view id) {
    return !id.empty() && is_letter(id.front()) && std::all_of(id.begin(), id.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_';
    });
}

Error ill_formed_id() {
    return Error::invalid_parameter_value("id", "an identifier")
        .with_hint("Identifiers consist of letters, digits, '-', '.', '_', starting with a letter.");
}

Error duplicate_id(std::string_view id, std::string_view group) {
    return Error(fmt::format("Duplicate ID '{}' for {}", id, group))
        .legacy("DuplicateId", {{"id", std::string(id)}, {"object", std::string(group)}});
}

Result<bool> parse_option_bool(std::string_view key, std::string_view value) {
    if (value == "on" || value == "yes" || value == "true" || value == "y") return true;
    if (value == "off" || value == "no" || value == "false" || value == "n") return false;
    return fail(Error::invalid_parameter_value(key, "'on' or 'off'"));
}

Result<std::uint64_t> parse_option_number(std::string_view key, std::string_view value) {
    const std::string text(value);
    char* end = nullptr;
    errno = 0;
    // A negative number stands for its two's complement, as with QEMU.
    const auto number = static_cast<std::uint64_t>(std::strtoull(text.c_str(), &end, 0));
    if (end == text.c_str() || end != text.c_str() + text.size())
        return fail(Error::invalid_parameter_value(key, "a number"));
    if (errno == ERANGE) return fail(fmt::format("Value '{}' is too large for parameter '{}'", value, key));
    return number;
}

Result<std::uint64_t> parse_option_size(std::string_view key, std::string_view value) {
    auto size = parse_size(value);
    if (size) return *size;
    if (looks_like_size(value)) return fail(fmt::format("Value '{}' is out of range for parameter '{}'", value, key));
    return fail(Error::invalid_parameter_value(key,
                                               "a non-negative number below 2^64\n"
                                               "Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\n"
                                               "and exabytes, respectively."));
}

Result<Options> Options::parse(std::string_view text, std::string_view implied_key) {
    Options options;
    for (bool first = true; !text.empty(); first = false) {
        std::string key, value;
        const std::size_t length = std::min(text.find_first_of("=,"), text.size());
        if (length < text.size() && text[length] == '=') {
            key = text.substr(0, length);
            text.remove_prefix(length + 1);
            value = take_value(text);
        } else if (first && !implied_key.empty()) {
            key = implied_key;
            value = take_value(text);
        } else {
            const std::string_view word = text.substr(0, length);
            text.remove_prefix(std::min(length + 1, text.size()));
            const bool negative = word.starts_with("no");
            key = negative ? word.substr(2) : word;
            value = negative ? "off" : "on";
            options.warnings_.push_back(switch_warning(word, key, value));
        }
        if (key != "id") {
            options.add(std::move(key), std::move(value));
        } else if (!options.id_) {
            if (!is_well_formed_id(value)) return fail(ill_formed_id());
            options.id_ = std::move(value);
        }
    }
    return options;
}

Result<void> Options::check(std::span<const OptionSpec> specs) const {
    for (const auto& [key, value] : entries_) {
        const auto spec =
            std::find_if(specs.begin(), specs.end(), [&name = key](const OptionSpec& s) { return s.name == name; });
        if (spec == specs.end()) return fail(Error::invalid_parameter(key));
        switch (spec->type) {
            case OptionType::string: break;
            case OptionType::boolean: RHEA_CHECK(parse_option_bool(key, value)); break;
            case OptionType::number: RHEA_CHECK(parse_option_number(key, value)); break;
            case OptionType::size: RHEA_CHECK(parse_option_size(key, value)); break;
        }
    }
    return {};
}

Result<void> Options::check_empty() const {
    if (!entries_.empty()) return fail(Error::invalid_parameter(entries_.front().key));
    return {};
}

const std::string* Options::find(std::string_view key) const {
    const auto at = std::find_if(entries_.rbegin(), entries_.rend(), [key](const Option& o) { return o.key == key; });
    return at == entries_.rend() ? nullptr : &at->value;
}

std::string Options::get(std::string_view key, std::string_view otherwise) const {
    const std::string* value = find(key);
    return value ? *value : std::string(otherwise);
}
Result<bool> Options::get_bool(std::string_view key, bool otherwise) const {
    const std::string* value = find(key);
    if (!value) return otherwise;
    return parse_option_bool(key, *value);
}
Result<std::uint64_t> Options::get_number(std::string_view key, std::uint64_t otherwise) const {
    const std::string* value = find(key);
    if (!value) return otherwise;
    return parse_option_number(key, *value);
}
Result<std::uint64_t> Options::get_size(std::string_view key, std::uint64_t otherwise) const {
    const std::string* value = find(key);
    if (!value) return otherwise;
    return parse_option_size(key, *value);
}

std::optional<std::string> Options::take(std::string_view key) {
    const std::string* value = find(key);
    if (!value) return std::nullopt;
    std::optional<std::string> taken(*value);
    std::erase_if(entries_, [key](const Option& o) { return o.key == key; });
    return taken;
}
Result<bool> Options::take_bool(std::string_view key, bool otherwise) {
    const auto value = take(key);
    if (!value) return otherwise;
    return parse_option_bool(key, *value);
}
Result<std::uint64_t> Options::take_number(std::string_view key, std::uint64_t otherwise) {
    const auto value = take(key);
    if (!value) return otherwise;
    return parse_option_number(key, *value);
}
Result<std::uint64_t> Options::take_size(std::string_view key, std::uint64_t otherwise) {
    const auto value = take(key);
    if (!value) return otherwise;
    return parse_option_size(key, *value);
}

QDict Options::to_qdict() const {
    QDict dict;
    for (const auto& [key, value] : entries_) dict.put(key, QObject(value));
    return dict;
}

}  // namespace rhea
