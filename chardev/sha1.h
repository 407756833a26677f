#pragma once
/// SHA-1, for WebSocket's handshake, which asks for no secrecy of it. (No library that is linked has it.)
#include <array>
#include <string_view>

namespace rhea {

std::array<unsigned char, 20> sha1(std::string_view bytes);

}  // namespace rhea
