#pragma once
/// What bits of virtio devices are called where people read them.
#include <cstdint>
#include <span>
#include <string_view>

#include "machine/virtio/virtio_device.h"

namespace rhea {

struct VirtioBitName {
    unsigned bit;
    std::string_view text;
};

/// Each in the order of lists. Features of every device, those of one kind, and bits of the status.
std::span<const VirtioBitName> virtio_transport_features();
std::span<const VirtioBitName> virtio_device_features(VirtioId id);
std::span<const VirtioBitName> virtio_statuses();

}  // namespace rhea
