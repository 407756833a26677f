// The part that needs libpng: a module of its own.
#include <png.h>

#include "machine/display/image_file.h"

namespace rhea {
namespace {

void write_bytes(png_structp png, png_bytep data, std::size_t bytes) {
    if (!(*static_cast<const ByteTaker*>(png_get_io_ptr(png)))(data, bytes)) png_error(png, "write");
}
void flush_bytes(png_structp) {}
/// libpng goes back to its caller itself; nobody is told.
void say_nothing(png_structp, png_const_charp) {}

}  // namespace
}  // namespace rhea

extern "C" __attribute__((visibility("default"))) bool rhea_write_png(const rhea::Picture& picture, const rhea::ByteTaker& take) {
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, rhea::say_nothing);
    if (!png) return false;
    png_infop info = png_create_info_struct(png);
    if (!info || setjmp(png_jmpbuf(png))) {  // NOLINT: how libpng reports an error
        png_destroy_write_struct(&png, &info);
        return false;
    }
    png_set_write_fn(png, const_cast<rhea::ByteTaker*>(&take), rhea::write_bytes, rhea::flush_bytes);
    png_set_IHDR(png, info, picture.width, picture.height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (unsigned y = 0; y < picture.height; ++y) png_write_row(png, picture.rgb.data() + std::size_t{y} * picture.width * 3);
    png_write_end(png, nullptr);
    png_destroy_write_struct(&png, &info);
    return true;
}
