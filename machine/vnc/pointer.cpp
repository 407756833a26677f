#include "machine/vnc/pointer.h"

#include <algorithm>
#include <array>

namespace rhea {

namespace {

constexpr std::int64_t kNoWay = 0x7fff, kMostPlace = 0x7fff;
constexpr std::array kButtons = {InputButton::left,       InputButton::middle,     InputButton::right,      InputButton::wheel_up,
                                 InputButton::wheel_down, InputButton::wheel_left, InputButton::wheel_right};

InputEvent input_place(InputAxis axis, unsigned at, unsigned size) {
    const std::int64_t most = std::max(size, 2u) - 1;
    return {InputEventKind::abs, Data<InputMoveEvent>{{axis, std::min<std::int64_t>(at, most) * kMostPlace / most}}};
}

}  // namespace

std::vector<InputEvent> VncPointer::moved(unsigned x, unsigned y, unsigned buttons, Mode mode, unsigned width, unsigned height) {
    std::vector<InputEvent> events;
    for (unsigned i = 0; i < kButtons.size(); ++i)
        if ((buttons ^ buttons_) >> i & 1) events.push_back(input_press(kButtons[i], buttons >> i & 1));
    buttons_ = buttons;
    const auto last = std::exchange(last_, std::pair(x, y));
    const auto way = [&](InputAxis axis, std::int64_t by) { events.push_back(input_move(axis, by)); };
    if (mode == Mode::absolute) {
        events.push_back(input_place(InputAxis::x, x, width));
        events.push_back(input_place(InputAxis::y, y, height));
    } else if (mode == Mode::relative) {
        way(InputAxis::x, std::int64_t{x} - kNoWay);
        way(InputAxis::y, std::int64_t{y} - kNoWay);
    } else if (last) {
        way(InputAxis::x, std::int64_t{x} - last->first);
        way(InputAxis::y, std::int64_t{y} - last->second);
    }
    return events;
}

}  // namespace rhea
