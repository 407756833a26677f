#pragma once
/// virtio-balloon: memory that the guest gives back, and statistics that it tells.
#include <cstdint>

#include "machine/virtio/virtio_pci.h"

namespace rhea {

class VirtioBalloon final : public VirtioDevice {
public:
    using VirtioDevice::VirtioDevice;

    /// Bytes that the guest is to keep; it decides when. 0: nothing was asked.
    std::uint64_t target() const { return target_; }
    void set_target(std::uint64_t bytes) { target_ = bytes; }
    std::int64_t polling_interval() const { return interval_; }
    void set_polling_interval(std::int64_t seconds) { interval_ = seconds; }

private:
    std::uint64_t target_ = 0;
    std::int64_t interval_ = 0;
};

/// The machine's balloon; null: it has none.
VirtioBalloon* find_balloon(qom::Tree& tree);

}  // namespace rhea
