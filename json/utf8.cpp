#include "json/utf8.h"

#include <array>
#include <cstring>

namespace rhea::json {

namespace {

/// How many bytes follow a leading byte (RFC 2279 had up to five); -1 for a byte that cannot lead.
int following(unsigned char lead) {
    if (lead < 0x80) return 0;
    if (lead < 0xC0 || lead > 0xFD) return -1;
    if (lead < 0xE0) return 1;
    if (lead < 0xF0) return 2;
    if (lead < 0xF8) return 3;
    return lead < 0xFC ? 4 : 5;
}

constexpr std::array<std::int64_t, 6> kSmallest = {0, 0x80, 0x800, 0x10000, 0x200000, 0x4000000};

std::size_t ascii_prefix(std::string_view text) {
    std::size_t at = 0;
    for (; text.size() - at >= 8; at += 8) {
        std::uint64_t word;
        std::memcpy(&word, text.data() + at, 8);
        if (word & 0x8080808080808080u) break;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
    return at;
}

}  // namespace

CodePoint decode_utf8(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const int extra = following(lead);
    if (extra <= 0) return {extra < 0 ? -1 : lead, 1};
    std::int64_t value = lead & (0x3F >> extra);
    for (std::size_t i = 1; i <= static_cast<std::size_t>(extra); ++i) {
        if (i == text.size() || (text[i] & 0xC0) != 0x80) return {-1, i};
        value = value << 6 | (text[i] & 0x3F);
    }
    const std::size_t length = static_cast<std::size_t>(extra) + 1;
    if (value == 0 && length == 2) return {0, 2};
    if (value < kSmallest[static_cast<std::size_t>(extra)] || value > 0x10FFFF) return {-1, length};
    return {is_character(static_cast<std::int32_t>(value)) ? static_cast<std::int32_t>(value) : -1, length};
}

bool is_character(std::int32_t value) {
    if (value < 0 || value > 0x10FFFF) return false;
    if (value >= 0xD800 && value <= 0xDFFF) return false;
    if (value >= 0xFDD0 && value <= 0xFDEF) return false;
    return (value & 0xFFFE) != 0xFFFE;
}

void append_utf8(std::string& out, std::uint32_t value) {
    const auto tail = [value](unsigned shift) { return static_cast<char>(0x80 | (value >> shift & 0x3F)); };
    if (value < 0x80) {
        out += static_cast<char>(value);
    } else if (value < 0x800) {
        out += {static_cast<char>(0xC0 | value >> 6), tail(0)};
    } else if (value < 0x10000) {
        out += {static_cast<char>(0xE0 | value >> 12), tail(6), tail(0)};
    } else {
        out += {static_cast<char>(0xF0 | value >> 18), tail(12), tail(6), tail(0)};
    }
}

bool is_plain_utf8(std::string_view text) {
    for (;;) {
        text.remove_prefix(ascii_prefix(text));
        if (text.empty()) return true;
        const CodePoint c = decode_utf8(text);
        if (c.value <= 0) return false;
        text.remove_prefix(c.length);
    }
}

}  // namespace rhea::json
