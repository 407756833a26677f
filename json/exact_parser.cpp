#include "json/exact_parser.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

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
    if (!is_character(value))
        return syntax_error(fmt::format("{} is not a valid Unicode character", rest.substr(0, length)));
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

/// Keeps the open containers in a list of its own: a hostile message must not choose how deep the program's stack goes.
class ExactParser {
public:
    explicit ExactParser(std::string_view message)
        : lexer_(message.size()), at_(message.data()), end_(at_ + message.size()) {
        advance();
    }

    Result<QObject> parse() {
        for (;;) {
            QObject value;
            if (begin_container()) {
                if (!closes()) continue;  // on to its first element or key
                advance();
                value = close();
            } else {
                value = RHEA_TRY(scalar());
            }
            for (;;) {
                if (open_.empty()) return value;
                RHEA_CHECK(put(std::move(value)));
                if (open_.back().has_key || RHEA_TRY(another())) break;
                value = close();
            }
        }
    }

private:
    struct Open {
        QObject container;
        Token closer;
        bool has_key = false;  // `key` is that of the value that comes next
        std::string key;
    };

    void advance() {
        at_ = lexer_.skip(at_, end_);
        token_ = at_ == end_ ? Token::none : lexer_.next(at_, end_);
        if (token_ == Token::none && !lexer_.idle()) token_ = lexer_.finish();
        text_ = std::string_view(at_ - lexer_.length(), lexer_.length());
    }

    bool begin_container() {
        if (token_ == Token::open_brace) open_.push_back({QDict(), Token::close_brace, false, {}});
        else if (token_ == Token::open_bracket) open_.push_back({QList(), Token::close_bracket, false, {}});
        else return false;
        advance();
        return true;
    }
    bool closes() const { return token_ == open_.back().closer; }
    QObject close() {
        QObject container = std::move(open_.back().container);
        open_.pop_back();
        return container;
    }

    Result<QObject> scalar() {
        const Token token = token_;
        const std::string_view text = text_;
        advance();
        switch (token) {
            case Token::none: return syntax_error("premature EOI");
            case Token::string: return QObject(RHEA_TRY(unquote(text)));
            case Token::number: return QObject(parse_number(text));
            case Token::keyword:
                if (text == "true") return QObject(true);
                if (text == "false") return QObject(false);
                if (text == "null") return QObject();
                return syntax_error(fmt::format("invalid keyword '{}'", text));
            default: return syntax_error("expecting value");
        }
    }

    /// Gives a value to the innermost container: as an element, a key (with the colon behind it) or a member.
    Result<void> put(QObject&& value) {
        Open& parent = open_.back();
        if (QList* list = parent.container.list()) {
            list->push_back(std::move(value));
            return {};
        }
        if (parent.has_key) {
            parent.has_key = false;
            if (!parent.container.dict()->add(std::move(parent.key), std::move(value))) return syntax_error("duplicate key");
            return {};
        }
        if (!value.string()) return syntax_error("key is not a string in object");
        if (token_ == Token::none) return syntax_error("premature EOI");
        if (token_ != Token::colon) return syntax_error("missing : in object pair");
        advance();
        parent.key = std::move(*value.string());
        parent.has_key = true;
        return {};
    }

    /// Behind an element: whether another one follows, or the container ends.
    Result<bool> another() {
        const Token token = token_;
        if (token == Token::none) return syntax_error("premature EOI");
        const bool closed = closes();
        advance();
        if (closed) return false;
        if (token == Token::comma) return true;
        return syntax_error(open_.back().container.list() ? "expected separator in list" : "expected separator in dict");
    }

    Lexer lexer_;
    const char* at_;
    const char* const end_;
    Token token_ = Token::none;
    std::string_view text_;
    std::vector<Open> open_;
};

}  // namespace

Result<QObject> parse_exactly(std::string_view message) { return ExactParser(message).parse(); }

}  // namespace rhea::json
