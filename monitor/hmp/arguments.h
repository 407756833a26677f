#pragma once
/// What a command of the human monitor takes: described by one text, from which its line is parsed, its errors come, and its
/// words are completed.
///
///     "-f force, B device, F filename, s? format"
///
/// Items are separated by ", ". Each is a kind and a name:
///
///     s  a word, perhaps quoted        B  the same: a block device     F  the same: a file name
///     S  the rest of the line          O  a word of options, perhaps none at all
///     i  a number of 32 bits           l  of 64 bits                   M  MiB, given in bytes      o  a size ("10G", MiB by default)
///     b  on or off                     /  "/" with count, format, width: "/4xb"
///     -f a flag of that letter         =f the same with a word behind it
///     .i a number behind a '.'
///
/// Numbers are expressions. A '?' behind the kind makes it optional; "@what" behind the name says what completes it.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "monitor/hmp/expression.h"
#include "qobject/qobject.h"

namespace rhea {

/// One item of a description.
struct HmpParameter {
    char kind = 0;
    char letter = 0;      ///< of a flag; '.': a number behind a '.'
    bool optional = false;
    std::string_view name, completes;
};

/// A description; a mistake in one does not compile.
class HmpSyntax {
public:
    template <std::size_t N>
    consteval HmpSyntax(const char (&text)[N]) : text_(text, N - 1) {
        for (std::string_view rest = text_; !rest.empty();)
            if (next(rest).name.empty()) throw "an argument of a monitor command is not described well";
    }
    /// Takes the first item off `rest`. No name: it is not well formed.
    static constexpr HmpParameter next(std::string_view& rest) {
        HmpParameter p;
        std::string_view item = rest.substr(0, rest.find(", "));
        rest.remove_prefix(item.size() < rest.size() ? item.size() + 2 : item.size());
        const std::size_t blank = item.find(' ');
        if (blank == 0 || blank == item.npos) return {};
        std::string_view kind = item.substr(0, blank);
        p.name = item.substr(blank + 1);
        if (const std::size_t at = p.name.find('@'); at != p.name.npos) {
            p.completes = p.name.substr(at + 1);
            p.name = p.name.substr(0, at);
        }
        if (kind.back() == '?') p.optional = true, kind.remove_suffix(1);
        const bool lettered = kind.size() == 2 && (kind[0] == '-' || kind[0] == '=' || kind[0] == '.');
        if (kind.size() != 1 && !lettered) return {};
        p.kind = kind[0] == '.' ? 'i' : kind[0];
        p.letter = kind[0] == '.' ? '.' : lettered ? kind[1] : '\0';
        if (std::string_view("sBFSOilMob/-=").find(p.kind) == std::string_view::npos) return {};
        return p;
    }
    constexpr std::string_view text() const { return text_; }

private:
    std::string_view text_;
};

/// "/4xb": how many, how they look, how wide.
struct HmpFormat {
    int count = 1;
    char format = 'x';
    int size = 4;      ///< bytes; -1 for instructions
    friend bool operator==(const HmpFormat&, const HmpFormat&) = default;
};

/// The arguments of one line. A value.
class HmpArguments {
public:
    using Value = std::variant<std::monostate, bool, std::int64_t, std::string, HmpFormat>;

    bool has(std::string_view name) const { return find(name); }
    /// A flag, or on/off; false when it is not there.
    bool flag(std::string_view name) const { return get<bool>(name).value_or(false); }
    std::int64_t number(std::string_view name, std::int64_t otherwise = 0) const { return get<std::int64_t>(name).value_or(otherwise); }
    /// Empty when it is not there.
    const std::string& text(std::string_view name) const;
    HmpFormat format() const { return get<HmpFormat>("fmt").value_or(HmpFormat{}); }
    /// The argument as a member for a QMP command; without it nothing is set.
    void copy(std::string_view name, QDict& to, std::string_view as = {}) const;

    void set(std::string_view name, Value value) { values_.emplace_back(name, std::move(value)); }

private:
    const Value* find(std::string_view name) const;
    template <class T>
    std::optional<T> get(std::string_view name) const {
        const Value* value = find(name);
        const T* found = value ? std::get_if<T>(value) : nullptr;
        return found ? std::optional<T>(*found) : std::nullopt;
    }
    std::vector<std::pair<std::string_view, Value>> values_;
};

/// Parses the rest of a line. `format` is what "/…" was the last time, and becomes what it is now. The error's text is what the
/// monitor prints, with its line end.
Result<HmpArguments> parse_hmp_arguments(std::string_view command, HmpSyntax syntax, std::string_view line, HmpFormat& format,
                                         const RegisterLookup& registers);

/// The words of a line as far as it is typed; the last one may be unfinished, and is empty behind a blank. Nothing when a
/// quotation does not end.
std::optional<std::vector<std::string>> split_hmp_words(std::string_view line);

}  // namespace rhea
