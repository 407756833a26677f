#include "machine/block/flat_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "json/writer.h"
#include "qobject/convert.h"

namespace rhea {
namespace {

void flatten(FlatOptions& into, const std::string& prefix, const QObject& value) {
    if (const QDict* dict = value.dict()) {
        for (const QDictEntry& entry : *dict)
            flatten(into, prefix.empty() ? entry.key : prefix + "." + entry.key, entry.value);
    } else if (const QList* list = value.list()) {
        for (std::size_t i = 0; i < list->size(); ++i) flatten(into, fmt::format("{}.{}", prefix, i), (*list)[i]);
    } else {
        into.put(prefix, value);
    }
}

std::string as_text(const QObject& value) {
    if (const QString* text = value.string()) return *text;
    if (const bool* flag = value.boolean()) return *flag ? "on" : "off";
    return json::to_string(value);
}

}  // namespace

FlatOptions::FlatOptions(const std::vector<std::pair<std::string, std::string>>& pairs) {
    for (const auto& [key, value] : pairs) put(key, value);
}

FlatOptions FlatOptions::from_dict(const QDict& dict) {
    FlatOptions flat;
    flatten(flat, "", QObject(dict));
    return flat;
}

QDict FlatOptions::to_dict() const {
    QDict dict;
    for (const auto& [key, value] : entries_) dict.put(key, value);
    return dict;
}

bool FlatOptions::contains(std::string_view key) const {
    return std::any_of(entries_.begin(), entries_.end(), [key](const auto& e) { return e.first == key; });
}

void FlatOptions::put(std::string key, QObject value) {
    std::erase_if(entries_, [&key](const auto& e) { return e.first == key; });
    entries_.emplace_back(std::move(key), std::move(value));
}

void FlatOptions::put_default(std::string key, QObject value) {
    if (!contains(key)) entries_.emplace_back(std::move(key), std::move(value));
}

bool FlatOptions::rename(std::string_view from, std::string_view to) {
    if (!contains(from)) return true;
    if (contains(to)) return false;
    for (auto& entry : entries_)
        if (entry.first == from) entry.first = to;
    return true;
}

FlatOptions FlatOptions::take_group(std::string_view prefix) {
    FlatOptions group;
    std::erase_if(entries_, [&](auto& entry) {
        const std::string& key = entry.first;
        if (key.size() <= prefix.size() || key.compare(0, prefix.size(), prefix) != 0 || key[prefix.size()] != '.')
            return false;
        group.entries_.emplace_back(key.substr(prefix.size() + 1), std::move(entry.second));
        return true;
    });
    return group;
}

std::optional<QObject> FlatOptions::take_value(std::string_view key) {
    for (auto it = entries_.begin(); it != entries_.end(); ++it) {
        if (it->first != key) continue;
        QObject value = std::move(it->second);
        entries_.erase(it);
        return value;
    }
    return std::nullopt;
}

std::optional<std::string> FlatOptions::take(std::string_view key) {
    auto value = take_value(key);
    if (!value) return std::nullopt;
    return as_text(*value);
}

Result<std::optional<bool>> FlatOptions::take_bool(std::string_view key) {
    const auto text = take(key);
    if (!text) return std::nullopt;
    for (const std::string_view yes : {"on", "yes", "true", "y"})
        if (*text == yes) return true;
    for (const std::string_view no : {"off", "no", "false", "n"})
        if (*text == no) return false;
    return fail(Error::invalid_parameter_value(key, "'on' or 'off'"));
}

Result<std::optional<std::uint64_t>> FlatOptions::take_number(std::string_view key) {
    const auto text = take(key);
    if (!text) return std::nullopt;
    // As strtoull: a sign wraps round, so that -1 is the largest number.
    errno = 0;
    char* end = nullptr;
    const std::uint64_t number = std::strtoull(text->c_str(), &end, 0);
    if (text->empty() || end != text->c_str() + text->size()) return fail(Error::invalid_parameter_value(key, "a number"));
    if (errno == ERANGE) return fail(fmt::format("Value '{}' is too large for parameter '{}'", *text, key));
    return number;
}

Result<std::optional<std::uint64_t>> FlatOptions::take_size(std::string_view key) {
    const auto text = take(key);
    if (!text) return std::nullopt;
    const auto bytes = parse_size(*text);
    if (!bytes)
        return fail(Error::invalid_parameter_value(key, "a non-negative number below 2^64")
                        .with_hint("Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\n"
                                   "and exabytes, respectively."));
    return *bytes;
}

}  // namespace rhea
