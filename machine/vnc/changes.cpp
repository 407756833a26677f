#include "machine/vnc/changes.h"

#include <algorithm>
#include <cstring>

namespace rhea::rfb {

void Changes::reset(unsigned width, unsigned height) {
    width_ = width;
    height_ = height;
    sent_.clear();
    changed_.assign(std::size_t{columns()} * ((height_ + kTile - 1) / kTile), true);
}

void Changes::forget(unsigned x, unsigned y, unsigned width, unsigned height) {
    const unsigned right = std::min(x + width, width_), bottom = std::min(y + height, height_);
    for (unsigned tile_y = y / kTile; tile_y * kTile < bottom; ++tile_y)
        for (unsigned tile_x = x / kTile; tile_x * kTile < right; ++tile_x) changed_[tile_y * columns() + tile_x] = true;
}

/// Row by row, because most rows are the same.
void Changes::find_changes(const Picture& picture) {
    const std::size_t line = std::size_t{width_} * 3;
    for (unsigned y = 0; y < height_; ++y) {
        const std::uint8_t* now = picture.at(0, y);
        const std::uint8_t* before = sent_.data() + y * line;
        if (std::memcmp(now, before, line) == 0) continue;
        for (unsigned tile = 0; tile < columns(); ++tile) {
            const std::size_t at = std::size_t{tile} * kTile * 3, bytes = std::min<std::size_t>(kTile * 3, line - at);
            if (std::memcmp(now + at, before + at, bytes) != 0) changed_[y / kTile * columns() + tile] = true;
        }
    }
}

std::vector<Area> Changes::take(const Picture& picture) {
    if (!sent_.empty()) find_changes(picture);
    if (std::find(changed_.begin(), changed_.end(), true) == changed_.end()) return {};
    sent_ = picture.rgb;
    std::vector<Area> areas;
    const unsigned rows = (height_ + kTile - 1) / kTile;
    for (unsigned row = 0; row < rows; ++row)
        for (unsigned column = 0; column < columns(); ++column) {
            if (!changed_[row * columns() + column]) continue;
            unsigned wide = 1, high = 1;
            while (column + wide < columns() && changed_[row * columns() + column + wide]) ++wide;
            const auto all_changed = [&](unsigned y) {
                const auto from = changed_.begin() + static_cast<std::ptrdiff_t>(y * columns() + column);
                return std::find(from, from + wide, false) == from + wide;
            };
            while (row + high < rows && all_changed(row + high)) ++high;
            for (unsigned y = row; y < row + high; ++y)
                std::fill_n(changed_.begin() + static_cast<std::ptrdiff_t>(y * columns() + column), wide, false);
            const unsigned x = column * kTile, y = row * kTile;
            areas.push_back({x, y, std::min(wide * kTile, width_ - x), std::min(high * kTile, height_ - y)});
        }
    return areas;
}

}  // namespace rhea::rfb
