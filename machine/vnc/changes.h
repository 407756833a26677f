#pragma once
/// What of the screen a client has not seen yet, found by comparison with what it was sent.
#include <vector>

#include "machine/vnc/encoder.h"

namespace rhea::rfb {

class Changes {
public:
    static constexpr unsigned kTile = 16;  // pixels; areas begin at multiples of it

    /// The client knows nothing of a screen of this size.
    void reset(unsigned width, unsigned height);
    /// It wants this part again. What lies outside the screen is ignored.
    void forget(unsigned x, unsigned y, unsigned width, unsigned height);
    /// The areas where `picture` differs from what was sent, which is `picture` from now on. It has the size of the last `reset`; areas
    /// do not overlap.
    std::vector<Area> take(const Picture& picture);

private:
    unsigned columns() const { return (width_ + kTile - 1) / kTile; }
    void find_changes(const Picture& picture);

    unsigned width_ = 0, height_ = 0;
    std::vector<std::uint8_t> sent_;  // as Picture::rgb; empty before the first
    std::vector<bool> changed_;       // for each tile, row by row
};

}  // namespace rhea::rfb
