#pragma once
/// How a client wants its pixels (RFC 6143, 7.4).
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rhea::rfb {

/// Red, green and blue have `maximum` + 1 levels each (2^n), and lie `shift` bits up in a pixel of 8, 16 or 32 bits.
struct PixelFormat {
    unsigned bits = 32, depth = 24;
    bool big_endian = false;
    std::array<std::uint16_t, 3> maximum{255, 255, 255};
    std::array<std::uint8_t, 3> shift{16, 8, 0};
    bool colour_map = false;  ///< pixels are numbers of colours, which the client was told

    static constexpr std::size_t kBytes = 16;
    /// As SetPixelFormat has it. Nothing: pixels of another size. A client without true colours gets 8 bits of a fixed map.
    static std::optional<PixelFormat> parse(std::string_view bytes);
    void write(std::string& out) const;
    unsigned bytes() const { return bits / 8; }
};

/// The colours of the map, as SetColourMapEntries: 3 bits of red, 3 of green and 2 of blue, red lowest.
void write_colour_map(std::string& out);

/// Turns pixels of 3 bytes (red, green, blue) into the client's.
class PixelWriter {
public:
    explicit PixelWriter(const PixelFormat& format);
    std::uint32_t pixel(const std::uint8_t* rgb) const { return level_[0][rgb[0]] | level_[1][rgb[1]] | level_[2][rgb[2]]; }
    void append(std::string& out, std::uint32_t pixel) const;
    void append(std::string& out, const std::uint8_t* rgb, std::size_t pixels) const;

private:
    unsigned bytes_;
    bool big_endian_;
    std::array<std::array<std::uint32_t, 256>, 3> level_;  // what a level of a colour adds to the pixel
};

}  // namespace rhea::rfb
