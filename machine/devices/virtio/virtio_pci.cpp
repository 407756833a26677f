#include "machine/devices/virtio/virtio_pci.h"

#include "machine/devices/trace_points.h"

#include <algorithm>
#include <bit>

namespace rhea::virtio {

namespace {

constexpr std::uint16_t kVendor = 0x1af4, kModernBase = 0x1040;
constexpr std::uint64_t kPart = 0x1000;  // of BAR 4: common, ISR, device and notification registers
constexpr unsigned kLegacyBar = 0, kMsixBar = 1, kModernBar = 4;
constexpr std::uint8_t kVendorCapability = 0x09, kMsixCapability = 0x11;
// The capability that reaches the BARs through configuration space.
constexpr unsigned kWindow = 0x84, kWindowBar = kWindow + 4, kWindowOffset = kWindow + 8, kWindowLength = kWindow + 12,
                   kWindowData = kWindow + 16;
constexpr std::uint64_t kLegacyFeatures =
    VirtioDevice::kNotifyOnEmpty | VirtioDevice::kAnyLayout | VirtioDevice::kBadFeature;
constexpr std::uint8_t kIsrQueue = 1, kIsrConfig = 2;
constexpr std::uint64_t kNothing = ~std::uint64_t{0};

enum LegacyRegister {
    kHostFeatures = 0x00, kGuestFeatures = 0x04, kQueuePage = 0x08, kQueueSize = 0x0c, kQueueSelect = 0x0e, kQueueNotify = 0x10,
    kStatus = 0x12, kIsr = 0x13, kConfigVector = 0x14, kQueueVector = 0x16,
};
enum CommonRegister {
    kDeviceFeatureSelect = 0x00, kDeviceFeature = 0x04, kDriverFeatureSelect = 0x08, kDriverFeature = 0x0c, kMsixConfig = 0x10,
    kNumQueues = 0x12, kDeviceStatus = 0x14, kGeneration = 0x15, kSelect = 0x16, kSize = 0x18, kVector = 0x1a, kEnable = 0x1c,
    kNotifyOffset = 0x1e, kDescriptors = 0x20, kAvailable = 0x28, kUsed = 0x30, kQueueReset = 0x3a,
};

std::uint16_t transitional_id(VirtioId id) {
    switch (id) {
        case VirtioId::net: return 0x1000;
        case VirtioId::block: return 0x1001;
        case VirtioId::balloon: return 0x1002;
        case VirtioId::console: return 0x1003;
        case VirtioId::scsi: return 0x1004;
        case VirtioId::rng: return 0x1005;
        case VirtioId::p9: return 0x1009;
        default: return 0;
    }
}

void set_half(std::uint64_t& value, bool high, std::uint64_t half) {
    half &= 0xffffffff;
    value = high ? (value & 0xffffffff) | half << 32 : (value & ~std::uint64_t{0xffffffff}) | half;
}

}  // namespace

PciIdentity VirtioPci::identity(const VirtioDevice& device, const VirtioPciOptions& options) {
    const auto id = static_cast<std::uint16_t>(device.virtio_id());
    PciIdentity identity{.vendor = kVendor, .device = static_cast<std::uint16_t>(kModernBase + id), .class_code = options.class_code,
                         .revision = 1, .interrupt_pin = 1};
    if (const auto old = transitional_id(device.virtio_id()); options.legacy && old != 0) {
        identity.device = old;
        identity.revision = 0;
        identity.subsystem = id;
    }
    return identity;
}

void VirtioPci::send_message(std::uint64_t address, std::uint32_t data) {
    unsigned char raw[4];
    for (unsigned i = 0; i < 4; ++i) raw[i] = static_cast<unsigned char>(data >> (8 * i));
    dma_write(address, raw, sizeof raw);
}

void VirtioPci::set_up() {
    device_->connect(this);
    if (options_.legacy) {
        const auto size = std::bit_ceil(0x18 + device_->config_size());
        add_bar(kLegacyBar, {.kind = PciBar::Kind::io, .size = std::max<std::uint64_t>(size, 32), .handler = &legacy_, .max_access = 4});
    }
    if (options_.modern) {
        add_bar(kModernBar, {.kind = PciBar::Kind::memory64, .size = 4 * kPart, .handler = &modern_, .max_access = 4, .prefetch = true});
        add_modern_capabilities();
    }
    if (options_.vectors > 0) {
        add_bar(kMsixBar, {.kind = PciBar::Kind::memory32, .size = kPart, .handler = &msix_, .min_access = 4, .max_access = 4});
        msix_capability_ = options_.modern ? 0x98 : 0x40;
        add_capability(kMsixCapability, msix_capability_, 12);
        set_config(msix_capability_ + 2, options_.vectors - 1, 2);
        set_writable(msix_capability_ + 2, MsixTable::kEnable | MsixTable::kMaskAll, 2);
        set_config(msix_capability_ + 4, kMsixBar, 4);
        set_config(msix_capability_ + 8, MsixTable::kPending | kMsixBar, 4);
    }
}

VirtioPci::~VirtioPci() { disconnect(); }

void VirtioPci::disconnect() {
    if (device_) device_->connect(nullptr);
    device_ = nullptr;
}

void VirtioPci::add_modern_capabilities() {
    struct Part { std::uint8_t type; unsigned at, length; std::uint32_t offset; };
    constexpr Part kParts[] = {{1, 0x40, 16, 0}, {3, 0x50, 16, kPart}, {4, 0x60, 16, 2 * kPart}, {2, 0x70, 20, 3 * kPart}};
    for (const Part& part : kParts) {
        add_capability(kVendorCapability, part.at, part.length);
        set_config(part.at + 2, part.length, 1);
        set_config(part.at + 3, part.type, 1);
        set_config(part.at + 4, kModernBar, 1);
        set_config(part.at + 8, part.offset, 4);
        set_config(part.at + 12, kPart, 4);
        if (part.length > 16) set_config(part.at + 16, 4, 4);  // bytes between the queues' notification registers
    }
    add_capability(kVendorCapability, kWindow, 20);
    set_config(kWindow + 2, 20, 1);
    set_config(kWindow + 3, 5, 1);
    set_writable(kWindowBar, 0xff, 1);
    set_writable(kWindowOffset, 0xffffffff, 4);
    set_writable(kWindowLength, 0xffffffff, 4);
    set_writable(kWindowData, 0xffffffff, 4);
}

void VirtioPci::reset() {
    PciDevice::reset();
    if (device_) device_->reset_virtio();
    msix_.reset();
    if (msix_capability_) set_config(msix_capability_ + 2, options_.vectors - 1, 2);
    queue_select_ = 0;
    config_vector_ = Virtqueue::kNoVector;
    device_feature_select_ = driver_feature_select_ = 0;
    driver_features_[0] = driver_features_[1] = 0;
    std::fill(setups_.begin(), setups_.end(), QueueSetup{});
    isr_ = 0;
}

IoHandler* VirtioPci::window_bar(unsigned bar) {
    if (bar == kModernBar) return &modern_;
    return bar == kLegacyBar && options_.legacy ? static_cast<IoHandler*>(&legacy_) : nullptr;
}

std::uint32_t VirtioPci::config_read(unsigned reg, unsigned size) {
    if (options_.modern && reg >= kWindowData && reg < kWindowData + 4) {
        const auto length = PciDevice::config_read(kWindowLength, 4), offset = PciDevice::config_read(kWindowOffset, 4);
        IoHandler* handler = window_bar(config_byte(kWindowBar));
        if (handler && (length == 1 || length == 2 || length == 4) && offset % length == 0)
            set_config(kWindowData, static_cast<std::uint32_t>(handler->io_read(offset, length)), length);
    }
    return PciDevice::config_read(reg, size);
}

void VirtioPci::config_write(unsigned reg, std::uint32_t value, unsigned size) {
    PciDevice::config_write(reg, value, size);
    if (msix_capability_ && reg < msix_capability_ + 4 && reg + size > msix_capability_ + 2)
        msix_.set_control(config_word(msix_capability_ + 2));
    if (options_.modern && reg < kWindowData + 4 && reg + size > kWindowData) {
        const auto length = PciDevice::config_read(kWindowLength, 4), offset = PciDevice::config_read(kWindowOffset, 4);
        IoHandler* handler = window_bar(config_byte(kWindowBar));
        if (handler && (length == 1 || length == 2 || length == 4) && offset % length == 0)
            handler->io_write(offset, PciDevice::config_read(kWindowData, length), length);
    }
}

// --- Interrupts

void VirtioPci::queue_interrupt(std::uint16_t vector) {
    isr_ |= kIsrQueue;
    if (msix_.enabled()) msix_.notify(vector);
    else set_intx(true);
}

void VirtioPci::config_interrupt() {
    isr_ |= kIsrQueue | kIsrConfig;
    if (msix_.enabled()) msix_.notify(config_vector_);
    else set_intx(true);
}

std::uint8_t VirtioPci::read_isr() {
    const auto value = isr_;
    isr_ = 0;
    set_intx(false);
    return value;
}

std::uint16_t VirtioPci::vector_or_none(std::uint64_t value) const {
    return value < msix_.vectors() ? static_cast<std::uint16_t>(value) : Virtqueue::kNoVector;
}

// --- What both kinds of registers do

Virtqueue* VirtioPci::selected() {
    return device_ && queue_select_ < device_->queues().size() ? &device_->queues()[queue_select_] : nullptr;
}

void VirtioPci::set_status(std::uint8_t value, bool modern) {
    trace_device<"virtio_set_status">("vdev {} val {}", fmt::ptr(device_), value);
    device_->set_status(value, modern);
    if (value != 0) return;
    isr_ = 0;
    set_intx(false);
    config_vector_ = Virtqueue::kNoVector;
    driver_features_[0] = driver_features_[1] = 0;
    std::fill(setups_.begin(), setups_.end(), QueueSetup{});
}

std::uint64_t VirtioPci::read_device_config(std::uint64_t offset, unsigned size) const {
    if (offset + size > device_->config_size()) return kNothing;
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{device_->read_config(offset + i)} << (8 * i);
    return value;
}

void VirtioPci::write_device_config(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (offset + size > device_->config_size()) return;
    for (unsigned i = 0; i < size; ++i) device_->write_config(offset + i, static_cast<std::uint8_t>(value >> (8 * i)));
}

// --- Legacy registers

std::uint64_t VirtioPci::Legacy::io_read(std::uint64_t offset, unsigned size) {
    if (!pci.device_) return kNothing;
    if (const auto config = pci.legacy_config_offset(); offset >= config) return pci.read_device_config(offset - config, size);
    const Virtqueue* queue = pci.selected();
    switch (offset) {
        case kHostFeatures: return pci.device_->host_features() & 0xffffffff;
        case kGuestFeatures: return pci.device_->features() & 0xffffffff;
        case kQueuePage: return queue ? queue->legacy_page() : 0;
        case kQueueSize: return queue ? queue->size() : 0;
        case kQueueSelect: return pci.queue_select_;
        case kStatus: return pci.device_->status();
        case kIsr: return pci.read_isr();
        case kConfigVector: return pci.config_vector_;
        case kQueueVector: return queue ? queue->vector : Virtqueue::kNoVector;
        default: return kNothing;
    }
}

void VirtioPci::Legacy::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (!pci.device_) return;
    if (const auto config = pci.legacy_config_offset(); offset >= config)
        return pci.write_device_config(offset - config, value, size);
    Virtqueue* queue = pci.selected();
    switch (offset) {
        case kGuestFeatures: return pci.device_->set_features(value & 0xffffffff);
        case kQueuePage:
            if (value == 0) pci.set_status(0, false);
            else if (queue) queue->enable_legacy(static_cast<std::uint32_t>(value));
            return;
        case kQueueSelect: pci.queue_select_ = static_cast<std::uint16_t>(value); return;
        case kQueueNotify: return pci.device_->notify(static_cast<unsigned>(value & 0xffff));
        case kStatus: return pci.set_status(static_cast<std::uint8_t>(value), false);
        case kConfigVector: pci.config_vector_ = pci.vector_or_none(value); return;
        case kQueueVector:
            if (queue) queue->vector = pci.vector_or_none(value);
            return;
        default: return;
    }
}

// --- Modern registers

std::uint64_t VirtioPci::read_common(std::uint64_t offset) {
    const Virtqueue* queue = selected();
    const QueueSetup setup = queue ? setups_[queue_select_] : QueueSetup{};
    const auto features = device_->host_features() & ~kLegacyFeatures;
    switch (offset) {
        case kDeviceFeatureSelect: return device_feature_select_;
        case kDeviceFeature: return device_feature_select_ > 1 ? 0 : features >> (32 * device_feature_select_) & 0xffffffff;
        case kDriverFeatureSelect: return driver_feature_select_;
        case kDriverFeature: return driver_feature_select_ > 1 ? 0 : driver_features_[driver_feature_select_];
        case kMsixConfig: return config_vector_;
        case kNumQueues: return device_->queues().size();
        case kDeviceStatus: return device_->status();
        case kGeneration: return 0;  // the configuration is read as it is at one moment
        case kSelect: return queue_select_;
        case kSize: return queue ? queue->size() : 0;
        case kVector: return queue ? queue->vector : Virtqueue::kNoVector;
        case kEnable: return queue && queue->ready() ? 1 : 0;
        case kNotifyOffset: return queue ? queue_select_ : 0;
        case kDescriptors: return setup.descriptors & 0xffffffff;
        case kDescriptors + 4: return setup.descriptors >> 32;
        case kAvailable: return setup.available & 0xffffffff;
        case kAvailable + 4: return setup.available >> 32;
        case kUsed: return setup.used & 0xffffffff;
        case kUsed + 4: return setup.used >> 32;
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
            return device_->set_features(std::uint64_t{driver_features_[1]} << 32 | driver_features_[0]);
        case kMsixConfig: config_vector_ = vector_or_none(value); return;
        case kDeviceStatus: return set_status(static_cast<std::uint8_t>(value), true);
        case kSelect: queue_select_ = static_cast<std::uint16_t>(value); return;
        default: break;
    }
    Virtqueue* queue = selected();
    if (!queue) return;
    QueueSetup& setup = setups_[queue_select_];
    switch (offset) {
        case kSize: return queue->set_size(static_cast<std::uint16_t>(value));
        case kVector: queue->vector = vector_or_none(value); return;
        case kEnable:
            if (value == 1) queue->enable(setup.descriptors, setup.available, setup.used);
            return;
        case kQueueReset:
            if (value == 1) {
                queue->reset();
                setup = QueueSetup{};
            }
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

std::uint64_t VirtioPci::Modern::io_read(std::uint64_t offset, unsigned size) {
    if (!pci.device_) return kNothing;
    switch (offset / kPart) {
        case 0: return pci.read_common(offset);
        case 1: return offset == kPart ? pci.read_isr() : 0;
        case 2: return pci.read_device_config(offset - 2 * kPart, size);
        default: return 0;
    }
}

void VirtioPci::Modern::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (!pci.device_) return;
    switch (offset / kPart) {
        case 0: return pci.write_common(offset, value);
        case 2: return pci.write_device_config(offset - 2 * kPart, value, size);
        case 3: return pci.device_->notify(static_cast<unsigned>((offset - 3 * kPart) / 4));
        default: return;
    }
}

}  // namespace rhea::virtio
