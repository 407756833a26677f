#pragma once
/// Which format an image has, by its first bytes.
#include <cstdint>
#include <span>
#include <string_view>

namespace rhea {

/// How much of an image is looked at.
inline constexpr std::size_t kProbeBytes = 512;

/// "qcow2", "vmdk", …; "raw" when nothing is known of it.
std::string_view probe_format(std::span<const std::uint8_t> head);

}  // namespace rhea
