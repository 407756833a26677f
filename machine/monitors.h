#pragma once
/// From the command line's words to chardevs, monitors and the qtest server.
#include <memory>

#include "chardev/registry.h"
#include "machine/cli/process.h"
#include "machine/qtest.h"
#include "monitor/engine.h"
#include "monitor/fd_sets.h"

namespace rhea {

/// Makes a chardev that the command line asks for, and says which terminal leads to a pty.
Result<Chardev*> create_chardev(Chardevs& chardevs, const ChardevOptions& options);

// Each reports its errors and gives false then.
bool add_fd(FdSets& sets, const cli::AddFd& fd, const cli::Reporter& reporter);
bool add_chardev(Chardevs& chardevs, const cli::Group& group, const cli::Reporter& reporter);
bool add_monitors(Engine& engine, Chardevs& chardevs, const cli::Config& config, const cli::Reporter& reporter);
bool start_qtest(Chardevs& chardevs, QtestTarget& target, const cli::Config& config, const cli::Reporter& reporter,
                 std::unique_ptr<QtestLog>& log, std::unique_ptr<QtestServer>& server);

}  // namespace rhea
