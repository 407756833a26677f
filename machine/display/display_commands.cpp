/// The local display, pictures of it, and input from the monitor.
#include "machine/display/commands.h"
#include "machine/display/input_types.h"
#include "machine/machine.h"
#include "machine/not_yet.h"

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

enum class ImageFormat { ppm, png };
template <>
inline constexpr auto description<ImageFormat> = enumeration<ImageFormat>("ImageFormat", "ppm", "png");

struct Screendump {
    std::string filename;
    std::optional<std::string> device;
    std::optional<std::int64_t> head;
    std::optional<ImageFormat> format;
};
template <>
inline constexpr auto description<Screendump> = object("q_obj_screendump-arg", member<&Screendump::filename>("filename"),
                                                       member<&Screendump::device>("device"),
                                                       member<&Screendump::head>("head"),
                                                       member<&Screendump::format>("format"));

struct SendKey {
    std::vector<KeyValue> keys;
    std::optional<std::int64_t> hold_time;
};
template <>
inline constexpr auto description<SendKey> = object("q_obj_send-key-arg", member<&SendKey::keys>("keys"),
                                                    member<&SendKey::hold_time>("hold-time"));

struct InputSendEvent {
    std::optional<std::string> device;
    std::optional<std::int64_t> head;
    std::vector<InputEvent> events;
};
template <>
inline constexpr auto description<InputSendEvent> = object("q_obj_input-send-event-arg",
                                                           member<&InputSendEvent::device>("device"),
                                                           member<&InputSendEvent::head>("head"),
                                                           member<&InputSendEvent::events>("events"));

namespace {

/// Whatever -display says, nothing is shown.
Result<DisplayOptions> query_display_options(Machine&, const Empty&) {
    DisplayOptions options;
    options.type = DisplayType::none;
    return options;
}

Result<Empty> screendump(Machine& machine, const Screendump& args) {
    if (args.device) {
        if (!machine.devices().find_id(*args.device)) return fail(Error::device_not_found(*args.device));
        return fail(not_supported("screendump"));
    }
    if (args.head) return fail("'head' must be specified together with 'device'");
    return fail("There is no console to take a screendump from");
}

Result<Empty> input_send_event(Machine& machine, const InputSendEvent& args) {
    if (args.device && !machine.devices().find_id(*args.device)) return fail(Error::device_not_found(*args.device));
    if (!machine.life().running() && machine.life().state() != RunState::suspended) return fail("VM not running");
    if (args.events.empty()) return Empty{};
    return fail(not_supported("input-send-event"));
}

constexpr Command kCommands[] = {
    command<query_display_options>("query-display-options", "Tells how the guest's screen is shown."),
    command<screendump>("screendump", "Writes what the guest's screen shows into a file.").not_yet(),
    command_not_yet<SendKey>("send-key", "Presses keys together and lets them go."),
    command<input_send_event>("input-send-event", "Plays keys, buttons and movements to the guest.").not_yet(),
};

}  // namespace

void add_display_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
