#pragma once
/// Base 64 (RFC 4648, section 4, with padding).
#include <string>
#include <string_view>

namespace rhea {

/// Only characters that base 64 text has: its alphabet, padding and line ends.
bool is_base64(std::string_view text);
std::string base64_encode(std::string_view bytes);
/// Skips characters that are not of the alphabet, and ends at the padding.
std::string base64_decode(std::string_view text);

}  // namespace rhea
