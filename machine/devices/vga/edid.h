#pragma once
/// What a monitor says of itself (VESA E-EDID 1.4, CTA-861, DisplayID 1.3).
#include <array>
#include <cstdint>

namespace rhea {

struct EdidScreen {
    std::uint32_t width = 1280, height = 800;             ///< the mode that it likes best
    std::uint32_t max_width = 0, max_height = 0;          ///< of the modes that it tells of; 0: no limit
    std::uint32_t refresh_millihertz = 75'000;
};

/// Three blocks of 128 bytes: the base, what televisions add, and one for a best mode that does not fit into the base.
using Edid = std::array<std::uint8_t, 384>;
Edid make_edid(const EdidScreen& screen);

}  // namespace rhea
