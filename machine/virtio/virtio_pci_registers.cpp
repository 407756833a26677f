/// The registers of a virtio function: those from before the standard, and those of VIRTIO 1.1 (section 4.1.4).
#include "machine/virtio/virtio_pci.h"

namespace rhea {

namespace {

constexpr std::uint64_t kNothing = ~std::uint64_t{0};
constexpr std::uint64_t kDeviceConfig = 0x2000, kNotification = 0x3000;     // in the modern BAR
constexpr unsigned kNotifyMultiplier = 4, kCommand = 0x04;
constexpr std::uint16_t kMasterBit = 0x04;

enum LegacyRegister {
    kHostFeatures = 0x00, kGuestFeatures = 0x04, kQueuePage = 0x08, kQueueSize = 0x0c, kQueueSelect = 0x0e, kQueueNotify = 0x10,
    kStatus = 0x12, kIsr = 0x13, kConfigVector = 0x14, kQueueVector = 0x16,
};
enum CommonRegister {
    kDeviceFeatureSelect = 0x00, kDeviceFeature = 0x04, kDriverFeatureSelect = 0x08, kDriverFeature = 0x0c, kMsixConfig = 0x10,
    kNumQueues = 0x12, kDeviceStatus = 0x14, kGeneration = 0x15, kSelect = 0x16, kSize = 0x18, kVector = 0x1a, kEnable = 0x1c,
    kNotifyOffset = 0x1e, kDescriptors = 0x20, kAvailable = 0x28, kUsed = 0x30, kQueueReset = 0x3a,
};

void set_half(std::uint64_t& value, bool high, std::uint64_t half) {
    half &= 0xffffffff;
    value = high ? (value & 0xffffffff) | half << 32 : (value & ~std::uint64_t{0xffffffff}) | half;
}

}  // namespace

// --- What both kinds of registers do

Virtqueue* VirtioPci::selected() {
    return backend_->queue_select < backend_->queues().size() ? &backend_->queues()[backend_->queue_select] : nullptr;
}

std::uint16_t VirtioPci::vector_or_none(std::uint64_t value) const {
    return value < vectors() ? static_cast<std::uint16_t>(value) : Virtqueue::kNoVector;
}

std::uint8_t VirtioPci::read_isr() {
    const auto reasons = backend_->take_interrupt_reasons();
    set_intx(false);
    return reasons;
}

void VirtioPci::set_status(std::uint8_t value) {
    backend_->set_status(value);
    if (value == 0) reset_transport();
}

std::uint64_t VirtioPci::read_device_config(std::uint64_t offset, unsigned size) const {
    if (offset + size > backend_->config_size()) return kNothing;
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{backend_->config_byte(offset + i)} << (8 * i);
    return value;
}

void VirtioPci::write_device_config(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (offset + size > backend_->config_size()) return;
    std::uint8_t bytes[8];
    for (unsigned i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    backend_->write_config(offset, std::span(bytes, size));
}

// --- Legacy registers

std::uint64_t VirtioPci::read_legacy(std::uint64_t offset, unsigned size) {
    if (const auto config = legacy_config_offset(); offset >= config) return read_device_config(offset - config, size);
    const Virtqueue* queue = selected();
    switch (offset) {
        case kHostFeatures: return backend_->host_features() & 0xffffffff;
        case kGuestFeatures: return backend_->features() & 0xffffffff;
        case kQueuePage: return queue ? queue->state().descriptors / Virtqueue::kLegacyAlign & 0xffffffff : 0;
        case kQueueSize: return queue ? queue->size() : 0;
        case kQueueSelect: return backend_->queue_select;
        case kStatus: return backend_->status();
        case kIsr: return read_isr();
        case kConfigVector: return backend_->config_vector;
        case kQueueVector: return queue ? queue->vector : Virtqueue::kNoVector;
        default: return kNothing;
    }
}

void VirtioPci::write_legacy(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (const auto config = legacy_config_offset(); offset >= config) return write_device_config(offset - config, value, size);
    Virtqueue* queue = selected();
    switch (offset) {
        case kGuestFeatures:
            // A driver that takes whatever it sees has not looked.
            if (value & VirtioDevice::kBadFeature) value = 0;
            return backend_->set_features(value & 0xffffffff);
        case kQueuePage:
            if (value == 0) reset_transport();
            else if (queue) queue->enable_legacy(static_cast<std::uint32_t>(value));
            return;
        case kQueueSelect:
            if ((value & 0xffff) < Virtqueue::kMaxSize) backend_->queue_select = static_cast<std::uint16_t>(value);
            return;
        case kQueueNotify: return backend_->notify(static_cast<unsigned>(value & 0xffff));
        case kStatus:
            set_status(static_cast<std::uint8_t>(value));
            // Linux before 2.6.34 forgets it.
            if ((value & 0xff) == (VirtioDevice::kAcknowledge | VirtioDevice::kDriver))
                PciDevice::config_write(kCommand, config_word(kCommand) | kMasterBit, 2);
            return;
        case kConfigVector: backend_->config_vector = vector_or_none(value); return;
        case kQueueVector:
            if (queue) queue->vector = vector_or_none(value);
            return;
        default: return;
    }
}

// --- Modern registers

std::uint64_t VirtioPci::read_common(std::uint64_t offset) {
    const Virtqueue* queue = selected();
    const QueueSetup setup = queue ? setups_[backend_->queue_select] : QueueSetup{};
    const auto half = [](std::uint64_t value, bool high) { return high ? value >> 32 : value & 0xffffffff; };
    switch (offset) {
        case kDeviceFeatureSelect: return device_feature_select_;
        case kDeviceFeature:
            if (device_feature_select_ > 1) return 0;
            return half(backend_->host_features() & ~backend_->legacy_features(), device_feature_select_ == 1);
        case kDriverFeatureSelect: return driver_feature_select_;
        case kDriverFeature: return driver_feature_select_ > 1 ? 0 : driver_features_[driver_feature_select_];
        case kMsixConfig: return backend_->config_vector;
        case kNumQueues: return backend_->queues().size();
        case kDeviceStatus: return backend_->status();
        case kGeneration: return backend_->generation();
        case kSelect: return backend_->queue_select;
        case kSize: return queue ? queue->size() : 0;
        case kVector: return queue ? queue->vector : Virtqueue::kNoVector;
        case kEnable: return setup.enabled;
        case kNotifyOffset: return backend_->queue_select;      // one for each
        case kDescriptors:
        case kDescriptors + 4: return half(setup.descriptors, offset != kDescriptors);
        case kAvailable:
        case kAvailable + 4: return half(setup.available, offset != kAvailable);
        case kUsed:
        case kUsed + 4: return half(setup.used, offset != kUsed);
        default: return 0;
    }
}

void VirtioPci::write_common(std::uint64_t offset, std::uint64_t value) {
    const auto word = static_cast<std::uint32_t>(value);
    switch (offset) {
        case kDeviceFeatureSelect: device_feature_select_ = word; return;
        case kDriverFeatureSelect: driver_feature_select_ = word; return;
        case kDriverFeature:
            if (driver_feature_select_ > 1) return;
            driver_features_[driver_feature_select_] = word;
            return backend_->set_features(std::uint64_t{driver_features_[1]} << 32 | driver_features_[0]);
        case kMsixConfig: backend_->config_vector = vector_or_none(value); return;
        case kDeviceStatus: return set_status(static_cast<std::uint8_t>(value));
        case kSelect:
            if ((value & 0xffff) < Virtqueue::kMaxSize) backend_->queue_select = static_cast<std::uint16_t>(value);
            return;
        default:
            if (Virtqueue* queue = selected()) write_queue(*queue, offset, value);
    }
}

void VirtioPci::write_queue(Virtqueue& queue, std::uint64_t offset, std::uint64_t value) {
    QueueSetup& setup = setups_[backend_->queue_select];
    switch (offset) {
        case kSize: return queue.set_size(static_cast<std::uint16_t>(value));
        case kVector: queue.vector = vector_or_none(value); return;
        case kEnable:
            if (value != 1) return;
            queue.enable(setup.descriptors, setup.available, setup.used);
            setup.enabled = true;
            return;
        case kQueueReset:
            if (value != 1) return;
            backend_->reset_queue(backend_->queue_select);
            setup.enabled = false;
            return;
        case kDescriptors:
        case kDescriptors + 4: return set_half(setup.descriptors, offset != kDescriptors, value);
        case kAvailable:
        case kAvailable + 4: return set_half(setup.available, offset != kAvailable, value);
        case kUsed:
        case kUsed + 4: return set_half(setup.used, offset != kUsed, value);
        default: return;
    }
}

std::uint64_t VirtioPci::read_modern(std::uint64_t offset, unsigned size) {
    if (offset >= kNotification) return 0;
    if (offset >= kDeviceConfig) return read_device_config(offset - kDeviceConfig, size);
    if (offset >= isr_at_) return read_isr();
    return offset < common_at_ ? 0 : read_common(offset - common_at_);
}

void VirtioPci::write_modern(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (offset >= kNotification) return backend_->notify(static_cast<unsigned>((offset - kNotification) / kNotifyMultiplier));
    if (offset >= kDeviceConfig) return write_device_config(offset - kDeviceConfig, value, size);
    if (offset < isr_at_ && offset >= common_at_) write_common(offset - common_at_, value);
}

}  // namespace rhea
