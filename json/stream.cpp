#include "json/stream.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "json/byte_class.h"
#include "json/exact_parser.h"
#include "json/fast_parser.h"
#include "json/lexer.h"
#include "json/plain_tokens.h"

namespace rhea::json {

namespace {

constexpr std::size_t kKeptMemory = 64u << 10;  // a longer message's buffer is given back
constexpr std::size_t kLongGap = 16;            // white space within a message that is not worth holding

Fail limit_exceeded(std::string_view which) {
    return fail(Error(fmt::format("JSON {} limit exceeded", which)).legacy("JSONParsing"));
}

Fail stray(std::string_view token) {
    return fail(Error::json_parsing(fmt::format("stray '{}'", token.substr(0, token.find('\0')))));
}

}  // namespace

class Stream::Impl {
public:
    Impl(Sink& sink, Limits limits, std::string_view opaque)
        : sink_(sink), limits_(limits), lexer_(limits.message_bytes), fast_({limits.nesting, limits.tokens}, opaque) {}

    std::size_t feed(std::string_view bytes);
    void finish();
    void reset() {
        lexer_.reset();
        close();
    }
    std::size_t buffered() const { return held_.size(); }

private:
    /// What is known of the message that has begun.
    struct Message : Extent {
        bool refused = false;  // by the fast parser
    };

    void skip(const char*& at, const char* end);
    void pass_plain(const char*& at, const char* end);
    bool read_fast(const char*& at, const char* end, QObject& value);
    bool count(Token token);
    std::string_view exceeded() const;
    Result<QObject> conclude(Token token, const char* at);
    Result<QObject> parse_message(const char* at);
    std::string_view text(const char* at);
    bool is_open() const { return message_.tokens > 0; }
    void close();

    Sink& sink_;
    const Limits limits_;
    Lexer lexer_;
    FastParser fast_;
    Message message_;
    std::string held_;              // the message's bytes from earlier calls
    const char* unheld_ = nullptr;  // where the bytes that follow `held_` stand in this call
};

std::size_t Stream::Impl::feed(std::string_view bytes) {
    if (bytes.empty()) return 0;
    const char* const begin = bytes.data();
    const char* const end = begin + bytes.size();
    const char* at = begin;
    unheld_ = begin;
    while (at != end) {
        if (lexer_.idle()) {
            skip(at, end);
            if (at == end) break;
            if (!is_open() && (*at == '{' || *at == '[')) {
                QObject value;
                if (read_fast(at, end, value)) {
                    if (!sink_.input(std::move(value))) return static_cast<std::size_t>(at - begin);
                    continue;
                }
            } else if (is_open()) {
                pass_plain(at, end);
                if (at == end || is(*at, kBlank)) continue;
            }
        }
        const Token token = lexer_.next(at, end);
        if (token == Token::none) break;
        if (count(token)) continue;
        auto input = conclude(token, at);
        close();
        if (!sink_.input(std::move(input))) return static_cast<std::size_t>(at - begin);
    }
    if (is_open() || !lexer_.idle()) held_.append(unheld_, end);
    return bytes.size();
}

/// Moves to the next token; `unheld_` stays at the message's first byte that is not held.
void Stream::Impl::skip(const char*& at, const char* end) {
    const char* gap = at;
    at = lexer_.skip(at, end);
    if (!is_open()) {
        unheld_ = at;
    } else if (at != gap && (at == end || static_cast<std::size_t>(at - gap) > kLongGap)) {
        // One blank is kept, as the tokens must stay apart.
        if (unheld_ != gap || held_.empty() || !is(held_.back(), kBlank)) held_.append(unheld_, gap + 1);
        unheld_ = at;
    }
}

/// Most of a large message's tokens, unless a limit is near.
void Stream::Impl::pass_plain(const char*& at, const char* end) {
    const auto bytes = static_cast<std::size_t>(end - at);
    if (message_.bytes + bytes < limits_.message_bytes && message_.tokens + bytes < limits_.tokens)
        at = pass_plain_tokens(at, end, message_, limits_.nesting);
}

/// A message that begins at `at`, when all of it is here and it is plain JSON.
bool Stream::Impl::read_fast(const char*& at, const char* end, QObject& value) {
    if (limits_.message_bytes == 0) return false;
    const std::size_t room = std::min(static_cast<std::size_t>(end - at), limits_.message_bytes - 1);
    std::size_t length = 0;
    const auto outcome = fast_.parse(std::string_view(at, room), value, length);
    if (outcome == FastParser::Outcome::parsed) {
        at += length;
        return true;
    }
    message_.refused = outcome == FastParser::Outcome::refused;
    return false;
}

/// Counts a token in; false when the message ends with it.
bool Stream::Impl::count(Token token) {
    switch (token) {
        case Token::open_brace: ++message_.braces; break;
        case Token::close_brace: --message_.braces; break;
        case Token::open_bracket: ++message_.brackets; break;
        case Token::close_bracket: --message_.brackets; break;
        case Token::stray: return false;
        default: break;
    }
    message_.bytes += lexer_.length();
    ++message_.tokens;
    if (message_.braces < 0 || message_.brackets < 0 || message_.braces + message_.brackets == 0) return false;
    // What `exceeded` tells apart; this is on the way of every token of a large message.
    return message_.bytes < limits_.message_bytes && message_.tokens <= limits_.tokens &&
           static_cast<std::size_t>(message_.braces + message_.brackets) <= limits_.nesting;
}

/// Which limit the message is beyond, if it is.
std::string_view Stream::Impl::exceeded() const {
    if (message_.bytes >= limits_.message_bytes) return "token size";
    if (message_.tokens > limits_.tokens) return "token count";
    const auto levels = message_.braces + message_.brackets;
    if (levels > 0 && static_cast<std::size_t>(levels) > limits_.nesting) return "nesting depth";
    return {};
}

/// What comes of the message that ends with `token`, at `at`.
Result<QObject> Stream::Impl::conclude(Token token, const char* at) {
    if (token == Token::stray) {
        const std::string_view all = text(at);
        return stray(all.substr(all.size() - lexer_.length()));
    }
    if (const auto limit = exceeded(); !limit.empty()) return limit_exceeded(limit);
    return parse_message(at);
}

Result<QObject> Stream::Impl::parse_message(const char* at) {
    const std::string_view message = text(at);
    const bool container = message.front() == '{' || message.front() == '[';
    QObject value;
    std::size_t length = 0;
    if (container && !message_.refused && fast_.parse(message, value, length) == FastParser::Outcome::parsed) return value;
    return parse_exactly(message);
}

/// The message's bytes up to `at`.
std::string_view Stream::Impl::text(const char* at) {
    if (held_.empty()) return {unheld_, static_cast<std::size_t>(at - unheld_)};
    held_.append(unheld_, at);
    unheld_ = at;
    return held_;
}

void Stream::Impl::close() {
    message_ = {};
    if (held_.capacity() > kKeptMemory) std::string().swap(held_);  // an assignment would keep the memory
    else held_.clear();
}

void Stream::Impl::finish() {
    static constexpr char kNothing[] = "";
    unheld_ = kNothing;
    const Token token = lexer_.finish();
    if (token == Token::none && !is_open()) return reset();
    const bool cut = token == Token::none || count(token);
    auto input = cut ? parse_exactly(text(kNothing)) : conclude(token, kNothing);
    reset();
    sink_.input(std::move(input));
}

Stream::Stream(Sink& sink, Limits limits, std::string_view opaque) : impl_(std::make_unique<Impl>(sink, limits, opaque)) {}
Stream::~Stream() = default;
std::size_t Stream::feed(std::string_view bytes) { return impl_->feed(bytes); }
void Stream::finish() { impl_->finish(); }
void Stream::reset() { impl_->reset(); }
std::size_t Stream::buffered() const { return impl_->buffered(); }

Result<QObject> parse(std::string_view text) {
    struct First final : Sink {
        std::optional<Result<QObject>> result;
        bool input(Result<QObject>&& value) override {
            if (!result) result = std::move(value);
            else if (*result) result = fail("Expecting at most one JSON value");
            return result->has_value();  // an error is final
        }
    } first;
    Stream stream(first);
    if (stream.feed(text) == text.size()) stream.finish();
    if (!first.result) return fail("Expecting a JSON value");
    return std::move(*first.result);
}

}  // namespace rhea::json
