#include "monitor/hmp/arguments.h"

#include <fmt/format.h>

#include "qobject/convert.h"

namespace rhea {

namespace {

constexpr bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

void skip_blanks(std::string_view& line) {
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
}

/// A word, or text in double quotes with \n \r \\ \' \". Nothing: there is none, or it is malformed.
std::optional<std::string> take_word(std::string_view& line) {
    skip_blanks(line);
    if (line.empty()) return std::nullopt;
    std::string word;
    if (line.front() != '"') {
        while (!line.empty() && !is_blank(line.front())) {
            word += line.front();
            line.remove_prefix(1);
        }
        return word;
    }
    std::size_t at = 1;
    for (; at < line.size() && line[at] != '"'; ++at) {
        if (line[at] != '\\') {
            word += line[at];
            continue;
        }
        switch (at + 1 < line.size() ? line[at + 1] : '\0') {
        case 'n': word += '\n'; break;
        case 'r': word += '\r'; break;
        case '\\': case '\'': case '"': word += line[at + 1]; break;
        default: return std::nullopt;
        }
        ++at;
    }
    if (at >= line.size()) return std::nullopt;
    line.remove_prefix(at + 1);
    return word;
}

class Parser {
public:
    Parser(std::string_view command, HmpSyntax syntax, std::string_view line, HmpFormat& format, const RegisterLookup& registers)
        : command_(command), rest_(syntax.text()), line_(line), format_(format), registers_(registers) {}

    Result<HmpArguments> parse() {
        while (!rest_.empty()) RHEA_CHECK(one(HmpSyntax::next(rest_)));
        skip_blanks(line_);
        if (!line_.empty()) return fail(fmt::format("{}: extraneous characters at the end of line\n", command_));
        return std::move(arguments_);
    }

private:
    Result<void> one(const HmpParameter& p) {
        switch (p.kind) {
        case '-': case '=': return flag(p);
        case '/': return number_format(p);
        case 'b': return on_off(p);
        case 'i': case 'l': case 'M': return number(p);
        case 'o': return size(p);
        default: return word(p);
        }
    }

    Result<void> word(const HmpParameter& p) {
        skip_blanks(line_);
        if (line_.empty() && (p.optional || p.kind == 'O')) return {};
        std::optional<std::string> text;
        if (p.kind == 'S') {
            if (!line_.empty()) text.emplace(std::exchange(line_, {}));
        } else {
            text = take_word(line_);
        }
        if (!text)
            return fail(fmt::format("{}: {} expected\n", command_,
                                    p.kind == 'F' ? "filename" : p.kind == 'B' ? "block device name" : "string"));
        arguments_.set(p.name, std::move(*text));
        return {};
    }

    Result<void> number(const HmpParameter& p) {
        skip_blanks(line_);
        if (p.letter == '.') {
            if (line_.empty() || line_.front() != '.') return {};
            line_.remove_prefix(1);
            skip_blanks(line_);
        } else if (p.optional && line_.empty()) {
            return {};
        }
        auto value = evaluate(line_, registers_);
        if (!value) return fail(value.error().description() + "\n");
        if (p.kind == 'i' && static_cast<std::uint64_t>(*value) >> 32)
            return fail(fmt::format("'{}' has failed: integer is for 32-bit values\n", command_));
        if (p.kind == 'M') {
            if (*value < 0) return fail("enter a positive value\n");
            *value = static_cast<std::int64_t>(static_cast<std::uint64_t>(*value) << 20);
        }
        arguments_.set(p.name, *value);
        return {};
    }

    Result<void> size(const HmpParameter& p) {
        skip_blanks(line_);
        if (p.optional && line_.empty()) return {};
        // The longest beginning that is a size; what follows it is the line's business.
        std::size_t length = 0;
        while (length < line_.size() && length < kSizeDigits && !is_blank(line_[length])) ++length;
        Result<std::uint64_t> value = fail("");
        for (; length > 0 && !value; length -= !value) value = parse_size(line_.substr(0, length), 1 << 20);
        if (!value) return fail("invalid size\n");
        line_.remove_prefix(length);
        arguments_.set(p.name, static_cast<std::int64_t>(*value));
        return {};
    }

    Result<void> on_off(const HmpParameter& p) {
        skip_blanks(line_);
        if (p.optional && line_.empty()) return {};
        std::size_t length = 0;
        while (length < line_.size() && !is_blank(line_[length])) ++length;
        const std::string_view word = line_.substr(0, length);
        if (word != "on" && word != "off") return fail("Expected 'on' or 'off'\n");
        line_.remove_prefix(length);
        arguments_.set(p.name, word == "on");
        return {};
    }

    Result<void> flag(const HmpParameter& p) {
        skip_blanks(line_);
        if (line_.empty() || line_.front() != '-') return {};
        const char letter = line_.size() > 1 ? line_[1] : '\0';
        if (letter != p.letter) {
            if (later_flag(letter)) return {};
            // Nothing comes after the end of the text, not even the line's end.
            if (letter == '\0') return fail(fmt::format("{}: unsupported option -", command_));
            return fail(fmt::format("{}: unsupported option -{}\n", command_, letter));
        }
        line_.remove_prefix(2);
        if (p.kind == '-') {
            arguments_.set(p.name, true);
            return {};
        }
        auto text = take_word(line_);
        if (!text) return fail(fmt::format("{}: value expected for -{}\n", command_, letter));
        arguments_.set(p.name, std::move(*text));
        return {};
    }

    bool later_flag(char letter) const {
        std::string_view rest = rest_;
        while (!rest.empty()) {
            const HmpParameter p = HmpSyntax::next(rest);
            if ((p.kind == '-' || p.kind == '=') && p.letter == letter) return true;
        }
        return false;
    }

    Result<void> number_format(const HmpParameter& p) {
        skip_blanks(line_);
        HmpFormat format{1, format_.format, format_.format == 'i' ? -1 : format_.size};
        if (!line_.empty() && line_.front() == '/') {
            line_.remove_prefix(1);
            if (const char c = peek(); c >= '0' && c <= '9') format.count = 0;
            while (peek() >= '0' && peek() <= '9') {
                format.count = std::min(format.count * 10 + (peek() - '0'), kCountLimit);
                line_.remove_prefix(1);
            }
            char letter = 0;
            int size = 0;
            for (bool more = true; more;) {
                switch (const char c = peek(); c) {
                case 'o': case 'd': case 'u': case 'x': case 'i': case 'c': letter = c; break;
                case 'b': size = 1; break;
                case 'h': size = 2; break;
                case 'w': size = 4; break;
                case 'g': case 'L': size = 8; break;
                default: more = false;
                }
                if (more) line_.remove_prefix(1);
            }
            if (peek() != '\0' && !is_blank(peek())) return fail(fmt::format("invalid char in format: '{}'\n", peek()));
            if (letter) format.format = letter;
            if (format.format != 'i') format_.size = format.size = size ? size : format_.size;
            else format.size = size ? size : -1;
            format_.format = format.format;
        }
        arguments_.set(p.name, format);
        return {};
    }
    char peek() const { return line_.empty() ? '\0' : line_.front(); }

    static constexpr std::size_t kSizeDigits = 64;
    static constexpr int kCountLimit = 1 << 20;      // bounds what one line prints

    std::string_view command_, rest_, line_;
    HmpFormat& format_;
    const RegisterLookup& registers_;
    HmpArguments arguments_;
};

}  // namespace

const HmpArguments::Value* HmpArguments::find(std::string_view name) const {
    for (const auto& [key, value] : values_)
        if (key == name) return &value;
    return nullptr;
}

const std::string& HmpArguments::text(std::string_view name) const {
    static const std::string kNone;
    const Value* value = find(name);
    const auto* text = value ? std::get_if<std::string>(value) : nullptr;
    return text ? *text : kNone;
}

void HmpArguments::copy(std::string_view name, QDict& to, std::string_view as) const {
    const Value* value = find(name);
    if (!value) return;
    std::string key(as.empty() ? name : as);
    if (const auto* flag = std::get_if<bool>(value)) to.put(std::move(key), *flag);
    if (const auto* number = std::get_if<std::int64_t>(value)) to.put(std::move(key), *number);
    if (const auto* text = std::get_if<std::string>(value)) to.put(std::move(key), *text);
}

Result<HmpArguments> parse_hmp_arguments(std::string_view command, HmpSyntax syntax, std::string_view line, HmpFormat& format,
                                         const RegisterLookup& registers) {
    return Parser(command, syntax, line, format, registers).parse();
}

std::optional<std::vector<std::string>> split_hmp_words(std::string_view line) {
    std::vector<std::string> words;
    for (;;) {
        skip_blanks(line);
        if (line.empty()) break;
        auto word = take_word(line);
        if (!word) return std::nullopt;
        words.push_back(std::move(*word));
        if (line.empty()) return words;
    }
    words.emplace_back();
    return words;
}

}  // namespace rhea
