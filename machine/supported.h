#pragma once
/// What the command line may ask for and the machine does not have yet.
#include "machine/cli/process.h"

namespace rhea {

/// Reports the first thing asked for that is not there, and gives false then; after cli::apply_properties.
bool check_supported(const cli::Config& config, const cli::Reporter& reporter);

}  // namespace rhea
