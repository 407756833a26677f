#pragma once
/// What a display adapter shows, for whoever wants a picture of it.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "qobject/error.h"

namespace rhea {

namespace qom {
class Tree;
}

/// Rows from the top, 3 bytes a pixel: red, green, blue.
struct Picture {
    unsigned width = 0, height = 0;
    std::vector<std::uint8_t> rgb;

    Picture(unsigned w, unsigned h) : width(w), height(h), rgb(std::size_t{w} * h * 3) {}
    std::uint8_t* at(unsigned x, unsigned y) { return rgb.data() + (std::size_t{y} * width + x) * 3; }
    const std::uint8_t* at(unsigned x, unsigned y) const { return rgb.data() + (std::size_t{y} * width + x) * 3; }
};

/// A device's monitor. Loop thread only.
class Screen {
public:
    virtual ~Screen() = default;
    /// As it is now. Before the guest has set up a mode it says so.
    virtual Picture picture() = 0;
};

/// The screen of a device, as commands name it: its id, and which of its heads.
Result<Screen*> find_screen(const qom::Tree& devices, const std::string& device, std::optional<std::int64_t> head);
/// The first one; null: there is none.
Screen* first_screen(const qom::Tree& devices);

/// 640 by 480, black, with a text in the middle: that the guest has set up no mode, or that there is no adapter at all.
enum class Placeholder { not_initialized, no_adapter };
Picture placeholder_picture(Placeholder why = Placeholder::not_initialized);

}  // namespace rhea
