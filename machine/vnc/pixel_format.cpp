#include "machine/vnc/pixel_format.h"

#include <bit>

#include "machine/vnc/rfb.h"

namespace rhea::rfb {

namespace {

constexpr std::array<std::uint16_t, 3> kMapMaximum{7, 7, 3};
constexpr std::array<std::uint8_t, 3> kMapShift{0, 3, 6};

}  // namespace

std::optional<PixelFormat> PixelFormat::parse(std::string_view bytes) {
    PixelFormat format;
    if (get8(bytes, 3) == 0) {
        format.bits = format.depth = 8;
        format.maximum = kMapMaximum;
        format.shift = kMapShift;
        format.colour_map = true;
        return format;
    }
    format.bits = get8(bytes, 0);
    format.depth = get8(bytes, 1);
    format.big_endian = get8(bytes, 2) != 0;
    for (unsigned colour = 0; colour < 3; ++colour) {
        format.maximum[colour] = static_cast<std::uint16_t>(get16(bytes, 4 + 2 * colour));
        format.shift[colour] = static_cast<std::uint8_t>(get8(bytes, 10 + colour));
    }
    if (format.bits != 8 && format.bits != 16 && format.bits != 32) return std::nullopt;
    return format;
}

void PixelFormat::write(std::string& out) const {
    put8(out, bits);
    put8(out, depth);
    put8(out, big_endian);
    put8(out, !colour_map);
    for (const auto most : maximum) put16(out, most);
    for (const auto bit : shift) put8(out, bit);
    out.append(3, '\0');
}

void write_colour_map(std::string& out) {
    constexpr unsigned kSetColourMapEntries = 1, kColours = 256;
    put16(out, kSetColourMapEntries << 8);
    put16(out, 0);
    put16(out, kColours);
    for (unsigned i = 0; i < kColours; ++i)
        for (unsigned colour = 0; colour < 3; ++colour)
            put16(out, (i >> kMapShift[colour] & kMapMaximum[colour]) * (0x10000u / (kMapMaximum[colour] + 1u)));
}

PixelWriter::PixelWriter(const PixelFormat& format) : bytes_(format.bytes()), big_endian_(format.big_endian) {
    for (unsigned colour = 0; colour < 3; ++colour) {
        const auto width = static_cast<unsigned>(std::popcount(format.maximum[colour]));
        for (std::uint32_t level = 0; level < 256; ++level)
            level_[colour][level] = format.shift[colour] < 32 ? (level << width >> 8) << format.shift[colour] : 0;
    }
}

void PixelWriter::append(std::string& out, std::uint32_t pixel) const {
    for (unsigned i = 0; i < bytes_; ++i) put8(out, pixel >> 8 * (big_endian_ ? bytes_ - 1 - i : i));
}

void PixelWriter::append(std::string& out, const std::uint8_t* rgb, std::size_t pixels) const {
    const std::size_t at = out.size();
    out.resize(at + pixels * bytes_);
    char* to = out.data() + at;
    for (const std::uint8_t* end = rgb + 3 * pixels; rgb != end; rgb += 3) {
        const std::uint32_t value = pixel(rgb);
        for (unsigned i = 0; i < bytes_; ++i) *to++ = static_cast<char>(value >> 8 * (big_endian_ ? bytes_ - 1 - i : i));
    }
}

}  // namespace rhea::rfb
