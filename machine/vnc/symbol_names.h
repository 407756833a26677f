#pragma once
/// The names that X11 has for symbols of keys.
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace rhea {

/// Made anew with each call; single characters, which stand for themselves, are not in it.
std::unordered_map<std::string_view, std::uint32_t> symbol_names();

}  // namespace rhea
