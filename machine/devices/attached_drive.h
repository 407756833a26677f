#pragma once
/// What disks share that take their drive from the block properties ("drive", "share-rw", "rerror", "cyls", …).
#include "machine/block/backend.h"
#include "machine/devices/ide_geometry.h"
#include "machine/qom/object.h"

namespace rhea {

class BlockLayer;

/// The backend of "drive"; null: the property is not set. One made for a node is gone again unless somebody attaches, or `release_drive`.
Result<BlockBackend*> drive_of_values(BlockLayer& block, const qom::Values& values);
void release_drive(BlockBackend& backend);
/// The device that goes, realized or not, lets go of its drive.
void leave_drive(BlockBackend& backend, const BlockDevice& device, bool realized);

/// What a device that is being made will be known by: its id, or its path.
std::string future_name(const qom::Creation& creation);

/// Attaches with what the properties say of sharing, error policies, write cache and accounting, on top of `use`.
Result<void> attach_drive(BlockBackend& backend, BlockDevice& device, const qom::Values& values, BlockUse use);

/// Sizes against one another. `default_discard`: the granularity unless one is said.
Result<BlockSizes> check_block_sizes(const qom::Values& values, std::uint64_t default_discard);
/// "cyls", "heads" and "secs", or a guess from the first sector.
Result<DiskGeometry> resolve_geometry(const qom::Values& values, std::uint32_t most_heads, BlockBackend& backend);

}  // namespace rhea
