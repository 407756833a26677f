#pragma once
/// -sandbox: a filter that the kernel puts before the system calls of this process and its children.
#include "machine/cli/config.h"
#include "qobject/error.h"

namespace rhea::cli {

/// Puts the filter in force for good, for every thread. A forbidden call ends the process with SIGSYS, except that changing
/// priorities fails with EPERM. Before anything is opened, and before the process goes to the background.
/// libseccomp is loaded here, so that nobody else pays for it.
Result<void> enter_sandbox(const Sandbox& sandbox);

}  // namespace rhea::cli
