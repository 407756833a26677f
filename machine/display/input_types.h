#pragma once
/// Keys, buttons and movements that a client plays to the guest.
#include "qobject/data.h"

namespace rhea {

enum class KeyValueKind { number, qcode };
template <>
inline constexpr auto description<KeyValueKind> = enumeration<KeyValueKind>("KeyValueKind", "number", "qcode");

enum class QKeyCode {
    unmapped,
    shift,
    shift_r,
    alt,
    alt_r,
    ctrl,
    ctrl_r,
    menu,
    esc,
    k1,
    k2,
    k3,
    k4,
    k5,
    k6,
    k7,
    k8,
    k9,
    k0,
    minus,
    equal,
    backspace,
    tab,
    q,
    w,
    e,
    r,
    t,
    y,
    u,
    i,
    o,
    p,
    bracket_left,
    bracket_right,
    ret,
    a,
    s,
    d,
    f,
    g,
    h,
    j,
    k,
    l,
    semicolon,
    apostrophe,
    grave_accent,
    backslash,
    z,
    x,
    c,
    v,
    b,
    n,
    m,
    comma,
    dot,
    slash,
    asterisk,
    spc,
    caps_lock,
    f1,
    f2,
    f3,
    f4,
    f5,
    f6,
    f7,
    f8,
    f9,
    f10,
    num_lock,
    scroll_lock,
    kp_divide,
    kp_multiply,
    kp_subtract,
    kp_add,
    kp_enter,
    kp_decimal,
    sysrq,
    kp_0,
    kp_1,
    kp_2,
    kp_3,
    kp_4,
    kp_5,
    kp_6,
    kp_7,
    kp_8,
    kp_9,
    less,
    f11,
    f12,
    print,
    home,
    pgup,
    pgdn,
    end,
    left,
    up,
    down,
    right,
    insert,
    delete_,
    stop,
    again,
    props,
    undo,
    front,
    copy,
    open,
    paste,
    find,
    cut,
    lf,
    help,
    meta_l,
    meta_r,
    compose,
    pause,
    ro,
    hiragana,
    henkan,
    yen,
    muhenkan,
    katakanahiragana,
    kp_comma,
    kp_equals,
    power,
    sleep,
    wake,
    audionext,
    audioprev,
    audiostop,
    audioplay,
    audiomute,
    volumeup,
    volumedown,
    mediaselect,
    mail,
    calculator,
    computer,
    ac_home,
    ac_back,
    ac_forward,
    ac_refresh,
    ac_bookmarks,
    lang1,
    lang2
};
template <>
inline constexpr auto description<QKeyCode> = enumeration<QKeyCode>(
    "QKeyCode", "unmapped", "shift", "shift_r", "alt", "alt_r", "ctrl", "ctrl_r", "menu", "esc", "1", "2", "3", "4", "5",
    "6", "7", "8", "9", "0", "minus", "equal", "backspace", "tab", "q", "w", "e", "r", "t", "y", "u", "i", "o", "p",
    "bracket_left", "bracket_right", "ret", "a", "s", "d", "f", "g", "h", "j", "k", "l", "semicolon", "apostrophe",
    "grave_accent", "backslash", "z", "x", "c", "v", "b", "n", "m", "comma", "dot", "slash", "asterisk", "spc", "caps_lock",
    "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "num_lock", "scroll_lock", "kp_divide", "kp_multiply",
    "kp_subtract", "kp_add", "kp_enter", "kp_decimal", "sysrq", "kp_0", "kp_1", "kp_2", "kp_3", "kp_4", "kp_5", "kp_6",
    "kp_7", "kp_8", "kp_9", "less", "f11", "f12", "print", "home", "pgup", "pgdn", "end", "left", "up", "down", "right",
    "insert", "delete", "stop", "again", "props", "undo", "front", "copy", "open", "paste", "find", "cut", "lf", "help",
    "meta_l", "meta_r", "compose", "pause", "ro", "hiragana", "henkan", "yen", "muhenkan", "katakanahiragana", "kp_comma",
    "kp_equals", "power", "sleep", "wake", "audionext", "audioprev", "audiostop", "audioplay", "audiomute", "volumeup",
    "volumedown", "mediaselect", "mail", "calculator", "computer", "ac_home", "ac_back", "ac_forward", "ac_refresh",
    "ac_bookmarks", "lang1", "lang2");

struct KeyValue {
    KeyValueKind type{};
    std::variant<std::monostate, Data<std::int64_t>, Data<QKeyCode>> u;
};
template <>
inline constexpr auto description<KeyValue> = flat_union<&KeyValue::type, &KeyValue::u>(
    "KeyValue", branches(branch<Data<std::int64_t>>(KeyValueKind::number), branch<Data<QKeyCode>>(KeyValueKind::qcode)),
    member<&KeyValue::type>("type"));

enum class InputEventKind { key, btn, rel, abs };
template <>
inline constexpr auto description<InputEventKind> = enumeration<InputEventKind>("InputEventKind", "key", "btn", "rel",
                                                                                "abs");

struct InputKeyEvent {
    KeyValue key;
    bool down = false;
};
template <>
inline constexpr auto description<InputKeyEvent> = object("InputKeyEvent", member<&InputKeyEvent::key>("key"),
                                                          member<&InputKeyEvent::down>("down"));

enum class InputButton { left, middle, right, wheel_up, wheel_down, side, extra, wheel_left, wheel_right };
template <>
inline constexpr auto description<InputButton> = enumeration<InputButton>("InputButton", "left", "middle", "right",
                                                                          "wheel-up", "wheel-down", "side", "extra",
                                                                          "wheel-left", "wheel-right");

struct InputBtnEvent {
    InputButton button{};
    bool down = false;
};
template <>
inline constexpr auto description<InputBtnEvent> = object("InputBtnEvent", member<&InputBtnEvent::button>("button"),
                                                          member<&InputBtnEvent::down>("down"));

enum class InputAxis { x, y };
template <>
inline constexpr auto description<InputAxis> = enumeration<InputAxis>("InputAxis", "x", "y");

struct InputMoveEvent {
    InputAxis axis{};
    std::int64_t value = 0;
};
template <>
inline constexpr auto description<InputMoveEvent> = object("InputMoveEvent", member<&InputMoveEvent::axis>("axis"),
                                                           member<&InputMoveEvent::value>("value"));

struct InputEvent {
    InputEventKind type{};
    std::variant<std::monostate, Data<InputKeyEvent>, Data<InputBtnEvent>, Data<InputMoveEvent>> u;
};
template <>
inline constexpr auto description<InputEvent> = flat_union<&InputEvent::type, &InputEvent::u>(
    "InputEvent",
    branches(branch<Data<InputKeyEvent>>(InputEventKind::key), branch<Data<InputBtnEvent>>(InputEventKind::btn),
             branch<Data<InputMoveEvent>>(InputEventKind::rel), branch<Data<InputMoveEvent>>(InputEventKind::abs)),
    member<&InputEvent::type>("type"));

}  // namespace rhea
