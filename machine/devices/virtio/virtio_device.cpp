#include "machine/devices/virtio/virtio_device.h"

namespace rhea::virtio {

VirtioDevice::VirtioDevice(VirtioId id, std::vector<std::uint16_t> queue_sizes, std::size_t config_size)
    : id_(id), config_size_(config_size) {
    queues_.reserve(queue_sizes.size());
    for (const auto size : queue_sizes) queues_.emplace_back(size);
}

std::uint64_t VirtioDevice::host_features() const {
    return own_features() | kNotifyOnEmpty | kAnyLayout | kIndirectDescriptors | kEventIndex | kBadFeature | kVersion1 | kRingReset;
}

void VirtioDevice::set_features(std::uint64_t features) {
    if (status_ & kFeaturesOk) return;
    features_ = features & host_features() & ~kBadFeature;
    for (auto& queue : queues_) queue.set_event_index(has(kEventIndex));
}

void VirtioDevice::set_status(std::uint8_t status, bool modern) {
    if (status == 0) return reset_virtio();
    if (modern && (status & kFeaturesOk) && !(status_ & kFeaturesOk) && !has(kVersion1))
        status = static_cast<std::uint8_t>(status & ~kFeaturesOk);
    const bool ready = (status & kDriverOk) && !(status_ & kDriverOk);
    status_ = static_cast<std::uint8_t>(status | (status_ & kNeedsReset));
    if (ready) driver_ready();
}

void VirtioDevice::reset_virtio() {
    handle_reset();
    status_ = 0;
    features_ = 0;
    for (auto& queue : queues_) queue.reset();
}

void VirtioDevice::notify(unsigned queue) {
    if (queue < queues_.size() && queues_[queue].ready() && !(status_ & kNeedsReset) && transport_) handle_queue(queue);
}

void VirtioDevice::write_config(std::size_t, std::uint8_t) {}

std::optional<VirtioElement> VirtioDevice::pop(unsigned queue) {
    if (!transport_ || (status_ & kNeedsReset)) return std::nullopt;
    auto element = queues_[queue].pop(*transport_);
    if (!element && queues_[queue].broken()) fail_device();
    return element;
}

void VirtioDevice::push(unsigned queue, const VirtioElement& element, std::uint32_t written) {
    if (!transport_) return;
    auto& ring = queues_[queue];
    ring.push(*transport_, element, written);
    if (ring.wants_interrupt(*transport_)) transport_->queue_interrupt(ring.vector);
}

void VirtioDevice::config_changed() {
    if (transport_ && (status_ & kDriverOk)) transport_->config_interrupt();
}

void VirtioDevice::fail_device() {
    if (status_ & kNeedsReset) return;
    status_ |= kNeedsReset;
    if (has(kVersion1)) config_changed();
}

}  // namespace rhea::virtio
