#pragma once
/// Rectangles of a picture in the encodings of pixels that clients ask for.
#include "machine/display/screen.h"
#include "machine/vnc/pixel_format.h"
#include "machine/vnc/rfb.h"

namespace rhea::rfb {

/// In pixels; it lies within the picture.
struct Area {
    unsigned x, y, width, height;
    friend bool operator==(const Area&, const Area&) = default;
};

/// The upper left of a picture; black where there is none of it.
Picture fitted(const Picture& picture, unsigned width, unsigned height);

/// The whole rectangle, its header first. `encoding`: raw or hextile.
void write_rectangle(std::string& out, const Picture& picture, const Area& area, Encoding encoding, const PixelWriter& pixels);

}  // namespace rhea::rfb
