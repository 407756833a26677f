#include "json/number.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <system_error>

namespace rhea::json {

namespace {

double parse_double(std::string_view text) {
    double value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec == std::errc()) return value;
    // Out of range, and the standard does not say which way: the place of the first digit that counts does.
    const std::size_t mark = text.find_first_of("eE");
    const std::string_view digits = text.substr(0, mark);
    const std::size_t point = digits.find('.') == digits.npos ? digits.size() : digits.find('.');
    const std::size_t first = digits.find_first_of("123456789");
    auto place = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
    if (mark != text.npos) {
        std::string_view exponent = text.substr(mark + 1);
        if (exponent.front() == '+') exponent.remove_prefix(1);
        std::int64_t shift = 0;
        const auto shifted = std::from_chars(exponent.data(), exponent.data() + exponent.size(), shift);
        constexpr std::int64_t kFar = std::int64_t{1} << 40;  // farther than any text has digits
        if (shifted.ec != std::errc()) shift = exponent.front() == '-' ? -kFar : kFar;
        place += std::min(std::max(shift, -kFar), kFar);
    }
    value = place > 0 ? std::numeric_limits<double>::infinity() : 0.0;
    return text.front() == '-' ? -value : value;
}

/// Most numbers: up to 15 digits and no exponent, where one division is exact to the last bit.
bool parse_short(std::string_view text, QNum& number) {
    static constexpr double kTens[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const bool negative = text.front() == '-';
    if (negative) text.remove_prefix(1);
    if (text.size() > 16) return false;
    std::int64_t digits = 0;
    std::size_t count = 0, whole = 0;
    bool point = false;
    for (const char c : text) {
        if (c == '.') {
            point = true;
            whole = count;
        } else {
            if (c < '0' || c > '9') return false;
            digits = digits * 10 + (c - '0');
            ++count;
        }
    }
    if (count > 15) return false;
    if (!point) {
        number = QNum::from_int(negative ? -digits : digits);
    } else {
        const double value = static_cast<double>(digits) / kTens[count - whole];
        number = QNum::from_double(negative ? -value : value);
    }
    return true;
}

}  // namespace

QNum parse_number(std::string_view text) {
    if (QNum number; parse_short(text, number)) return number;
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    std::int64_t value = 0;
    const auto read = std::from_chars(begin, end, value);
    if (read.ptr == end) {
        if (read.ec == std::errc()) return QNum::from_int(value);
        std::uint64_t wide = 0;
        if (std::from_chars(begin, end, wide).ec == std::errc()) return QNum::from_uint(wide);
    }
    return QNum::from_double(parse_double(text));
}

}  // namespace rhea::json
