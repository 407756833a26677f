#pragma once
/// Bytes to tokens, cut anywhere. What is no token is answered at its first bad byte; then everything is passed over up to a
/// byte that a message may go on with (a bracket, a brace, a colon, a comma, a control character or 0xFE and 0xFF).
#include <cstddef>
#include <cstdint>

namespace rhea::json {

enum class Token : std::uint8_t {
    none,  ///< the bytes end within a token
    open_brace,
    close_brace,
    open_bracket,
    close_bracket,
    colon,
    comma,
    string,
    number,
    keyword,
    stray,     ///< ends with the bad byte
    too_long,  ///< cut off behind the byte that was one too many
};

class Lexer {
public:
    /// `longest`: bytes of a token, quotes included.
    explicit Lexer(std::size_t longest) : longest_(longest) {}

    /// Passes over what stands between tokens. Only when idle.
    const char* skip(const char* at, const char* end);
    /// Moves `at` behind the token that begins there or goes on there, or to `end` when that has not ended yet. A number or
    /// a keyword ends before the byte behind it.
    Token next(const char*& at, const char* end);
    /// The input has ended: the token that this completes (or leaves stray).
    Token finish();
    void reset();

    /// No token has begun.
    bool idle() const { return state_ <= State::recovery; }
    /// Bytes of the token that `next` or `finish` gave last, or that has begun.
    std::size_t length() const { return length_; }

private:
    enum class State : std::uint8_t {
        start,
        recovery,
        double_quoted,
        double_quoted_escape,
        single_quoted,
        single_quoted_escape,
        minus,
        zero,
        digits,
        point,
        fraction,
        exponent,
        exponent_sign,
        exponent_digits,
        keyword,
    };
    Token step(const char*& at, const char* end);
    Token begin(const char*& at);
    Token number_step(unsigned char byte);
    Token ended(Token token);

    const std::size_t longest_;
    std::size_t length_ = 0;
    State state_ = State::start;
};

}  // namespace rhea::json
