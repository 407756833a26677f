#include "machine/devices/vga/vga_painter.h"

#include <algorithm>
#include <cstring>

namespace rhea {
namespace {

constexpr unsigned kFontBytes = 8192;  // a font takes this much of plane 2, 32 bytes a character

std::uint8_t widen(unsigned value, unsigned bits) {
    const unsigned shifted = value << (8 - bits);
    return static_cast<std::uint8_t>(shifted | shifted >> bits);
}
/// Where the character map of sequencer register 3 begins in plane 2.
std::uint32_t font_at(unsigned map) { return ((map >> 2 & 1) | (map << 1 & 6)) * kFontBytes; }

}  // namespace

void VgaPainter::put(Picture& picture, unsigned x, unsigned y, Colour colour) {
    std::uint8_t* at = picture.at(x, y);
    at[0] = colour.red, at[1] = colour.green, at[2] = colour.blue;
}

VgaPainter::Colour VgaPainter::dac(unsigned entry) const {
    const std::uint8_t* rgb = vga_.palette_.data() + (entry & 0xff) * 3;
    if (vga_.vbe_[VgaCore::vbe_enable] & 0x20) return {rgb[0], rgb[1], rgb[2]};
    const auto six = [](std::uint8_t value) {
        const unsigned v = value & 0x3f;
        return static_cast<std::uint8_t>(v << 2 | (v & 1) << 1 | (v & 1));
    };
    return {six(rgb[0]), six(rgb[1]), six(rgb[2])};
}

VgaPainter::Colour VgaPainter::attribute_colour(unsigned index) const {
    const unsigned entry = vga_.attribute_[index & 15], select = vga_.attribute_[0x14];
    if (vga_.attribute_[0x10] & 0x80) return dac((select & 0x0f) << 4 | (entry & 0x0f));
    return dac((select & 0x0c) << 4 | (entry & 0x3f));
}

std::optional<Picture> VgaPainter::paint() const {
    if (!(vga_.attribute_index_ & 0x20)) return std::nullopt;
    return vga_.linear_ || (vga_.graphics_[6] & 1) ? graphics() : text();
}

VgaCore::Geometry VgaCore::geometry() const {
    if (vbe_on()) return {vbe_line_bytes_, vbe_start_, 0xffff};
    const std::uint32_t compare = crtc_[0x18] | (crtc_[0x07] & 0x10u) << 4 | (crtc_[0x09] & 0x40u) << 3;
    const LinearMode more = linear_.value_or(LinearMode{});
    return {(crtc_[0x13] | more.line_high) << 3, (crtc_[0x0d] | std::uint32_t{crtc_[0x0c]} << 8 | more.start_high) * 4, compare};
}

// --- text -----------------------------------------------------------------------------------------------------------------

void VgaPainter::glyph(Picture& picture, unsigned x, unsigned y, unsigned code, unsigned attribute, unsigned width, unsigned height,
                       bool doubled) const {
    const unsigned maps = vga_.sequencer_[3];
    const unsigned map = attribute & 8 ? (maps >> 5 & 1) << 2 | (maps >> 2 & 3) : (maps >> 4 & 1) << 2 | (maps & 3);
    const std::uint32_t font = font_at(map) + code * 32;
    const Colour ink = attribute_colour(attribute & 15), paper = attribute_colour(attribute >> 4);
    // Line drawing characters join in nine columns.
    const bool joins = code >= 0xb0 && code <= 0xdf && (vga_.attribute_[0x10] & 4);
    for (unsigned row = 0; row < height; ++row) {
        const unsigned bits = row < 32 ? vga_.planes(font + row) >> 16 & 0xff : 0;
        for (unsigned column = 0; column < width; ++column) {
            const unsigned dot = doubled ? column / 2 : column;
            const bool set = dot < 8 ? bits >> (7 - dot) & 1 : joins && (bits & 1);
            put(picture, x + column, y + row, set ? ink : paper);
        }
    }
}

void VgaPainter::cursor(Picture& picture, unsigned columns, unsigned rows, unsigned width, unsigned height) const {
    const auto& crtc = vga_.crtc_;
    if (crtc[0x0a] & 0x20) return;
    const std::uint32_t start = crtc[0x0d] | std::uint32_t{crtc[0x0c]} << 8;
    const std::uint32_t place = (crtc[0x0f] | std::uint32_t{crtc[0x0e]} << 8) - start;
    const unsigned stride = std::max(1u, crtc[0x13] * 2u);
    const unsigned column = place % stride, row = place / stride;
    if (column >= columns || row >= rows) return;
    const unsigned first = crtc[0x0a] & 0x1f, last = std::min(crtc[0x0b] & 0x1fu, height - 1);
    const unsigned attribute = vga_.planes(std::uint64_t{start} + place) >> 8 & 15;
    for (unsigned y = first; y <= last; ++y)
        for (unsigned x = 0; x < width; ++x) put(picture, column * width + x, row * height + y, attribute_colour(attribute));
}

std::optional<Picture> VgaPainter::text() const {
    const auto& crtc = vga_.crtc_;
    const bool doubled = vga_.sequencer_[1] & 8;
    const unsigned width = (vga_.sequencer_[1] & 1 ? 8 : 9) * (doubled ? 2 : 1), height = (crtc[9] & 0x1fu) + 1;
    const unsigned columns = crtc[1] + 1u;
    const unsigned lines = (crtc[0x12] | (crtc[7] & 0x02u) << 7 | (crtc[7] & 0x40u) << 3) + 1;
    // A text mode of a hundred lines says so in the total alone.
    const unsigned rows = crtc[6] == 100 ? 100 : lines / height;
    if (columns <= 1 || rows <= 1) return std::nullopt;
    const VgaCore::Geometry geometry = vga_.geometry();
    Picture picture(columns * width, rows * height);
    for (unsigned row = 0; row < rows; ++row)
        for (unsigned column = 0; column < columns; ++column) {
            const std::uint64_t at = geometry.start / 4 + std::uint64_t{row} * (geometry.line_bytes / 4) + column;
            const std::uint32_t cell = vga_.planes(at);
            glyph(picture, column * width, row * height, cell & 0xff, cell >> 8 & 0xff, width, height, doubled);
        }
    cursor(picture, columns, rows, width, height);
    return picture;
}

// --- graphics -------------------------------------------------------------------------------------------------------------

unsigned VgaPainter::layout() const { return vga_.linear_ ? 2 : vga_.graphics_[5] >> 5 & 3; }

/// Of a mode in which every pixel has bits of its own next to one another; 0: another kind.
unsigned VgaPainter::pixel_bits() const {
    if (vga_.linear_) return vga_.linear_->bits;
    if (layout() < 2) return 0;
    return vga_.vbe_on() ? vga_.vbe_[VgaCore::vbe_bpp] : 0;
}

VgaPainter::Colour VgaPainter::direct(std::uint32_t at, unsigned bits) const {
    const std::uint64_t mask = vga_.memory_size() - 1;
    const unsigned last = (bits + 7) / 8 - 1;
    const auto byte = [&](unsigned n) { return vga_.memory()[(at + (vga_.big_endian() ? last - n : n)) & mask]; };
    const unsigned word = byte(0) | byte(1) << 8;
    switch (bits) {
        case 15: return {widen(word >> 10 & 31, 5), widen(word >> 5 & 31, 5), widen(word & 31, 5)};
        case 16: return {widen(word >> 11 & 31, 5), widen(word >> 5 & 63, 6), widen(word & 31, 5)};
        default: return {byte(2), byte(1), byte(0)};
    }
}

void VgaPainter::line(Picture& picture, unsigned y, std::uint32_t at) const {
    const unsigned shift = layout(), bits = pixel_bits();
    const std::uint64_t mask = vga_.memory_size() - 1;
    const bool halved = vga_.sequencer_[1] & 8;
    for (unsigned x = 0; x < picture.width; ++x) {
        Colour colour;
        if (shift < 2) {
            const unsigned dot = halved ? x / 2 : x;
            const std::uint32_t eight = vga_.planes((at & mask) / 4 + dot / 8);
            unsigned index = 0;
            if (shift == 0) {
                for (unsigned plane = 0; plane < 4; ++plane) index |= (eight >> (8 * plane + 7 - dot % 8) & 1) << plane;
            } else {  // two bits a pixel, even ones in the even planes
                const unsigned four = dot % 8 / 4;
                const unsigned low = eight >> (8 * four), at_bit = 6 - dot % 4 * 2;
                index = (low >> at_bit & 3) | (low >> 16 >> at_bit & 3) << 2;
            }
            colour = attribute_colour(index & vga_.attribute_[0x12] & 15);
        } else if (bits == 0) {
            colour = dac(vga_.memory()[(at + x / 2) & mask]);
        } else if (bits == 8) {
            colour = dac(vga_.memory()[(at + x) & mask]);
        } else {
            colour = direct(at + x * ((bits + 7) / 8), bits);
        }
        put(picture, x, y, colour);
    }
}

std::optional<Picture> VgaPainter::graphics() const {
    const auto& crtc = vga_.crtc_;
    const unsigned shift = layout();
    unsigned width = (crtc[1] + 1u) * 8;
    unsigned height = (crtc[0x12] | (crtc[7] & 0x02u) << 7 | (crtc[7] & 0x40u) << 3) + 1;
    if (vga_.vbe_on()) width = vga_.vbe_[VgaCore::vbe_xres], height = vga_.vbe_[VgaCore::vbe_yres];
    if (shift < 2 && (vga_.sequencer_[1] & 8)) width *= 2;
    if (width == 0 || height == 0 || width > kMost || height > kMost) return std::nullopt;
    const unsigned twice = crtc[9] >> 7;
    const unsigned repeats = shift == 1 ? twice : (((crtc[9] & 0x1fu) + 1) << twice) - 1;
    const VgaCore::Geometry geometry = vga_.geometry();
    const unsigned step = (crtc[0x17] & 3u) ^ 3;
    Picture picture(width, height);
    std::uint32_t start = geometry.start;
    unsigned source = 0, left = repeats;
    for (unsigned y = 0; y < height; ++y) {
        std::uint32_t at = start;
        if (!(crtc[0x17] & 1)) {
            const unsigned bit = 14 + (crtc[0x17] >> 6 & 1);
            at = (at & ~(1u << bit)) | (source & 1) << bit;
        }
        if (!(crtc[0x17] & 2)) at = (at & ~0x8000u) | (source & 2) << 14;
        line(picture, y, at);
        if (left == 0) {
            if ((source & step) == step) start += geometry.line_bytes;
            ++source;
            left = repeats;
        } else {
            --left;
        }
        if (y == geometry.line_compare) start = 0;
    }
    return picture;
}

Picture VgaCore::linear_picture(const LinearMode& mode) {
    linear_ = mode;
    Picture made = picture();
    linear_.reset();
    return made;
}

Picture VgaCore::picture() {
    if (auto painted = VgaPainter(*this).paint()) {
        last_size_ = {painted->width, painted->height};
        return *std::move(painted);
    }
    if (last_size_) return Picture(last_size_->first, last_size_->second);
    return placeholder_picture();
}

}  // namespace rhea
