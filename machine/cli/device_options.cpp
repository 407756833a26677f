// Options that hang something on the machine. They are kept for whoever makes it.
#include <algorithm>

#include <fmt/format.h>

#include "chardev/options.h"
#include "machine/cli/audio_options.h"
#include "machine/cli/display_options.h"
#include "machine/cli/handlers.h"
#include "machine/cli/tree.h"
#include "machine/cli/typed_options.h"
#include "machine/device_help.h"
#include "machine/net/from_options.h"
#include "machine/objects/options.h"

namespace rhea::cli {

namespace {

Arguments from_options(CommandLine& line, const Options& options) {
    Arguments arguments{line.where, options.to_qdict()};
    for (const char* key : {"help", "?"})
        if (arguments.members.erase(key)) arguments.help = true;
    if (options.id()) arguments.members.put("id", *options.id());
    return arguments;
}

/// "help" as the type is a question too.
void notice_help(Arguments& arguments, const char* key) {
    const QObject* type = arguments.members.find(key);
    if (!type || !type->string() || (*type->string() != "help" && *type->string() != "?")) return;
    arguments.members.erase(key);
    arguments.help = true;
}

Result<Arguments> json_arguments(CommandLine& line, std::string_view text) {
    QDict members = RHEA_TRY(parse_json_object(text));
    return Arguments{line.where, std::move(members), InputMode::json};
}

Result<Arguments> nested_arguments(CommandLine& line, std::string_view text, std::string_view implied_key) {
    if (looks_like_json(text)) return json_arguments(line, text);
    Arguments arguments{line.where};
    arguments.members = RHEA_TRY(parse_tree(text, implied_key, &arguments.help));
    return arguments;
}

}  // namespace

// --- Devices and objects

Result<void> add_device(CommandLine& line, std::string_view text) {
    if (!looks_like_json(text)) return line.add_group("device", text);
    line.config.devices.push_back(RHEA_TRY(json_arguments(line, text)));
    const QObject* driver = line.config.devices.back().members.find("driver");
    if (!driver || !driver->string()) return fail(Error::missing_parameter("driver"));
    return {};
}

Result<void> take_device(CommandLine& line, Options options) {
    Arguments arguments = from_options(line, options);
    if (!arguments.members.contains("driver")) arguments.help = false;      // the switch asks about a driver
    notice_help(arguments, "driver");
    line.config.devices.push_back(std::move(arguments));
    return {};
}

Result<void> add_object(CommandLine& line, std::string_view text) {
    if (!looks_like_json(text)) return line.add_group("object", text);
    Arguments object = RHEA_TRY(json_arguments(line, text));
    RHEA_TRY(from_qdict<objects::ObjectOptions>(object.members, object.mode));
    line.config.objects.push_back(std::move(object));
    return {};
}

Result<void> take_object(CommandLine& line, Options options) {
    constexpr std::string_view kSizes[] = {"size", "align", "hugetlbsize"};
    const std::string* type = options.find("qom-type");
    if (!type) return fail(Error::missing_parameter("qom-type"));
    const auto show = [&](const std::string& text) {
        line.print(text);
        return line.finish(0);
    };
    if (*type == "help" || *type == "?") return show(object_types_text());
    if (options.has("help") || options.has("?"))
        if (const auto text = object_options_text(*type)) return show(*text);
    const auto typed = RHEA_TRY(read_options<objects::ObjectOptions>(options, kSizes));
    line.config.objects.push_back({line.where, std::move(*to_qobject(typed).dict()), InputMode::json});
    return {};
}

Result<void> add_audiodev(CommandLine& line, std::string_view text) {
    if (text == "help") {
        line.print("Available audio drivers:\nnone\nwav\n");
        return line.finish(0);
    }
    Arguments arguments = RHEA_TRY(nested_arguments(line, text, "driver"));
    if (arguments.help) return fail("Help is not available for this option");
    // What other drivers take is not known here; they are refused anyway.
    const QObject* driver = arguments.members.find("driver");
    const auto known = driver && driver->string() ? enum_from_name<AudioDriver>(*driver->string()) : std::nullopt;
    if (known && *known != AudioDriver::none && *known != AudioDriver::wav && arguments.members.contains("id")) return fail("this audio driver is not supported by this build");
    RHEA_TRY(from_qdict<Audiodev>(arguments.members, arguments.mode));
    line.config.audiodevs.push_back(std::move(arguments));
    return {};
}

// --- Block devices

Result<void> add_blockdev(CommandLine& line, std::string_view text) {
    Arguments arguments = RHEA_TRY(nested_arguments(line, text, "driver"));
    if (arguments.help) return fail("Help is not available for this option");
    line.config.blockdevs.push_back(std::move(arguments));
    return {};
}

Result<void> take_drive(CommandLine& line, Options options) {
    line.config.drives.push_back({line.where, std::move(options)});
    return {};
}

Result<void> add_drive_file(CommandLine& line, std::string_view file, std::string_view fixed) {
    Options options = RHEA_TRY(Options::parse(fixed));
    options.add("file", std::string(file));
    return take_drive(line, std::move(options));
}

// --- Character devices and monitors

Result<void> take_chardev(CommandLine& line, Options options) {
    if (const std::string backend = options.get("backend"); backend == "help" || backend == "?") {
        line.print(chardev_types_text());
        return line.finish(0);
    }
    line.config.chardevs.push_back({line.where, std::move(options)});
    return {};
}

Result<void> take_mon(CommandLine& line, Options options) {
    Monitor monitor{line.where};
    const std::string mode = options.get("mode", "readline");
    if (mode == "control") monitor.mode = Monitor::Mode::control;
    else if (mode != "readline") return fail(Error::bad_enum_value("mode", mode));
    if (!options.has("chardev")) return fail(Error::missing_parameter("chardev"));
    monitor.chardev = options.get("chardev");
    monitor.pretty = RHEA_TRY(options.get_bool("pretty", false));
    if (const std::string* dialect = options.find("dialect")) {
        const auto known = enum_from_name<Dialect>(*dialect);
        if (!known) return fail(Error::bad_enum_value("dialect", *dialect));
        if (monitor.mode == Monitor::Mode::readline) return fail("'dialect' is not compatible with HMP monitors");
        monitor.dialect = *known;
    }
    line.config.monitors.push_back(std::move(monitor));
    line.config.default_monitor = false;
    return {};
}

Result<void> add_monitor(CommandLine& line, std::string_view device, Monitor::Mode mode, bool pretty) {
    line.config.default_monitor = false;
    if (device == "none" && mode == Monitor::Mode::readline) return {};
    Monitor monitor{line.where, mode, pretty};
    // "-monitor control,DEVICE" started the text protocol of 2009.
    constexpr std::string_view control = "control,";
    if (mode == Monitor::Mode::readline && device.starts_with(control)) {
        monitor.mode = Monitor::Mode::control;
        monitor.dialect = Dialect::v0_1;
        device.remove_prefix(control.size());
    }
    if (const auto id = chardev_reference(device)) {
        monitor.chardev = std::string(*id);
    } else {
        monitor.chardev = fmt::format("compat_monitor{}", line.monitors++);
        auto options = parse_legacy_chardev(monitor.chardev, device);
        Result<void> done = options ? line.add_section("chardev", std::move(*options)) : fail(std::move(options).error());
        if (!done) {
            if (!done.error().description().empty()) line.reporter.error(line.where, done.error().description());
            return fail(fmt::format("parse error: {}", device));
        }
        RHEA_CHECK(line.claim_id("mon", monitor.chardev));
    }
    line.config.monitors.push_back(std::move(monitor));
    return {};
}

// --- Network

Result<void> add_netdev(CommandLine& line, std::string_view text) {
    // Newer types have options that nest.
    const auto word = text.substr(0, text.find(','));
    const auto type = word.starts_with("type=") ? word.substr(5) : word;
    if (!looks_like_json(text) && type != "stream" && type != "dgram") return line.add_group("netdev", text);
    Arguments netdev = RHEA_TRY(nested_arguments(line, text, "type"));
    if (netdev.help) return fail("Help is not available for this option");
    RHEA_TRY(from_qdict<net::Netdev>(netdev.members, netdev.mode));
    line.config.nested_netdevs.push_back(std::move(netdev));
    return {};
}

Result<void> take_netdev(CommandLine& line, Options options) {
    if (const std::string type = options.get("type"); type == "help" || type == "?") {
        line.print(net::kinds_text());
        return line.finish(0);
    }
    line.config.netdevs.push_back({line.where, std::move(options)});
    return {};
}

/// "model=help" is a question.
static bool shows_models(CommandLine& line, const Options& options) {
    if (const std::string model = options.get("model"); model != "help" && model != "?") return false;
    line.print(net::models_text());
    static_cast<void>(line.finish(0));
    return true;
}

Result<void> take_nic(CommandLine& line, Options options) {
    line.config.default_net = false;
    if (shows_models(line, options)) return {};
    if (options.get("type") != "none") line.config.nics.push_back({line.where, std::move(options)});
    return {};
}

Result<void> take_net(CommandLine& line, Options options) {
    line.config.default_net = false;
    if (shows_models(line, options)) return {};
    if (options.get("type") != "none") {
        line.config.nets.push_back({line.where, std::move(options)});
        return {};
    }
    options.take("type");
    return options.check_empty();
}

// --- Screen

Result<void> set_display(CommandLine& line, std::string_view text) {
    if (text == "help" || text == "?") {
        line.print("Available display backend types:\nnone\n");
        return line.finish(0);
    }
    if (text.starts_with("vnc")) {
        if (!text.starts_with("vnc=")) return fail("VNC requires a display argument vnc=<display>");
        return add_vnc(line, text.substr(4));
    }
    const Arguments arguments = RHEA_TRY(nested_arguments(line, text, "type"));
    if (arguments.help) return fail("Help is not available for this option");
    const auto options = RHEA_TRY(from_qdict<DisplayOptions>(arguments.members, arguments.mode));
    const bool nothing = options.type == DisplayType::none || options.type == DisplayType::automatic;
    line.config.display_gl = options.gl && *options.gl != DisplayGl::off;
    line.config.display = nothing ? "none" : std::string(enum_name(options.type));
    return {};
}

}  // namespace rhea::cli
