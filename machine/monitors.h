#pragma once
/// From the command line's words to chardevs, monitors and the qtest server.
#include <memory>

#include "chardev/registry.h"
#include "machine/cli/process.h"
#include "machine/qtest.h"
#include "monitor/engine.h"

namespace rhea {

// Each reports its errors and gives false then.
bool add_chardev(Chardevs& chardevs, const cli::Group& group, const cli::Reporter& reporter);
bool add_monitors(Engine& engine, Chardevs& chardevs, const cli::Config& config, const cli::Reporter& reporter);
bool start_qtest(Chardevs& chardevs, QtestTarget& target, const cli::Config& config, const cli::Reporter& reporter,
                 std::unique_ptr<QtestLog>& log, std::unique_ptr<QtestServer>& server);

}  // namespace rhea
