#pragma once
/// The features that the schema gives to commands, members and enum values.
#include <string_view>

namespace rhea::feature {

inline constexpr std::string_view kDeprecated[] = {"deprecated"};
inline constexpr std::string_view kUnstable[] = {"unstable"};

}  // namespace rhea::feature
