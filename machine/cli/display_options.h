#pragma once
/// What -display says, of every kind of display that QEMU for x86 knows: a kind that is not here is refused after its
/// options were checked.
#include <optional>
#include <string>
#include <variant>

#include "qobject/describe.h"

namespace rhea::cli {

enum class DisplayType { automatic, none, gtk, sdl, egl_headless, curses, spice_app, dbus };
enum class DisplayGl { off, on, core, es };
enum class HotKeyMod { lctrl_lalt, lshift_lctrl_lalt, rctrl };

struct DisplayGtk {
    std::optional<bool> grab_on_hover, zoom_to_fit, show_tabs, show_menubar;
};
struct DisplaySdl {
    std::optional<HotKeyMod> grab_mod;
};
struct DisplayEglHeadless {
    std::optional<std::string> render_node;
};
struct DisplayCurses {
    std::optional<std::string> charset;
};
struct DisplayDbus {
    std::optional<std::string> render_node, address, audiodev;
    std::optional<bool> peer_to_peer;
};
struct DisplayOptions {
    DisplayType type = DisplayType::none;
    std::optional<bool> full_screen, window_close, show_cursor;
    std::optional<DisplayGl> gl;
    std::variant<std::monostate, DisplayGtk, DisplayCurses, DisplayEglHeadless, DisplayDbus, DisplaySdl> u;
};

}  // namespace rhea::cli

namespace rhea {

template <>
inline constexpr auto description<cli::DisplayType> = enumeration<cli::DisplayType>("DisplayType", "default", "none", "gtk",
                                                                                    "sdl", "egl-headless", "curses",
                                                                                    "spice-app", "dbus");
template <>
inline constexpr auto description<cli::DisplayGl> = enumeration<cli::DisplayGl>("DisplayGLMode", "off", "on", "core", "es");
template <>
inline constexpr auto description<cli::HotKeyMod> = enumeration<cli::HotKeyMod>("HotKeyMod", "lctrl-lalt",
                                                                                "lshift-lctrl-lalt", "rctrl");
template <>
inline constexpr auto description<cli::DisplayGtk> = object("DisplayGTK",
                                                            member<&cli::DisplayGtk::grab_on_hover>("grab-on-hover"),
                                                            member<&cli::DisplayGtk::zoom_to_fit>("zoom-to-fit"),
                                                            member<&cli::DisplayGtk::show_tabs>("show-tabs"),
                                                            member<&cli::DisplayGtk::show_menubar>("show-menubar"));
template <>
inline constexpr auto description<cli::DisplaySdl> = object("DisplaySDL", member<&cli::DisplaySdl::grab_mod>("grab-mod"));
template <>
inline constexpr auto description<cli::DisplayEglHeadless> =
    object("DisplayEGLHeadless", member<&cli::DisplayEglHeadless::render_node>("rendernode"));
template <>
inline constexpr auto description<cli::DisplayCurses> = object("DisplayCurses",
                                                               member<&cli::DisplayCurses::charset>("charset"));
template <>
inline constexpr auto description<cli::DisplayDbus> = object("DisplayDBus",
                                                             member<&cli::DisplayDbus::render_node>("rendernode"),
                                                             member<&cli::DisplayDbus::address>("addr"),
                                                             member<&cli::DisplayDbus::peer_to_peer>("p2p"),
                                                             member<&cli::DisplayDbus::audiodev>("audiodev"));
template <>
inline constexpr auto description<cli::DisplayOptions> = flat_union<&cli::DisplayOptions::type, &cli::DisplayOptions::u>(
    "DisplayOptions",
    branches(branch<cli::DisplayGtk>(cli::DisplayType::gtk), branch<cli::DisplayCurses>(cli::DisplayType::curses),
             branch<cli::DisplayEglHeadless>(cli::DisplayType::egl_headless),
             branch<cli::DisplayDbus>(cli::DisplayType::dbus), branch<cli::DisplaySdl>(cli::DisplayType::sdl)),
    member<&cli::DisplayOptions::type>("type"), member<&cli::DisplayOptions::full_screen>("full-screen"),
    member<&cli::DisplayOptions::window_close>("window-close"), member<&cli::DisplayOptions::show_cursor>("show-cursor"),
    member<&cli::DisplayOptions::gl>("gl"));

}  // namespace rhea
