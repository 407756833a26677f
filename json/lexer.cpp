#include "json/lexer.h"

#include <array>

#include "json/byte_class.h"

namespace rhea::json {

namespace {

/// The tokens of one byte; none for the others.
constexpr auto kPunctuation = [] {
    std::array<Token, 256> table{};
    table['{'] = Token::open_brace;
    table['}'] = Token::close_brace;
    table['['] = Token::open_bracket;
    table[']'] = Token::close_bracket;
    table[':'] = Token::colon;
    table[','] = Token::comma;
    return table;
}();

}  // namespace

void Lexer::reset() {
    state_ = State::start;
    length_ = 0;
}

const char* Lexer::skip(const char* at, const char* end) {
    if (state_ == State::recovery) {
        while (at != end && !is(*at, kEndsRecovery)) ++at;
        if (at == end) return at;
        state_ = State::start;
    }
    return run(at, end, kBlank);
}

Token Lexer::ended(Token token) {
    state_ = token == Token::stray ? State::recovery : State::start;
    return token;
}

Token Lexer::next(const char*& at, const char* end) {
    if (idle()) {
        length_ = 1;
        if (const Token token = kPunctuation[static_cast<unsigned char>(*at)]; token != Token::none) {
            ++at;
            return token;
        }
        length_ = 0;
    }
    // One byte more than may be: whether it is part of the token decides.
    const std::size_t room = longest_ - length_ + 1;
    const bool short_of_room = static_cast<std::size_t>(end - at) > room;
    const char* const from = at;
    const Token token = step(at, short_of_room ? from + room : end);
    length_ += static_cast<std::size_t>(at - from);
    if (token == Token::none && length_ > longest_) return ended(Token::too_long);
    return token;
}

Token Lexer::step(const char*& at, const char* end) {
    if (state_ == State::start) {
        const Token token = begin(at);
        if (token != Token::none) return token;
    }
    while (at != end) {
        switch (state_) {
            case State::double_quoted:
            case State::single_quoted: {
                const char quote = state_ == State::double_quoted ? '"' : '\'';
                at = run(at, end, kBody);
                if (at == end) return Token::none;
                const char byte = *at++;
                if (byte == quote) return ended(Token::string);
                if (byte == '\\') state_ = quote == '"' ? State::double_quoted_escape : State::single_quoted_escape;
                else if (!is(byte, kInString)) return ended(Token::stray);
                break;
            }
            case State::double_quoted_escape:
            case State::single_quoted_escape:
                if (!is(*at++, kInString)) return ended(Token::stray);
                state_ = state_ == State::double_quoted_escape ? State::double_quoted : State::single_quoted;
                break;
            case State::keyword:
                at = run(at, end, kLower);
                if (at != end) return ended(Token::keyword);
                break;
            default: {
                if (state_ == State::digits || state_ == State::fraction || state_ == State::exponent_digits) {
                    at = run(at, end, kDigit);
                    if (at == end) return Token::none;
                }
                const Token token = number_step(static_cast<unsigned char>(*at));
                if (token == Token::number) return token;  // the byte is not part of it
                ++at;
                if (token != Token::none) return token;
            }
        }
    }
    return Token::none;
}

/// The first byte of a longer token.
Token Lexer::begin(const char*& at) {
    const char byte = *at++;
    switch (byte) {
        case '"': state_ = State::double_quoted; break;
        case '\'': state_ = State::single_quoted; break;
        case '-': state_ = State::minus; break;
        case '0': state_ = State::zero; break;
        default:
            if (is(byte, kLower)) state_ = State::keyword;
            else if (is(byte, kDigit)) state_ = State::digits;
            else return ended(Token::stray);
    }
    return Token::none;
}

/// One byte in, or right behind, a number.
Token Lexer::number_step(unsigned char byte) {
    const bool digit = kByteClass[byte] & kDigit, mark = byte == 'e' || byte == 'E';
    const auto go_on = [this](State state) {
        state_ = state;
        return Token::none;
    };
    switch (state_) {
        case State::minus:
            if (digit) return go_on(byte == '0' ? State::zero : State::digits);
            return ended(Token::stray);
        case State::zero:  // QEMU has no exponent right behind it: 0e1 is the number 0 and the keyword e
            if (byte == '.') return go_on(State::point);
            return ended(digit ? Token::stray : Token::number);
        case State::digits:
            if (byte == '.') return go_on(State::point);
            return mark ? go_on(State::exponent) : ended(Token::number);
        case State::point: return digit ? go_on(State::fraction) : ended(Token::stray);
        case State::fraction: return mark ? go_on(State::exponent) : ended(Token::number);
        case State::exponent:
            if (byte == '+' || byte == '-') return go_on(State::exponent_sign);
            return digit ? go_on(State::exponent_digits) : ended(Token::stray);
        case State::exponent_sign: return digit ? go_on(State::exponent_digits) : ended(Token::stray);
        default: return ended(Token::number);
    }
}

Token Lexer::finish() {
    const State last = state_;
    if (idle()) {
        reset();
        return Token::none;
    }
    state_ = State::start;  // nothing follows that could be passed over
    switch (last) {
        case State::keyword: return Token::keyword;
        case State::zero:
        case State::digits:
        case State::fraction:
        case State::exponent_digits: return Token::number;
        default: return Token::stray;
    }
}

}  // namespace rhea::json
