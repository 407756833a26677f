#pragma once
/// Which devices the guest boots from, read from the device tree: "bootindex" of each, and the logical geometry of disks.
#include "machine/boot_order.h"

namespace rhea {

namespace qom {
class Tree;
}

/// What firmware is told now.
BootOrder boot_devices(const qom::Tree& devices);
/// Fails with "The bootindex N has already been used" when a device in the tree has one of `device`, which is not in it yet, or it is
/// one of `roms`.
Result<void> check_boot_index(const qom::Tree& devices, const std::vector<std::int64_t>& roms, const Device& device);

}  // namespace rhea
