#include "machine/display/image_file.h"

#include <fmt/format.h>

#include "qobject/module.h"

namespace rhea {

bool write_ppm(const Picture& picture, const ByteTaker& take) {
    const std::string header = fmt::format("P6\n{} {}\n{}\n", picture.width, picture.height, 255);
    return take(header.data(), header.size()) && take(picture.rgb.data(), picture.rgb.size());
}

PngWriter png_writer() { return reinterpret_cast<PngWriter>(module_symbol("png", kPngWriter)); }

}  // namespace rhea
