#include "machine/virtio/virtio_device.h"

#include <cerrno>
#include <cstdio>

#include <fmt/format.h>

#include "machine/devices/trace_points.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

struct FeatureBit {
    const char* property;
    std::uint64_t bit;
};
constexpr FeatureBit kCommonFeatures[] = {
    {"indirect_desc", VirtioDevice::kIndirectDescriptors}, {"event_idx", VirtioDevice::kEventIndex},
    {"notify_on_empty", VirtioDevice::kNotifyOnEmpty},     {"any_layout", VirtioDevice::kAnyLayout},
    {"iommu_platform", VirtioDevice::kIommuPlatform},      {"packed", VirtioDevice::kRingPacked},
    {"queue_reset", VirtioDevice::kRingReset},
};

constexpr qom::Property kProperties[] = {
    qom::property("indirect_desc", qom::kBit, true),    qom::property("event_idx", qom::kBit, true),
    qom::property("notify_on_empty", qom::kBit, true),  qom::property("any_layout", qom::kBit, true),
    qom::property("iommu_platform", qom::kBit, false),  qom::property("packed", qom::kBit, false),
    qom::property("queue_reset", qom::kBit, true),      qom::property("use-started", qom::kBool, true),
    qom::property("use-disabled-flag", qom::kBool, true), qom::property("x-disable-legacy-check", qom::kBool, false),
};

std::uint64_t last_birth = 0;

}  // namespace

VirtioDevice::VirtioDevice(qom::Values values, VirtioId id, std::vector<std::uint16_t> queue_sizes, std::size_t config_size)
    : Device(std::move(values)), id_(id), birth_(++last_birth), config_size_(config_size) {
    queues_.reserve(queue_sizes.size());
    for (const auto size : queue_sizes) queues_.emplace_back(size);
}

VirtioDevice::~VirtioDevice() {
    if (transport_) transport_->device_gone();
}

std::string_view VirtioDevice::virtio_name() const {
    switch (id_) {
        case VirtioId::net: return "virtio-net";
        case VirtioId::block: return "virtio-blk";
        case VirtioId::console: return "virtio-serial";
        case VirtioId::rng: return "virtio-rng";
        case VirtioId::balloon: return "virtio-balloon";
        case VirtioId::scsi: return "virtio-scsi";
        case VirtioId::gpu: return "virtio-gpu";
        case VirtioId::input: return "virtio-input";
    }
    return {};
}

std::uint64_t VirtioDevice::host_features() const {
    std::uint64_t common = kBadFeature | (modern_ ? kVersion1 : 0);
    for (const auto& [property, bit] : kCommonFeatures)
        if (values().boolean(property)) common |= bit;
    return own_features(common);
}

void VirtioDevice::connect(VirtioTransport* transport, bool modern) {
    transport_ = transport;
    modern_ = modern;
}

void VirtioDevice::set_features(std::uint64_t features) {
    if (status_ & kFeaturesOk) return;
    features_ = features & host_features();
    for (auto& queue : queues_) queue.set_rules({has(kEventIndex), has(kNotifyOnEmpty), has(kRingPacked)});
    features_taken();
}

void VirtioDevice::set_status(std::uint8_t status) {
    trace_device<"virtio_set_status">("vdev {} val {}", fmt::ptr(this), status);
    const bool starts = ((status ^ status_) & kDriverOk) != 0;
    status_changes(status);
    status_ = status;
    if (!starts) return;
    started_ = (status & kDriverOk) && values().boolean("use-started");
    // What the driver had on offer before it was ready.
    if (status & kDriverOk)
        for (unsigned queue = 0; queue < queues_.size(); ++queue) notify(queue);
}

void VirtioDevice::set_disabled(bool disabled) { disabled_ = disabled && values().boolean("use-disabled-flag"); }

void VirtioDevice::reset() {
    set_status(0);
    handle_reset();
    started_ = broken_ = disabled_ = false;
    features_ = 0;
    queue_select = 0;
    status_ = 0;
    reasons_ = 0;
    config_vector = Virtqueue::kNoVector;
    if (transport_) transport_->interrupt(config_vector);
    for (auto& queue : queues_) queue.reset();
}

void VirtioDevice::reset_queue(unsigned queue) {
    handle_queue_reset(queue);
    queues_[queue].reset();
    queues_[queue].set_rules({has(kEventIndex), has(kNotifyOnEmpty), has(kRingPacked)});
}

void VirtioDevice::notify(unsigned queue) {
    if (queue >= queues_.size() || !queues_[queue].ready() || broken_ || !transport_) return;
    handle_queue(queue);
}

std::uint8_t VirtioDevice::take_interrupt_reasons() {
    const auto reasons = reasons_;
    reasons_ = 0;
    return reasons;
}

std::uint8_t VirtioDevice::config_byte(std::size_t) const { return 0; }
void VirtioDevice::write_config(std::size_t, std::span<const std::uint8_t>) {}

std::optional<VirtioElement> VirtioDevice::pop(unsigned queue) {
    if (!usable()) return std::nullopt;
    auto element = queues_[queue].pop(*transport_);
    if (!element && queues_[queue].broken()) fail_device();
    return element;
}

bool VirtioDevice::queue_empty(unsigned queue) { return !usable() || queues_[queue].empty(*transport_); }

void VirtioDevice::push(unsigned queue, const VirtioElement& element, std::uint32_t written) {
    if (usable()) queues_[queue].push(*transport_, element, written);
    else queues_[queue].forget(element);
}

void VirtioDevice::tell(unsigned queue) {
    if (!usable() || !queues_[queue].wants_interrupt(*transport_)) return;
    reasons_ |= kQueueReason;
    transport_->interrupt(queues_[queue].vector);
}

void VirtioDevice::config_changed() {
    if (!transport_ || !(status_ & kDriverOk)) return;
    reasons_ |= kQueueReason | kConfigReason;
    ++generation_;
    transport_->interrupt(config_vector);
}

void VirtioDevice::fail_device(std::string_view why) {
    if (!why.empty()) fmt::print(stderr, "{}: {}\n", program_invocation_short_name, why);
    if (broken_) return;
    if (has(kVersion1)) {
        status_ |= kNeedsReset;
        config_changed();
    }
    broken_ = true;
}

constinit const qom::Type VirtioDevice::kType{
    .name = "virtio-device", .parent = &Device::kType, .abstract = true, .properties = kProperties, .bus = "virtio-bus"};

}  // namespace rhea
