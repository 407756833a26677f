#pragma once
/// What a byte may be in a stream of QMP, apart from its place in a number.
#include <array>
#include <cstdint>

namespace rhea::json {

enum : std::uint8_t {
    kBlank = 1,  // between tokens
    kEndsRecovery = 2,
    kBody = 4,      // within a string, standing for itself whichever quotes it has
    kInString = 8,  // within a string or behind a backslash
    kLower = 16,
    kDigit = 32,
    kInNumber = 64,
};

inline constexpr auto kByteClass = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned c = 0; c < 256; ++c) {
        const bool control = c < 0x20, far = c >= 0xFE;
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') table[c] |= kBlank;
        if ((control && c != '\t') || far || c == '{' || c == '}' || c == '[' || c == ']' || c == ':' || c == ',')
            table[c] |= kEndsRecovery;
        if (!control && !far) table[c] |= kInString;
        if (!control && !far && c != '"' && c != '\'' && c != '\\') table[c] |= kBody;
        if (c >= 'a' && c <= 'z') table[c] |= kLower;
        if (c >= '0' && c <= '9') table[c] |= kDigit | kInNumber;
        if (c == '.' || c == 'e' || c == 'E') table[c] |= kInNumber;
    }
    return table;
}();

inline bool is(char c, std::uint8_t what) { return kByteClass[static_cast<unsigned char>(c)] & what; }

inline const char* run(const char* at, const char* end, std::uint8_t what) {
    while (at != end && is(*at, what)) ++at;
    return at;
}

}  // namespace rhea::json
