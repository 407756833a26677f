#pragma once
/// Makes a picture of what a VGA's registers and memory say.
#include "machine/devices/vga/vga_core.h"

namespace rhea {

class VgaPainter {
public:
    explicit VgaPainter(const VgaCore& vga) : vga_(vga) {}
    /// Nothing: the screen is off.
    std::optional<Picture> paint() const;

private:
    struct Colour {
        std::uint8_t red, green, blue;
    };
    static constexpr unsigned kMost = 16384;  // pixels a line, lines

    std::optional<Picture> text() const;
    std::optional<Picture> graphics() const;
    Colour dac(unsigned entry) const;
    Colour attribute_colour(unsigned index) const;
    void glyph(Picture& picture, unsigned x, unsigned y, unsigned code, unsigned attribute, unsigned width, unsigned height, bool doubled) const;
    void cursor(Picture& picture, unsigned columns, unsigned rows, unsigned width, unsigned height) const;
    /// How pixels lie in memory: 0 in planes, 1 two bits of two planes, 2 one after another.
    unsigned layout() const;
    unsigned pixel_bits() const;
    void line(Picture& picture, unsigned y, std::uint32_t at) const;
    Colour direct(std::uint32_t at, unsigned bits) const;
    static void put(Picture& picture, unsigned x, unsigned y, Colour colour);

    const VgaCore& vga_;
};

}  // namespace rhea
