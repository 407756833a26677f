#include "machine/monitors.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "chardev/options.h"

namespace rhea {

namespace {

/// Opens the character device of -qmp, -qtest and the like; null after an error.
Chardev* open_device(Chardevs& chardevs, const std::string& label, const std::string& text, const cli::Location& where,
                     const cli::Reporter& reporter) {
    if (auto id = chardev_reference(text)) {
        Chardev* chardev = chardevs.find(*id);
        if (!chardev) reporter.error(where, fmt::format("Chardev '{}' not found", *id));
        return chardev;
    }
    auto parsed = parse_legacy_chardev(label, text);
    auto options = parsed ? chardev_options(*parsed) : fail(parsed.error());
    if (parsed)
        for (const std::string& warning : parsed->warnings()) reporter.warning(where, warning);
    if (!options) {
        reporter.error(where, options.error());
        return nullptr;
    }
    auto chardev = create_chardev(chardevs, *options);
    if (!chardev) {
        reporter.error(where, chardev.error());
        return nullptr;
    }
    return *chardev;
}

}  // namespace

Result<Chardev*> create_chardev(Chardevs& chardevs, const ChardevOptions& options) {
    Chardev* chardev = RHEA_TRY(chardevs.create(options));
    if (const auto terminal = chardev->terminal(); !terminal.empty()) {
        fmt::print("char device redirected to {} (label {})\n", terminal, chardev->label());
        std::fflush(stdout);
    }
    return chardev;
}

bool add_fd(FdSets& sets, const cli::AddFd& fd, const cli::Reporter& reporter) {
    const auto opaque = fd.opaque.empty() ? std::nullopt : std::optional<std::string>(fd.opaque);
    FileDescriptor copy(::fcntl(fd.fd, F_DUPFD_CLOEXEC, 0));
    if (!copy) {
        reporter.error(fd.where, fmt::format("error duplicating fd: {}", std::strerror(errno)));
        return false;
    }
    sets.add(std::move(copy), fd.set, opaque);
    return true;
}

bool add_chardev(Chardevs& chardevs, const cli::Group& group, const cli::Reporter& reporter) {
    auto typed = chardev_options(group.options);
    if (const auto warning = chardev_warning(group.options)) reporter.warning(group.where, *warning);
    auto made = typed ? create_chardev(chardevs, *typed) : fail(typed.error());
    if (!made) reporter.error(group.where, made.error());
    return made.has_value();
}

bool add_monitors(Engine& engine, Chardevs& chardevs, const cli::Config& config, const cli::Reporter& reporter) {
    for (const cli::Monitor& monitor : config.monitors) {
        Chardev* chardev = chardevs.find(monitor.chardev);
        if (!chardev) {
            reporter.error(monitor.where, fmt::format("chardev \"{}\" not found", monitor.chardev));
            return false;
        }
        if (chardev->in_use()) {
            reporter.error(monitor.where, fmt::format("Device '{}' is in use", chardev->label()));
            return false;
        }
        if (monitor.mode == cli::Monitor::Mode::readline && monitor.pretty) {
            reporter.error(monitor.where, "'pretty' is not compatible with HMP monitors");
            return false;
        }
        if (monitor.mode == cli::Monitor::Mode::readline) {
            engine.add_hmp_monitor(*chardev);
            continue;
        }
        MonitorOptions options;
        options.pretty = monitor.pretty;
        options.dialect = monitor.dialect;
        engine.add_monitor(*chardev, options);
    }
    return true;
}

bool start_qtest(Chardevs& chardevs, QtestTarget& target, const cli::Config& config, const cli::Reporter& reporter,
                 std::unique_ptr<QtestLog>& log, std::unique_ptr<QtestServer>& server) {
    Chardev* chardev = open_device(chardevs, "qtest", config.qtest->value, config.qtest->where, reporter);
    if (!chardev) return false;
    auto opened = QtestLog::open(config.qtest_log);
    if (!opened) {
        reporter.error(opened.error());
        return false;
    }
    log = std::move(*opened);
    server = std::make_unique<QtestServer>(*chardev, target, *log);
    return true;
}

}  // namespace rhea
