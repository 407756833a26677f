#pragma once
/// What the command line may ask for and the machine does not have yet.
#include "machine/cli/process.h"

namespace rhea {

/// Takes the human monitor out that nobody asked for; after cli::choose_machine.
void drop_defaults(cli::Config& config);
/// Reports the first thing asked for that is not there, and gives false then; after cli::apply_properties.
bool check_supported(const cli::Config& config, const cli::Reporter& reporter);

}  // namespace rhea
