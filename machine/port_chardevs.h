#pragma once
/// The character devices behind the board's serial and parallel ports and debug consoles (-serial, -parallel, -debugcon, and
/// the default ones).
#include <optional>
#include <vector>

#include "chardev/registry.h"
#include "machine/cli/config.h"
#include "machine/cli/process.h"

namespace rhea {

class Engine;

/// In the order of the options.
struct PortChardevs {
    std::vector<std::optional<Chardev*>> serials;  ///< nullopt: "none", there is no such port
    std::vector<Chardev*> parallels;
};

/// Opens them. False: it failed, and was reported.
/// Those of "mon:…" are shared with a human monitor.
bool open_port_chardevs(Chardevs& chardevs, Engine& engine, const cli::Config& config, const cli::Reporter& reporter, PortChardevs& out);

}  // namespace rhea
