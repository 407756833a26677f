#pragma once
/// Pictures as files. They block: not for the loop's thread.
#include <functional>
#include <string>

#include "machine/display/screen.h"
#include "qobject/error.h"

namespace rhea {

/// Takes bytes of the file in their order; false: no more (an error).
using ByteTaker = std::function<bool(const void* data, std::size_t bytes)>;

/// Portable pixmap, binary (P6).
bool write_ppm(const Picture& picture, const ByteTaker& take);
/// Portable network graphics, by the module that has libpng. Null: the module is not there.
using PngWriter = bool (*)(const Picture& picture, const ByteTaker& take);
inline constexpr const char* kPngWriter = "rhea_write_png";
PngWriter png_writer();

}  // namespace rhea
