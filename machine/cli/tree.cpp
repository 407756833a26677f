#include "machine/cli/tree.h"

#include <algorithm>

#include <fmt/format.h>

#include "json/stream.h"

namespace rhea::cli {

namespace {

constexpr std::size_t kMaxDepth = 64;      // levels of dots in a key
constexpr std::size_t kMaxFragment = 127;  // bytes between two dots

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_char(char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; }

/// Length of the key fragment at the start of `key`; 0: none there. A vendor prefix ("__com.example_") may hold dots.
std::size_t fragment_length(std::string_view key) {
    std::size_t at = 0;
    if (!key.empty() && is_digit(key[0])) {
        while (at < key.size() && is_digit(key[at])) ++at;
        return at;
    }
    if (key.starts_with("__")) {
        at = 2;
        while (at < key.size() && (is_name_char(key[at]) || key[at] == '.') && key[at] != '_') ++at;
        if (at == 2 || at == key.size() || key[at] != '_') return 0;
        ++at;
    }
    if (at == key.size() || !is_alpha(key[at])) return 0;
    while (at < key.size() && is_name_char(key[at])) ++at;
    return at;
}

Fail invalid_key(std::string_view key) { return fail(Error::invalid_parameter(key)); }
Fail inconsistent(std::string_view prefix) { return fail(fmt::format("Parameters '{}.*' used inconsistently", prefix)); }

Result<void> put(QDict& root, std::string_view key, std::string value) {
    QDict* at = &root;
    std::size_t start = 0;
    for (std::size_t depth = 0; depth < kMaxDepth; ++depth) {
        const std::string_view rest = key.substr(start);
        const std::size_t length = fragment_length(rest);
        if (length == 0 || length > kMaxFragment || (depth == 0 && is_digit(rest[0]))) return invalid_key(key);
        const std::string_view fragment = rest.substr(0, length);
        QObject* old = at->find(fragment);
        if (length == rest.size()) {
            if (old && old->dict()) return inconsistent(key);
            at->put(std::string(fragment), std::move(value));
            return {};
        }
        if (rest[length] != '.') return invalid_key(key);
        if (!old) old = &at->put(std::string(fragment), QDict());
        if (!old->dict()) return inconsistent(key.substr(0, start + length));
        at = old->dict();
        start += length + 1;
    }
    return invalid_key(key);
}

/// Turns dicts whose keys are all numbers into lists, from the leaves up.
Result<void> make_lists(QObject& object, const std::string& path) {
    QDict* dict = object.dict();
    if (!dict) return {};
    std::size_t numbers = 0;
    std::vector<std::string> keys;
    for (const auto& entry : *dict) keys.push_back(entry.key);
    for (const std::string& key : keys) {
        RHEA_CHECK(make_lists(*dict->find(key), path.empty() ? key : path + "." + key));
        numbers += is_digit(key[0]);
    }
    if (numbers == 0 || path.empty()) return {};
    if (numbers != keys.size()) return inconsistent(path);
    QList list;
    list.reserve(numbers);
    for (std::size_t i = 0; i < numbers; ++i) {
        auto element = dict->take(std::to_string(i));
        if (!element) return fail(fmt::format("Parameter '{}.{}' missing", path, i));
        list.push_back(std::move(*element));
    }
    object = QObject(std::move(list));
    return {};
}

/// A value up to the next single comma; `at` moves behind that.
std::string take_value(std::string_view text, std::size_t& at) {
    std::string value;
    while (at < text.size()) {
        if (text[at] == ',') {
            ++at;
            if (at == text.size() || text[at] != ',') break;
        }
        value += text[at++];
    }
    return value;
}

}  // namespace

Result<QDict> parse_tree(std::string_view text, std::string_view implied_key, bool* help) {
    QDict root;
    std::size_t at = 0;
    for (bool first = true; at < text.size(); first = false) {
        const std::size_t end = std::min(text.find_first_of("=,", at), text.size());
        const std::string_view key = text.substr(at, end - at);
        if (end < text.size() && text[end] == '=') {
            at = end + 1;
            if (fragment_length(key) == 0) return invalid_key(key);
            RHEA_CHECK(put(root, key, take_value(text, at)));
            continue;
        }
        at = end + 1;
        if (help && (key == "help" || key == "?")) {
            *help = true;
        } else if (first && !implied_key.empty()) {
            RHEA_CHECK(put(root, implied_key, std::string(key)));
        } else if (fragment_length(key) == 0) {
            return invalid_key(key);
        } else {
            return fail(fmt::format("Expected '=' after parameter '{}'", key));
        }
    }
    QObject object(std::move(root));
    RHEA_CHECK(make_lists(object, ""));
    return std::move(*object.dict());
}

Result<void> merge_tree(QDict& into, QDict&& from) {
    std::vector<std::string> keys;
    for (const auto& entry : from) keys.push_back(entry.key);
    for (std::string& key : keys) {
        auto value = from.take(key);
        QObject* old = into.find(key);
        if (old && (old->dict() != nullptr) != (value->dict() != nullptr))
            return fail(fmt::format("Parameter '{}' used inconsistently", key));
        if (old && old->dict()) RHEA_CHECK(merge_tree(*old->dict(), std::move(*value->dict())));
        else into.put(std::move(key), std::move(*value));
    }
    return {};
}

bool looks_like_json(std::string_view text) { return text.starts_with('{'); }

Result<QDict> parse_json_object(std::string_view text) {
    QObject object = RHEA_TRY(json::parse(text));
    if (!object.dict()) return fail("Invalid parameter type, expected: object");
    return std::move(*object.dict());
}

}  // namespace rhea::cli
