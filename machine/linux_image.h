#pragma once
/// A Linux kernel for the guest's firmware to start: -kernel, -initrd, -append, -dtb. What goes where is the kernel's "Linux/x86 Boot
/// Protocol".
#include <cstdint>
#include <string>

#include "machine/cli/machine_properties.h"
#include "qobject/error.h"

namespace rhea {

struct LinuxImage {
    std::string setup, kernel, initrd, command_line;   ///< the last with its NUL
    std::uint32_t setup_address = 0, kernel_address = 0, initrd_address = 0, command_line_address = 0;
};

/// Reads the files of a command line with -kernel (blocks: for the start). `low_memory`: bytes of RAM below 4 GiB. Errors in QEMU's
/// words.
Result<LinuxImage> load_linux(const cli::MachineProperties& said, std::uint64_t low_memory);

}  // namespace rhea
