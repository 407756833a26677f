#include "machine/supported.h"

#include <algorithm>

namespace rhea {

namespace {

constexpr std::string_view kNotSupported = "not supported by this build";

class Checker {
public:
    explicit Checker(const cli::Reporter& reporter) : reporter_(reporter) {}

    /// A list of things that cannot be made; those of `except` can, because they stand for nothing.
    template <class List, class Except>
    void list(const List& items, Except except) {
        for (const auto& item : items)
            if (!except(item)) refuse(item.where);
    }
    template <class List>
    void list(const List& items) {
        list(items, [](const auto&) { return false; });
    }
    void option(bool given, std::string_view name) {
        if (given) refuse({std::string(name), false});
    }
    bool good() const { return good_; }

private:
    void refuse(const cli::Location& where) {
        if (good_) reporter_.error(where, kNotSupported);
        good_ = false;
    }

    const cli::Reporter& reporter_;
    bool good_ = true;
};

}  // namespace

bool check_supported(const cli::Config& config, const cli::Reporter& reporter) {
    Checker check(reporter);
    check.list(config.fsdevs);
    check.list(config.tpmdevs);
    check.list(config.plugins);
    check.list(config.gdbs, [](const cli::Text& gdb) { return gdb.value == "none"; });
    check.list(config.audiodevs, [](const cli::Arguments& audio) {
        const QObject* driver = audio.members.find("driver");
        return driver && driver->string() && (*driver->string() == "none" || *driver->string() == "wav");
    });
    check.option(!config.load_snapshot.empty(), "-loadvm");
    check.option(config.snapshot_drives, "-snapshot");
    check.option(config.spice.has_value(), "-spice");
    check.option(!config.compat.accepts_all(), "-compat");
    check.option(config.vga && *config.vga != "none" && *config.vga != "std" && *config.vga != "cirrus", "-vga");
    if (!check.good()) return false;
    if (config.incoming && config.incoming->value != "defer") {
        reporter.error(config.incoming->where, kNotSupported);
        return false;
    }
    return true;
}

}  // namespace rhea
