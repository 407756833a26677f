/// The human monitor's commands for displays, input and sound.
#include <charconv>

#include "machine/hmp_forward.h"
#include "machine/machine.h"
#include "machine/vnc/servers.h"

namespace rhea {

namespace {

/// The keys that `sendkey` knows by name.
// clang-format off
constexpr std::string_view kKeys[] = {
    "unmapped", "shift", "shift_r", "alt", "alt_r", "ctrl", "ctrl_r", "menu", "esc", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0",
    "minus", "equal", "backspace", "tab", "q", "w", "e", "r", "t", "y", "u", "i", "o", "p", "bracket_left", "bracket_right", "ret", "a",
    "s", "d", "f", "g", "h", "j", "k", "l", "semicolon", "apostrophe", "grave_accent", "backslash", "z", "x", "c", "v", "b", "n", "m",
    "comma", "dot", "slash", "asterisk", "spc", "caps_lock", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "num_lock",
    "scroll_lock", "kp_divide", "kp_multiply", "kp_subtract", "kp_add", "kp_enter", "kp_decimal", "sysrq", "kp_0", "kp_1", "kp_2",
    "kp_3", "kp_4", "kp_5", "kp_6", "kp_7", "kp_8", "kp_9", "less", "f11", "f12", "print", "home", "pgup", "pgdn", "end", "left", "up",
    "down", "right", "insert", "delete", "stop", "again", "props", "undo", "front", "copy", "open", "paste", "find", "cut", "lf",
    "help", "meta_l", "meta_r", "compose", "pause", "ro", "hiragana", "henkan", "yen", "muhenkan", "katakanahiragana", "kp_comma",
    "kp_equals", "power", "sleep", "wake", "audionext", "audioprev", "audiostop", "audioplay", "audiomute", "volumeup", "volumedown",
    "mediaselect", "mail", "calculator", "computer", "ac_home", "ac_back", "ac_forward", "ac_refresh", "ac_bookmarks", "lang1", "lang2",
    "f13", "f14", "f15", "f16", "f17", "f18", "f19", "f20", "f21", "f22", "f23", "f24",
};
// clang-format on

/// "ctrl-alt-f1", "0x1e-b": names and numbers, pressed together.
void sendkey(Machine&, HmpCall& call) {
    QList keys;
    for (std::string_view rest = call.arguments.text("keys");;) {
        const std::size_t end = rest.find('-');
        std::string_view key = rest.substr(0, end);
        const std::string_view name = key == "<" ? "less" : key;
        unsigned number = 0;
        const bool hex = key.substr(0, 2) == "0x";
        const auto parsed = std::from_chars(key.data() + 2 * hex, key.data() + key.size(), number, 16);
        if (hex && parsed.ec == std::errc() && parsed.ptr == key.data() + key.size()) {
            keys.push_back(QDict{{"type", "number"}, {"data", static_cast<std::int64_t>(number)}});
        } else if (std::find(std::begin(kKeys), std::end(kKeys), name) != std::end(kKeys)) {
            keys.push_back(QDict{{"type", "qcode"}, {"data", name}});
        } else {
            return call.print("invalid parameter: {}\n", key);
        }
        if (end == rest.npos) break;
        rest.remove_prefix(end + 1);
    }
    QDict arguments{{"keys", std::move(keys)}};
    call.arguments.copy("hold-time", arguments);
    call.run("send-key", arguments);
}

void complete_key(HmpCompletion& completion) {
    const std::size_t dash = completion.typed().rfind('-');
    if (dash != std::string_view::npos) completion.begin_at(dash + 1);
    for (std::string_view key : kKeys) completion.add(key);
}

/// Buttons by their bits, in the monitor's order.
// A machine that stands still loses them.

void mouse_button(Machine& machine, HmpCall& call) {
    machine.input().set_buttons(static_cast<unsigned>(call.arguments.number("button_state")));
}

void mouse_move(Machine& machine, HmpCall& call) {
    const auto number = [&](const char* name) {
        std::int64_t value = 0;
        const std::string& text = call.arguments.text(name);
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
    };
    machine.input().move(number("x"), number("y"), number("z"));
}

void mouse_set(Machine& machine, HmpCall& call) {
    const std::int64_t index = call.arguments.number("index");
    if (!machine.choose_pointer(index)) call.print("Mouse at index '{}' not found\n", index);
}

void screendump(Machine&, HmpCall& call) {
    const std::string& format = call.arguments.text("format");
    if (!format.empty() && format != "png" && format != "ppm")
        return call.error(Error::generic("invalid parameter value: " + format));
    if (!call.has_qmp("screendump")) {
        const std::string& device = call.arguments.text("device");
        return call.error(device.empty() ? Error::generic("There is no console to take a screendump from")
                                         : Error::device_not_found(device));
    }
    call.run("screendump", hmp_arguments(call, "filename format device head"));
}

/// set_password and expire_password, for the displays that have one.
void password(HmpCall& call, std::string_view command, std::string_view failure, QDict arguments) {
    const std::string& protocol = call.arguments.text("protocol");
    if (protocol != "vnc" && protocol != "spice") return call.error(Error::generic("invalid parameter value: " + protocol));
    if (const std::string& connected = call.arguments.text("connected"); !connected.empty()) {
        if (connected != "keep" && connected != "fail" && connected != "disconnect")
            return call.error(Error::generic("invalid parameter value: " + connected));
        arguments.put("connected", connected);
    }
    if (!call.has_qmp(command))
        return call.error(Error::generic(protocol == "spice" ? "SPICE is not in use" : std::string(failure)));
    if (protocol == "vnc") call.arguments.copy("display", arguments);
    call.run(command, arguments);
}
void set_password(Machine& machine, HmpCall& call) {
    const std::string& connected = call.arguments.text("connected");
    if (call.arguments.text("protocol") == "vnc" && (connected.empty() || connected == "keep"))
        call.write(password_advice(machine, call.arguments.text("display")));
    password(call, "set_password", "Could not set password", hmp_arguments(call, "protocol password"));
}
void expire_password(Machine&, HmpCall& call) {
    password(call, "expire_password", "Could not set password expire time", hmp_arguments(call, "protocol time"));
}

void client_migrate_info(Machine&, HmpCall& call) {
    if (call.arguments.text("protocol") != "spice") return call.error(Error::invalid_parameter_value("protocol", "'spice'"));
    if (!call.has_qmp("client_migrate_info")) return call.error(Error::generic("SPICE is not in use"));
    call.run("client_migrate_info", hmp_arguments(call, "protocol hostname port tls-port cert-subject"));
}

void vnc(Machine&, HmpCall& call) {
    const auto servers = call.ask("query-vnc-servers");
    if (!call.ok(servers)) return;
    if (hmp_list(*servers).empty()) return call.write("None\n");
    const auto address = [&](const QObject& at, std::string_view title) {
        call.print("  {}: {}:{} ({}{})\n", title, hmp_text(at, "host"), hmp_text(at, "service"), hmp_text(at, "family"),
                   hmp_bool(at, "websocket") ? " (Websocket)" : "");
    };
    for (const QObject& server : hmp_list(*servers)) {
        call.print("{}:\n", hmp_text(server, "id"));
        for (const QObject& where : hmp_list(server, "server")) {
            address(where, "Server");
            const std::string_view sub = hmp_text(where, "vencrypt");
            call.print("    Auth: {} (Sub: {})\n", hmp_text(where, "auth"), sub.empty() ? "none" : sub);
        }
        for (const QObject& client : hmp_list(server, "clients")) {
            address(client, "Client");
            const auto name = [&](const char* key) { return hmp_member(client, key) ? hmp_text(client, key) : "none"; };
            call.print("    x509_dname: {}\n    sasl_username: {}\n", name("x509_dname"), name("sasl_username"));
        }
        if (hmp_list(server, "server").empty()) {
            const std::string_view sub = hmp_text(server, "vencrypt");
            call.print("  Auth: {} (Sub: {})\n", hmp_text(server, "auth"), sub.empty() ? "none" : sub);
        }
        if (hmp_member(server, "display")) call.print("  Display: {}\n", hmp_text(server, "display"));
    }
}

void spice(Machine&, HmpCall& call) {
    const auto info = call.ask("query-spice");
    if (!call.ok(info)) return;
    if (!hmp_bool(*info, "enabled")) return call.write("Server: disabled\n");
    call.write("Server:\n");
    if (hmp_member(*info, "port")) call.print("     address: {}:{}\n", hmp_text(*info, "host"), hmp_int(*info, "port"));
    call.print("    migrated: {}\n        auth: {}\n", hmp_bool(*info, "migrated") ? "true" : "false",
               hmp_text(*info, "auth"));
}

/// No sound device is there, so nothing can be captured.
void capture(Machine&, HmpCall&) {}
void stop_capture(Machine&, HmpCall&) {}
void wav_capture(Machine& machine, HmpCall& call) {
    const std::string& audiodev = call.arguments.text("audiodev");
    static_cast<void>(machine);
    call.print("Audiodev '{}' not found\n", audiodev);
}

constexpr HmpCommand kCommands[] = {
    hmp_command<sendkey>("sendkey", "s keys@key, i? hold-time", "keys [hold_ms]",
                         "press keys together (\"ctrl-alt-f1\") for a while (100 ms)")
        .needing("send-key"),
    hmp_command<mouse_button>("mouse_button", "i button_state", "state", "press and release mouse buttons (1=L, 2=R, 4=M)")
        .needing("input-send-event"),
    hmp_command<mouse_move>("mouse_move", "s x, s y, s? z", "dx dy [dz]", "move the mouse, turn its wheel")
        .needing("input-send-event"),
    hmp_command<mouse_set>("mouse_set", "i index", "index", "choose the pointing device that takes the input"),
    hmp_command<screendump>("screendump", "F filename, =f format, s? device, i? head",
                            "filename [-f format] [device [head]]", "write what a screen shows into a file, as ppm or png"),
    hmp_command<set_password>("set_password", "s protocol, s password, =d display, s? connected",
                              "protocol password [-d display] [action-if-connected]",
                              "set the password of a remote display"),
    hmp_command<expire_password>("expire_password", "s protocol, s time, =d display", "protocol time [-d display]",
                                 "set when the password of a remote display expires"),
    hmp_command<client_migrate_info>("client_migrate_info", "s protocol, s hostname, i? port, i? tls-port, s? cert-subject",
                                     "protocol hostname port tls-port cert-subject",
                                     "tell remote displays where the guest migrates to"),
    hmp_command<stop_capture>("stopcapture", "i n", "capture index", "end a recording of sound"),
    hmp_command<wav_capture>("wavcapture", "F path, s audiodev, i? freq, i? bits, i? nchannels",
                             "path audiodev [frequency [bits [channels]]]",
                             "record sound into a WAV file (44100 Hz, 16 bits, 2 channels)"),
};

constexpr HmpCommand kInfo[] = {
    hmp_command<vnc>("vnc", "", "", "show the VNC servers and who uses them")
        .needing("query-vnc-servers")
        .otherwise("None\n"),
    hmp_command<spice>("spice", "", "", "show the SPICE server").needing("query-spice").otherwise("Server: disabled\n"),
    hmp_command<capture>("capture", "", "", "show the recordings of sound"),
};

constexpr HmpCompleter kCompleters[] = {{"key", complete_key}};

}  // namespace

void add_ui_hmp(HmpTable& table, Machine& machine) {
    table.add(kCommands, machine);
    table.add_info(kInfo, machine);
    table.add_completers(kCompleters);
}

}  // namespace rhea
