#pragma once
/// Makes input events, for those who have no client's.
#include "machine/display/input_types.h"

namespace rhea {

inline InputEvent input_key(QKeyCode code, bool down) {
    return {InputEventKind::key, Data<InputKeyEvent>{{{KeyValueKind::qcode, Data<QKeyCode>{code}}, down}}};
}
inline InputEvent input_press(InputButton button, bool down) { return {InputEventKind::btn, Data<InputBtnEvent>{{button, down}}}; }
inline InputEvent input_move(InputAxis axis, std::int64_t by) { return {InputEventKind::rel, Data<InputMoveEvent>{{axis, by}}}; }

}  // namespace rhea
