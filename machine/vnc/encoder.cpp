#include "machine/vnc/encoder.h"

#include <algorithm>
#include <optional>

namespace rhea::rfb {

namespace {

constexpr unsigned kTile = 16;
enum Hextile : unsigned { kRaw = 1, kBackground = 2, kForeground = 4, kSubrectangles = 8, kColoured = 16 };

void write_raw(std::string& out, const Picture& picture, const Area& area, const PixelWriter& pixels) {
    for (unsigned row = 0; row < area.height; ++row) pixels.append(out, picture.at(area.x, area.y + row), area.width);
}

/// The tiles of one rectangle (RFC 6143, 7.7.4). The background goes from one to the next.
class HextileWriter {
public:
    HextileWriter(std::string& out, const Picture& picture, const PixelWriter& pixels) : out_(out), picture_(picture), pixels_(pixels) {}

    void tile(const Area& area) {
        load(area);
        const std::size_t start = out_.size();
        put8(out_, 0);
        unsigned what = 0;
        const std::uint32_t background = most_frequent();
        if (background_ != background) {
            background_ = background;
            what |= kBackground;
            pixels_.append(out_, background);
        }
        if (!write_subrectangles(what, background)) {
            out_.resize(start + 1);
            what = kRaw;
            background_.reset();
            write_raw(out_, picture_, area, pixels_);
        }
        out_[start] = static_cast<char>(what);
    }

private:
    void load(const Area& area) {
        width_ = area.width;
        height_ = area.height;
        for (unsigned y = 0; y < height_; ++y)
            for (unsigned x = 0; x < width_; ++x) at(x, y) = pixels_.pixel(picture_.at(area.x + x, area.y + y));
        std::string one;
        pixels_.append(one, 0);
        raw_size_ = std::size_t{width_} * height_ * one.size();
    }
    std::uint32_t& at(unsigned x, unsigned y) { return tile_[y * kTile + x]; }

    /// The first of the two colours that are looked at, whichever there is more of. With more colours the guess is as good as any.
    std::uint32_t most_frequent() {
        const std::uint32_t first = at(0, 0);
        std::uint32_t other = first;
        unsigned others = 0;
        for (unsigned y = 0; y < height_; ++y)
            for (unsigned x = 0; x < width_; ++x)
                if (at(x, y) != first) {
                    if (others == 0) other = at(x, y);
                    others += at(x, y) == other;
                }
        return others * 2 > width_ * height_ ? other : first;
    }

    /// False: raw is shorter, or there are more than a tile may have.
    bool write_subrectangles(unsigned& what, std::uint32_t background) {
        const std::size_t start = out_.size();
        std::optional<std::uint32_t> foreground;
        bool coloured = false;
        for (unsigned i = 0; i < width_ * height_ && !coloured; ++i) {
            const std::uint32_t pixel = at(i % width_, i / width_);
            if (pixel == background) continue;
            coloured = foreground && *foreground != pixel;
            foreground = pixel;
        }
        if (!foreground) return true;
        what |= kSubrectangles | (coloured ? kColoured : kForeground);
        if (!coloured) pixels_.append(out_, *foreground);
        const std::size_t count_at = out_.size();
        put8(out_, 0);
        unsigned count = 0;
        for (unsigned y = 0; y < height_; ++y)
            for (unsigned x = 0; x < width_; ++x) {
                const std::uint32_t colour = at(x, y);
                if (colour == background) continue;
                unsigned width = 1, height = 1;
                while (x + width < width_ && at(x + width, y) == colour) ++width;
                const auto same_row = [&](unsigned row) {
                    for (unsigned i = 0; i < width; ++i)
                        if (at(x + i, row) != colour) return false;
                    return true;
                };
                while (y + height < height_ && same_row(y + height)) ++height;
                for (unsigned row = 0; row < height; ++row)
                    for (unsigned i = 0; i < width; ++i) at(x + i, y + row) = background;
                if (coloured) pixels_.append(out_, colour);
                put8(out_, x << 4 | y);
                put8(out_, (width - 1) << 4 | (height - 1));
                if (++count > 255 || out_.size() - start >= raw_size_) return false;
            }
        out_[count_at] = static_cast<char>(count);
        return true;
    }

    std::string& out_;
    const Picture& picture_;
    const PixelWriter& pixels_;
    std::array<std::uint32_t, kTile * kTile> tile_{};
    unsigned width_ = 0, height_ = 0;
    std::size_t raw_size_ = 0;
    std::optional<std::uint32_t> background_;
};

}  // namespace

Picture fitted(const Picture& picture, unsigned width, unsigned height) {
    Picture result(width, height);
    const std::size_t pixels = std::min(width, picture.width);
    for (unsigned y = 0; y < std::min(height, picture.height); ++y) std::copy_n(picture.at(0, y), pixels * 3, result.at(0, y));
    return result;
}

void write_rectangle(std::string& out, const Picture& picture, const Area& area, Encoding encoding, const PixelWriter& pixels) {
    begin_rectangle(out, area.x, area.y, area.width, area.height, encoding);
    if (encoding != Encoding::hextile) return write_raw(out, picture, area, pixels);
    HextileWriter writer(out, picture, pixels);
    for (unsigned y = 0; y < area.height; y += kTile)
        for (unsigned x = 0; x < area.width; x += kTile)
            writer.tile({area.x + x, area.y + y, std::min(kTile, area.width - x), std::min(kTile, area.height - y)});
}

}  // namespace rhea::rfb
