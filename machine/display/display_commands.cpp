/// The local display.
#include "machine/display/commands.h"
#include "machine/machine.h"

namespace rhea {

enum class DisplayType { default_, none, gtk, sdl, egl_headless, curses, spice_app, dbus };
template <>
inline constexpr auto description<DisplayType> = enumeration<DisplayType>("DisplayType", "default", "none", "gtk", "sdl",
                                                                          "egl-headless", "curses", "spice-app", "dbus");

enum class DisplayGlMode { off, on, core, es };
template <>
inline constexpr auto description<DisplayGlMode> = enumeration<DisplayGlMode>("DisplayGLMode", "off", "on", "core", "es");

struct DisplayGtk {
    std::optional<bool> grab_on_hover, zoom_to_fit, show_tabs, show_menubar;
};
template <>
inline constexpr auto description<DisplayGtk> = object("DisplayGTK", member<&DisplayGtk::grab_on_hover>("grab-on-hover"),
                                                       member<&DisplayGtk::zoom_to_fit>("zoom-to-fit"),
                                                       member<&DisplayGtk::show_tabs>("show-tabs"),
                                                       member<&DisplayGtk::show_menubar>("show-menubar"));

struct DisplayCurses {
    std::optional<std::string> charset;
};
template <>
inline constexpr auto description<DisplayCurses> = object("DisplayCurses", member<&DisplayCurses::charset>("charset"));

struct DisplayEglHeadless {
    std::optional<std::string> rendernode;
};
template <>
inline constexpr auto description<DisplayEglHeadless> = object("DisplayEGLHeadless",
                                                               member<&DisplayEglHeadless::rendernode>("rendernode"));

struct DisplayDbus {
    std::optional<std::string> rendernode, addr;
    std::optional<bool> p2p;
    std::optional<std::string> audiodev;
};
template <>
inline constexpr auto description<DisplayDbus> = object("DisplayDBus", member<&DisplayDbus::rendernode>("rendernode"),
                                                        member<&DisplayDbus::addr>("addr"), member<&DisplayDbus::p2p>("p2p"),
                                                        member<&DisplayDbus::audiodev>("audiodev"));

enum class HotKeyMod { lctrl_lalt, lshift_lctrl_lalt, rctrl };
template <>
inline constexpr auto description<HotKeyMod> = enumeration<HotKeyMod>("HotKeyMod", "lctrl-lalt", "lshift-lctrl-lalt",
                                                                      "rctrl");

struct DisplaySdl {
    std::optional<HotKeyMod> grab_mod;
};
template <>
inline constexpr auto description<DisplaySdl> = object("DisplaySDL", member<&DisplaySdl::grab_mod>("grab-mod"));

struct DisplayOptions {
    DisplayType type{};
    std::optional<bool> full_screen, window_close, show_cursor;
    std::optional<DisplayGlMode> gl;
    std::variant<std::monostate, DisplayGtk, DisplayCurses, DisplayEglHeadless, DisplayDbus, DisplaySdl> u;
};
template <>
inline constexpr auto description<DisplayOptions> = flat_union<&DisplayOptions::type, &DisplayOptions::u>(
    "DisplayOptions",
    branches(branch<DisplayGtk>(DisplayType::gtk), branch<DisplaySdl>(DisplayType::sdl),
             branch<DisplayEglHeadless>(DisplayType::egl_headless), branch<DisplayCurses>(DisplayType::curses),
             branch<DisplayDbus>(DisplayType::dbus)),
    member<&DisplayOptions::type>("type"), member<&DisplayOptions::full_screen>("full-screen"),
    member<&DisplayOptions::window_close>("window-close"), member<&DisplayOptions::show_cursor>("show-cursor"),
    member<&DisplayOptions::gl>("gl"));

namespace {

/// Whatever -display says, nothing is shown.
Result<DisplayOptions> query_display_options(Machine&, const Empty&) {
    DisplayOptions options;
    options.type = DisplayType::none;
    return options;
}

constexpr Command kCommands[] = {
    command<query_display_options>("query-display-options", "Tells how the guest's screen is shown."),
};

}  // namespace

void add_display_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
