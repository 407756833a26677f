#include <algorithm>

#include "chardev/options.h"
#include "machine/cli/machine_choice_parts.h"

namespace rhea::cli {

namespace {

/// Devices that take the place of a default one.
void note_devices(Config& config) {
    struct Default {
        std::string_view driver;
        bool Config::*flag;
    };
    static constexpr Default kDefaults[] = {
        {"isa-serial", &Config::default_serial}, {"isa-parallel", &Config::default_parallel},
        {"isa-fdc", &Config::default_floppy},    {"floppy", &Config::default_floppy},
        {"ide-cd", &Config::default_cdrom},      {"ide-hd", &Config::default_cdrom},
        {"scsi-cd", &Config::default_cdrom},     {"scsi-hd", &Config::default_cdrom},
        {"VGA", &Config::default_vga},           {"isa-vga", &Config::default_vga},
        {"cirrus-vga", &Config::default_vga},    {"isa-cirrus-vga", &Config::default_vga},
        {"vmware-svga", &Config::default_vga},   {"qxl-vga", &Config::default_vga},
        {"virtio-vga", &Config::default_vga},    {"ati-vga", &Config::default_vga},
    };
    const auto note = [&](std::string_view driver) {
        for (const Default& d : kDefaults)
            if (d.driver == driver) config.*d.flag = false;
    };
    for (const Arguments& device : config.devices)
        if (const QObject* driver = device.members.find("driver"); driver && driver->string()) note(*driver->string());
    for (const Global& global : config.globals) note(global.driver);
}

/// Character devices and monitors that are there unless said otherwise.

}  // namespace

Result<void> add_default_devices(Config& config, const MachineType& type) {
    note_devices(config);
    if (!config.defaults || !type.is_pc()) {
        config.default_serial = config.default_parallel = config.default_floppy = config.default_cdrom = config.default_vga =
            false;
    }
    if (!type.usual_floppy()) config.default_floppy = false;
    if (!config.defaults) config.default_monitor = config.default_net = false;
    if (!type.is_pc()) config.default_net = false;
    if (config.vga) config.default_vga = false;
    // A "vc" is a text console in the emulator's window; nobody sees one here, but it is what QEMU reports.
    const auto backends = chardev_backends();
    const std::string_view window =
        std::find(backends.begin(), backends.end(), "vc") != backends.end() ? "vc:80Cx24C" : "null";
    const auto console = [&](std::string_view without_screen) {
        return std::string(config.graphics ? window : without_screen);
    };
    const bool shared = !config.graphics && config.default_serial && config.default_monitor;
    if (config.default_parallel) config.parallels.push_back({{}, console("null")});
    if (config.default_serial) config.serials.push_back({{}, console(shared ? "mon:stdio" : "stdio")});
    if (config.default_monitor && !shared) {
        Options options = RHEA_TRY(parse_legacy_chardev("compat_monitor0", console("stdio")));
        config.chardevs.push_back({{}, std::move(options)});
        config.monitors.push_back({{}, Monitor::Mode::readline, false, "compat_monitor0"});
    }
    return {};
}

}  // namespace rhea::cli
