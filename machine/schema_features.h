#pragma once
/// The features that the schema gives to commands, members and enum values.
#include <string_view>

namespace rhea::feature {

inline constexpr std::string_view kDeprecated[] = {"deprecated"};
inline constexpr std::string_view kUnstable[] = {"unstable"};
/// auto-read-only follows the users of the file.
inline constexpr std::string_view kDynamicAutoReadOnly[] = {"dynamic-auto-read-only"};

}  // namespace rhea::feature
