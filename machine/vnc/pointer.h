#pragma once
/// The pointer of one VNC client: from places and buttons on its picture to input events.
#include <optional>
#include <utility>
#include <vector>

#include "machine/input/input_event.h"

namespace rhea {

class VncPointer {
public:
    /// absolute: the guest takes places. relative: the client tells ways, with 0x7fff for none. places: it tells places, of which the guest
    /// gets the ways between them.
    enum class Mode { absolute, relative, places };
    /// `buttons`: bits 0 to 6 are left, middle, right and four ways of the wheel. The picture has `width` by `height` pixels.
    std::vector<InputEvent> moved(unsigned x, unsigned y, unsigned buttons, Mode mode, unsigned width, unsigned height);

private:
    std::optional<std::pair<unsigned, unsigned>> last_;
    unsigned buttons_ = 0;
};

}  // namespace rhea
