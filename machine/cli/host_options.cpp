// Options about what the host lends the guest: folders, TPMs, USB and sound devices, screens and debuggers. Checked as far
// as they can be without the devices; machine/supported.cpp refuses what is not there.
#include <algorithm>

#include <fmt/format.h>

#include "machine/cli/handlers.h"
#include "machine/cli/machine_choice_parts.h"
#include "machine/cli/option_specs.h"
#include "machine/cli/tree.h"

namespace rhea::cli {

namespace {

constexpr std::string_view kTpmTypes =
    "Supported TPM types (choose only one):\n passthrough   Passthrough TPM backend driver\n"
    "    emulator   TPM emulator backend driver\n";

struct SoundCard {
    std::string_view model, description;
};
constexpr SoundCard kSoundCards[] = {
    {"ac97", "Intel 82801AA AC97 Audio"},  {"adlib", "Yamaha YM3812 (OPL2)"}, {"cs4231a", "CS4231A"},
    {"es1370", "ENSONIQ AudioPCI ES1370"}, {"gus", "Gravis Ultrasound GF1"},  {"hda", "Intel HD Audio"},
    {"sb16", "Creative Sound Blaster 16"}};

std::string sound_card_list() {
    std::string list = "Valid sound card names (comma separated):\n";
    for (const SoundCard& card : kSoundCards) list += fmt::format("{:<11} {}\n", card.model, card.description);
    return list;
}

Result<void> check_folder(const Options& options) {
    const std::string driver = options.get("fsdriver");
    if (driver == "local") {
        constexpr std::string_view kModels[] = {"passthrough", "mapped", "mapped-xattr", "mapped-file", "none"};
        constexpr std::string_view kHint = "Valid options are: security_model=[passthrough|mapped-xattr|mapped-file|none]";
        const std::string* model = options.find("security_model");
        if (!model) return fail(Error::generic("security_model property not set").with_hint(std::string(kHint)));
        if (std::find(std::begin(kModels), std::end(kModels), *model) == std::end(kModels))
            return fail(
                Error::generic(fmt::format("invalid security_model property '{}'", *model)).with_hint(std::string(kHint)));
        if (!options.has("path")) return fail("path property not set");
    } else if (driver == "proxy") {
        if (!options.has("socket") && !options.has("sock_fd")) return fail("both socket and sock_fd properties are missing");
        if (options.has("socket") && options.has("sock_fd")) return fail("both socket and sock_fd properties are specified");
    } else if (driver != "synth") {
        return fail(fmt::format("fsdev: fsdriver {} not found", driver));
    }
    return {};
}

Result<void> check_tpm(const Options& options) {
    const auto with_list = [](std::string text) {
        std::string_view list = kTpmTypes;
        list.remove_suffix(1);
        return fail(Error::generic(std::move(text)).with_hint(std::string(list)));
    };
    if (!options.id()) return fail(Error::missing_parameter("id"));
    const std::string* type = options.find("type");
    if (!type) return with_list("Parameter 'type' is missing");
    if (*type != "passthrough" && *type != "emulator") return with_list("Parameter 'type' expects a TPM backend type");
    constexpr OptionSpec kPassthrough[] = {
        {"type", OptionType::string}, {"cancel-path", OptionType::string}, {"path", OptionType::string}};
    constexpr OptionSpec kEmulator[] = {{"type", OptionType::string}, {"chardev", OptionType::string}};
    if (*type == "passthrough") return options.check(kPassthrough);
    RHEA_CHECK(options.check(kEmulator));
    if (!options.has("chardev")) return fail("tpm-emulator: parameter 'chardev' is missing");
    return {};
}

}  // namespace

// --- Folders

Result<void> take_fsdev(CommandLine& line, Options options) {
    line.config.fsdevs.push_back({line.where, std::move(options)});
    return {};
}

Result<void> take_virtfs(CommandLine& line, Options options) {
    if (!options.has("fsdriver") || !options.has("mount_tag")) return fail("Usage: -virtfs fsdriver,mount_tag=tag");
    // The folder and the device that shows it have the tag's name, unless an id was given.
    Options folder = options;
    if (!folder.id()) {
        const std::string tag = options.get("mount_tag");
        if (!is_well_formed_id(tag)) return fail(fmt::format("duplicate or invalid fsdev id: {}", tag));
        folder.set_id(tag);
    }
    if (!line.claim_id("fsdev", folder.id())) return fail(fmt::format("duplicate or invalid fsdev id: {}", *folder.id()));
    folder.take("mount_tag");
    line.config.fsdevs.push_back({line.where, std::move(folder)});
    line.config.virtfs.push_back({line.where, std::move(options)});
    return {};
}

OrExit<void> check_fsdevs(const Config& config, const Reporter& reporter) {
    for (const Group& group : config.fsdevs) {
        auto checked = [&]() -> Result<void> {
            if (!group.options.id()) return fail("fsdev: No id specified");
            if (!group.options.has("fsdriver")) return fail("fsdev: No fsdriver specified");
            return check_folder(group.options);
        }();
        if (checked) continue;
        reporter.error(group.where, checked.error());
        return tl::unexpected(Exit{1});
    }
    return {};
}

Result<void> take_iscsi(CommandLine&, Options) { return {}; }  // its options are those of images that cannot be opened here

// --- TPM

Result<void> take_tpmdev(CommandLine& line, Options options) {
    line.config.tpmdevs.push_back({line.where, std::move(options)});
    return {};
}

Result<void> add_tpmdev(CommandLine& line, std::string_view text) {
    if (text == "help") {
        line.reporter.hint(kTpmTypes.substr(0, kTpmTypes.size() - 1));
        return line.finish(1);
    }
    return line.add_group("tpmdev", text);
}

OrExit<void> check_tpmdevs(const Config& config, const Reporter& reporter) {
    for (const Group& group : config.tpmdevs) {
        if (auto checked = check_tpm(group.options); !checked) {
            reporter.error(group.where, checked.error());
            return tl::unexpected(Exit{1});
        }
    }
    return {};
}

// --- USB

Result<void> add_usb_device(CommandLine& line, std::string_view text) {
    RHEA_CHECK(line.set_machine(QDict{{"usb", QObject("on")}}));
    line.config.usb_devices.push_back({line.where, std::string(text)});
    return {};
}

OrExit<void> check_usb_devices(const Config& config, const Reporter& reporter) {
    constexpr std::string_view kNames[] = {"tablet", "mouse", "keyboard", "wacom-tablet", "braille"};
    for (const Text& device : config.usb_devices) {
        const bool known = std::find(std::begin(kNames), std::end(kNames), device.value) != std::end(kNames);
        if (device.value.find(':') != std::string::npos)
            reporter.error(device.where, "usbdevice parameters are not supported anymore");
        else if (known && config.machine.type != "none") continue;
        else if (known)
            reporter.error(device.where,
                           fmt::format("Error: no usb bus to attach usbdevice {}, please try -machine usb=on and "
                                       "check that the machine model supports USB",
                                       device.value));
        reporter.error(device.where, fmt::format("could not add USB device '{}'", device.value));
        return tl::unexpected(Exit{1});
    }
    return {};
}

// --- Sound

Result<void> add_audio(CommandLine& line, std::string_view text) {
    QDict tree = RHEA_TRY(parse_tree(text, "driver"));
    const auto model = tree.take("model");
    if (!model) return fail(Error::missing_parameter("model"));
    const std::string name = model->string() ? *model->string() : "";
    if (name == "help" || name == "?") {
        line.print(sound_card_list());
        return line.finish(0);
    }
    const QObject* driver = tree.find("driver");
    if (!driver) return fail(Error::missing_parameter("driver"));
    if (std::none_of(std::begin(kSoundCards), std::end(kSoundCards), [&](const SoundCard& c) { return c.model == name; })) {
        line.reporter.error(line.where, fmt::format("Unknown sound card name `{}'", name));
        line.print(sound_card_list());
        return line.finish(1);
    }
    line.where.text = "-audio";
    return fail("not supported by this build");
}

Result<void> show_audio_help(CommandLine& line, std::string_view) {
    line.print("-audiodev id=none,driver=none\n");
    return line.finish(0);
}

// --- Screens

/// The first without an id is "default", the next ones are "vnc2", "vnc3", …
Result<void> take_vnc(CommandLine& line, Options options) {
    if (!options.id()) {
        std::string id = "default";
        for (unsigned i = 2; !line.claim_id("vnc", id); ++i) id = fmt::format("vnc{}", i);
        options.set_id(std::move(id));
    }
    line.config.vncs.push_back({line.where, std::move(options)});
    return {};
}

Result<void> add_vnc(CommandLine& line, std::string_view text) {
    if (text != "help" && text != "?") return line.add_group("vnc", text);
    line.print(group_help("vnc", option_specs("vnc")));
    return line.finish(1);
}

Result<void> take_spice(CommandLine& line, Options options) {
    line.config.spice = Group{line.where, std::move(options)};
    return {};
}

// --- Debuggers and plug-ins

Result<void> add_gdb(CommandLine& line, std::string_view text) {
    line.config.gdbs.push_back({line.where, std::string(text)});
    return {};
}

Result<void> add_default_gdb(CommandLine& line, std::string_view) { return add_gdb(line, "tcp::1234"); }

Result<void> take_plugin(CommandLine& line, Options options) {
    line.config.plugins.push_back({line.where, std::move(options)});
    return {};
}

}  // namespace rhea::cli
