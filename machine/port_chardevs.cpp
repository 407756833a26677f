#include "machine/port_chardevs.h"

#include <fmt/format.h>

#include "chardev/options.h"
#include "machine/monitors.h"

namespace rhea {

namespace {

/// What TEXT of an option means, under the label given; null after an error.
Chardev* open_port(Chardevs& chardevs, Engine& engine, const std::string& label, const cli::Text& port, const cli::Reporter& reporter) {
    if (const auto id = chardev_reference(port.value)) return chardevs.find(*id);
    auto parsed = parse_legacy_chardev(label, port.value);
    auto options = parsed ? chardev_options(*parsed) : fail(parsed.error());
    if (parsed)
        for (const std::string& warning : parsed->warnings()) reporter.warning(port.where, warning);
    // The label may be taken by a -chardev; QEMU finds that out in the tree of objects.
    if (options && chardevs.find(label))
        options = fail(fmt::format("attempt to add duplicate property '{}' to object (type 'container')", label));
    auto made = options ? create_chardev(chardevs, *options) : fail(options.error());
    if (made && port.value.starts_with("mon:")) engine.add_hmp_monitor(**made);
    if (made) return *made;
    if (!made.error().description().empty()) reporter.error(port.where, made.error());
    return nullptr;
}

bool no_backend(const cli::Text& port, std::string_view what, const cli::Reporter& reporter) {
    reporter.error(port.where, fmt::format("{} '{}'", what, port.value));
    return false;
}

constexpr std::size_t kMaxParallels = 3;

}  // namespace

bool open_port_chardevs(Chardevs& chardevs, Engine& engine, const cli::Config& config, const cli::Reporter& reporter, PortChardevs& out) {
    for (const cli::Text& port : config.serials) {
        if (port.value == "none") {
            out.serials.push_back(std::nullopt);
            continue;
        }
        Chardev* chardev = open_port(chardevs, engine, fmt::format("serial{}", out.serials.size()), port, reporter);
        if (!chardev) return no_backend(port, "could not connect serial device to character backend", reporter);
        out.serials.push_back(chardev);
    }
    for (const cli::Text& port : config.parallels) {
        if (port.value == "none") continue;
        if (out.parallels.size() == kMaxParallels) {
            reporter.error(port.where, "too many parallel ports");
            return false;
        }
        Chardev* chardev = open_port(chardevs, engine, fmt::format("parallel{}", out.parallels.size()), port, reporter);
        if (!chardev) return no_backend(port, "could not connect parallel device to character backend", reporter);
        out.parallels.push_back(chardev);
    }
    for (const cli::Text& port : config.debugcons) {
        Chardev* chardev = open_port(chardevs, engine, "debugcon", port, reporter);
        if (!chardev) return no_backend(port, "invalid character backend", reporter);
    }
    return true;
}

}  // namespace rhea
