#include "json/exact_parser.h"

#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "json/lexer.h"
#include "json/number.h"
#include "json/utf8.h"

namespace rhea::json {

namespace {

Fail syntax_error(std::string_view detail) { return fail(Error::json_parsing(detail)); }

std::int32_t hex4(std::string_view digits) {
    if (digits.size() < 4) return -1;
    std::int32_t value = 0;
    for (char c : digits.substr(0, 4)) {
        value <<= 4;
        if (c >= '0' && c <= '9') value |= c - '0';
        else if (c >= 'a' && c <= 'f') value |= c - 'a' + 10;
        else if (c >= 'A' && c <= 'F') value |= c - 'A' + 10;
        else return -1;
    }
    return value;
}

bool is_high_surrogate(std::int32_t value) { return value >= 0xD800 && value <= 0xDBFF; }
bool is_low_surrogate(std::int32_t value) { return value >= 0xDC00 && value <= 0xDFFF; }

/// What `rest`, which begins with \u, stands for; takes it off.
Result<std::uint32_t> unicode_escape(std::string_view& rest) {
    std::int32_t value = hex4(rest.substr(2));
    std::size_t length = 6;
    if (is_high_surrogate(value) && rest.size() > 7 && rest[6] == '\\' && rest[7] == 'u') {
        const std::int32_t low = hex4(rest.substr(8));
        if (is_low_surrogate(low)) {
            value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
            length = 12;
        }
    }
    // The text shows what was read, to the closing quote at most.
    if (!is_character(value)) return syntax_error(fmt::format("{} is not a valid Unicode character", rest.substr(0, length)));
    rest.remove_prefix(length);
    return static_cast<std::uint32_t>(value);
}

std::optional<char> simple_escape(char byte) {
    switch (byte) {
    case '"':
    case '\'':
    case '\\':
    case '/': return byte;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return std::nullopt;
    }
}

/// `token` has its quotes.
Result<std::string> unquote(std::string_view token) {
    const char quote = token.front();
    std::string text;
    for (std::string_view rest = token.substr(1); rest.front() != quote;) {
        if (rest.front() != '\\') {
            const CodePoint c = decode_utf8(rest);
            if (c.value < 0) return syntax_error("invalid UTF-8 sequence in string");
            append_utf8(text, static_cast<std::uint32_t>(c.value));
            rest.remove_prefix(c.length);
        } else if (rest[1] == 'u') {
            append_utf8(text, RHEA_TRY(unicode_escape(rest)));
        } else {
            const auto byte = simple_escape(rest[1]);
            if (!byte) return syntax_error("invalid escape sequence in string");
            text += *byte;
            rest.remove_prefix(2);
        }
    }
    return text;
}

class ExactParser {
public:
    explicit ExactParser(std::string_view message)
        : lexer_(message.size()), at_(message.data()), end_(at_ + message.size()) {
        advance();
    }

    Result<QObject> value() {
        const Token token = token_;
        const std::string_view text = text_;
        if (token == Token::none) return syntax_error("premature EOI");
        advance();
        switch (token) {
        case Token::open_brace: return dict();
        case Token::open_bracket: return list();
        case Token::string: return QObject(RHEA_TRY(unquote(text)));
        case Token::number: return QObject(parse_number(text));
        case Token::keyword: return keyword(text);
        default: return syntax_error("expecting value");
        }
    }

private:
    void advance() {
        at_ = lexer_.skip(at_, end_);
        token_ = at_ == end_ ? Token::none : lexer_.next(at_, end_);
        if (token_ == Token::none && !lexer_.idle()) token_ = lexer_.finish();
        text_ = std::string_view(at_ - lexer_.length(), lexer_.length());
    }

    static Result<QObject> keyword(std::string_view word) {
        if (word == "true") return QObject(true);
        if (word == "false") return QObject(false);
        if (word == "null") return QObject();
        return syntax_error(fmt::format("invalid keyword '{}'", word));
    }

    /// Behind an element: true when another one follows, false behind `close`.
    Result<bool> another(Token close, std::string_view container) {
        const Token token = token_;
        if (token == Token::none) return syntax_error("premature EOI");
        advance();
        if (token == close) return false;
        if (token == Token::comma) return true;
        return syntax_error(fmt::format("expected separator in {}", container));
    }

    Result<QObject> list() {
        QList list;
        if (token_ == Token::close_bracket) {
            advance();
            return QObject(std::move(list));
        }
        do list.push_back(RHEA_TRY(value()));
        while (RHEA_TRY(another(Token::close_bracket, "list")));
        return QObject(std::move(list));
    }

    Result<QObject> dict() {
        QDict dict;
        if (token_ == Token::close_brace) {
            advance();
            return QObject(std::move(dict));
        }
        do RHEA_CHECK(member(dict));
        while (RHEA_TRY(another(Token::close_brace, "dict")));
        return QObject(std::move(dict));
    }

    Result<void> member(QDict& dict) {
        QObject key = RHEA_TRY(value());    // so that a key of another type is read to its end first
        if (!key.string()) return syntax_error("key is not a string in object");
        if (token_ == Token::none) return syntax_error("premature EOI");
        if (token_ != Token::colon) return syntax_error("missing : in object pair");
        advance();
        QObject member = RHEA_TRY(value());
        if (!dict.add(std::move(*key.string()), std::move(member))) return syntax_error("duplicate key");
        return {};
    }

    Lexer lexer_;
    const char* at_;
    const char* const end_;
    Token token_ = Token::none;
    std::string_view text_;
};

}  // namespace

Result<QObject> parse_exactly(std::string_view message) { return ExactParser(message).value(); }

}  // namespace rhea::json
