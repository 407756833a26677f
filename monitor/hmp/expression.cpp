#include "monitor/hmp/expression.h"

#include <cctype>
#include <limits>
#include <string>

#include <fmt/format.h>

namespace rhea {

namespace {

constexpr unsigned kDepthLimit = 256;      // parentheses and signs within each other

class Evaluator {
public:
    Evaluator(std::string_view text, const RegisterLookup& registers) : rest_(text), registers_(registers) { skip(0); }

    Result<std::int64_t> sum() {
        std::uint64_t value = bits(RHEA_TRY(logic()));
        while (peek() == '+' || peek() == '-') {
            const bool plus = take() == '+';
            const std::uint64_t next = bits(RHEA_TRY(logic()));
            value = plus ? value + next : value - next;
        }
        return static_cast<std::int64_t>(value);
    }
    std::string_view rest() const { return rest_; }

private:
    static std::uint64_t bits(std::int64_t value) { return static_cast<std::uint64_t>(value); }
    char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
    /// Drops `count` bytes and the blanks behind them.
    void skip(std::size_t count) {
        rest_.remove_prefix(count);
        while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_.front()))) rest_.remove_prefix(1);
    }
    char take() {
        const char c = peek();
        skip(1);
        return c;
    }

    Result<std::int64_t> logic() {
        std::int64_t value = RHEA_TRY(product());
        while (peek() == '&' || peek() == '|' || peek() == '^') {
            const char op = take();
            const std::int64_t next = RHEA_TRY(product());
            value = op == '&' ? value & next : op == '|' ? value | next : value ^ next;
        }
        return value;
    }

    Result<std::int64_t> product() {
        std::int64_t value = RHEA_TRY(unary());
        while (peek() == '*' || peek() == '/' || peek() == '%') {
            const char op = take();
            const std::int64_t next = RHEA_TRY(unary());
            if (op == '*') {
                value = static_cast<std::int64_t>(bits(value) * bits(next));
                continue;
            }
            if (next == 0) return fail("division by zero");
            const bool overflows = next == -1;      // -2^63 / -1 has no value
            if (op == '/') value = overflows ? static_cast<std::int64_t>(-bits(value)) : value / next;
            else value = overflows ? 0 : value % next;
        }
        return value;
    }

    Result<std::int64_t> unary() {
        if (++depth_ > kDepthLimit) return fail("expression too deep");
        auto value = primary();
        --depth_;
        return value;
    }

    Result<std::int64_t> primary() {
        switch (peek()) {
        case '\0': return fail("unexpected end of expression");
        case '+': skip(1); return unary();
        case '-': skip(1); return static_cast<std::int64_t>(-bits(RHEA_TRY(unary())));
        case '~': skip(1); return ~RHEA_TRY(unary());
        case '(': {
            skip(1);
            const std::int64_t value = RHEA_TRY(sum());
            if (peek() != ')') return fail("')' expected");
            skip(1);
            return value;
        }
        case '\'': {
            if (rest_.size() < 2) return fail("character constant expected");
            const char c = rest_[1];
            if (rest_.size() < 3 || rest_[2] != '\'') return fail("missing terminating ' character");
            skip(3);
            return c;
        }
        case '$': return register_value();
        default: return number();
        }
    }

    Result<std::int64_t> register_value() {
        std::size_t length = 1;
        while (length < rest_.size() && (std::isalnum(static_cast<unsigned char>(rest_[length])) || rest_[length] == '_' || rest_[length] == '.'))
            ++length;
        const auto value = registers_ ? registers_(rest_.substr(1, length - 1)) : std::nullopt;
        if (!value) return fail("unknown register");
        skip(length);
        return *value;
    }

    Result<std::int64_t> number() {
        unsigned base = 10;
        std::size_t at = 0;
        const auto digit = [&](std::size_t i) -> unsigned {
            if (i >= rest_.size()) return 99;
            const char c = rest_[i];
            if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
            const char lower = static_cast<char>(c | 0x20);
            return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a' + 10) : 99;
        };
        if (digit(0) == 0) {
            base = 8;
            if (rest_.size() > 1 && (rest_[1] | 0x20) == 'x' && digit(2) < 16) base = 16, at = 2;
        }
        if (digit(at) >= base) return fail(fmt::format("invalid char '{}' in expression", rest_.front()));
        std::uint64_t value = 0;
        bool too_large = false;
        for (; digit(at) < base; ++at) {
            too_large = too_large || value > (std::numeric_limits<std::uint64_t>::max() - digit(at)) / base;
            value = value * base + digit(at);
        }
        if (too_large) return fail("number too large");
        skip(at);
        return static_cast<std::int64_t>(value);
    }

    std::string_view rest_;
    const RegisterLookup& registers_;
    unsigned depth_ = 0;
};

}  // namespace

Result<std::int64_t> evaluate(std::string_view& text, const RegisterLookup& registers) {
    Evaluator evaluator(text, registers);
    auto value = evaluator.sum();
    if (value) text = evaluator.rest();
    return value;
}

}  // namespace rhea
