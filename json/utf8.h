#pragma once
/// UTF-8 as QEMU takes it: surrogates, noncharacters and overlong forms are invalid, except for C0 80, which is NUL.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rhea::json {

struct CodePoint {
    std::int32_t value;  ///< -1: an invalid sequence
    std::size_t length;  ///< in bytes, at least 1; of an invalid sequence what one replacement character stands for
};

/// The first code point of `text`, which is not empty.
CodePoint decode_utf8(std::string_view text);
/// False for surrogates, noncharacters and what lies beyond U+10FFFF.
bool is_character(std::int32_t value);
/// `value` is below 0x110000.
void append_utf8(std::string& out, std::uint32_t value);
/// True when `text` is valid and in its shortest form, so that it may stand in a QString as it is.
bool is_plain_utf8(std::string_view text);

}  // namespace rhea::json
