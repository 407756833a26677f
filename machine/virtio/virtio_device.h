#pragma once
/// A virtio device without its transport (VIRTIO 1.1, chapter 2): status, features, queues and configuration space. The kinds of
/// devices derive from it; a transport (virtio_pci.h) drives it. Loop thread only.
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "machine/device.h"
#include "machine/virtio/virtqueue.h"

namespace rhea {

enum class VirtioId : std::uint16_t { net = 1, block = 2, console = 3, rng = 4, balloon = 5, scsi = 8, gpu = 16, input = 18 };

class VirtioDevice;

/// How a device reaches its driver.
class VirtioTransport : public VirtioMemory {
public:
    /// There is a reason to interrupt (VirtioDevice::interrupt_reasons), for this vector where there are several.
    virtual void interrupt(std::uint16_t vector) = 0;
    /// The device is gone.
    virtual void device_gone() = 0;
};

class VirtioDevice : public Device {
public:
    static const qom::Type kType;      ///< "virtio-device"

    /// Status bits.
    enum Status : std::uint8_t { kAcknowledge = 1, kDriver = 2, kDriverOk = 4, kFeaturesOk = 8, kNeedsReset = 0x40, kFailed = 0x80 };
    /// Features of every device.
    static constexpr std::uint64_t kNotifyOnEmpty = 1u << 24, kAnyLayout = 1u << 27, kIndirectDescriptors = 1u << 28,
                                   kEventIndex = 1u << 29, kBadFeature = 1u << 30, kVersion1 = 1ull << 32,
                                   kIommuPlatform = 1ull << 33, kRingPacked = 1ull << 34, kRingReset = 1ull << 40;
    static constexpr std::uint64_t kLegacyFeatures = kNotifyOnEmpty | kAnyLayout | kBadFeature;
    /// Why it interrupts.
    static constexpr std::uint8_t kQueueReason = 1, kConfigReason = 2;

    VirtioDevice(qom::Values values, VirtioId id, std::vector<std::uint16_t> queue_sizes, std::size_t config_size);
    ~VirtioDevice() override;
    Result<void> plug_into(Bus&) override { return {}; }
    /// Back to where the driver finds it.
    void reset() override;

    VirtioId virtio_id() const { return id_; }
    /// Counts the devices of this process in the order of their making.
    std::uint64_t birth() const { return birth_; }
    /// What clients are told: "virtio-blk".
    std::string_view virtio_name() const;
    /// All that it offers, with those of every device. `modern`: its transport speaks the current version too.
    std::uint64_t host_features() const;
    /// Those that only a legacy driver is offered.
    virtual std::uint64_t legacy_features() const { return kLegacyFeatures; }
    std::uint64_t features() const { return features_; }  ///< those that the driver took
    bool has(std::uint64_t feature) const { return (features_ & feature) != 0; }
    std::uint8_t status() const { return status_; }
    std::size_t config_size() const { return config_size_; }
    std::vector<Virtqueue>& queues() { return queues_; }
    const std::vector<Virtqueue>& queues() const { return queues_; }

    // --- state that clients see
    bool broken() const { return broken_; }
    bool disabled() const { return disabled_; }
    bool started() const { return started_; }
    std::uint8_t interrupt_reasons() const { return reasons_; }
    /// Null: nobody drives it.
    VirtioTransport* transport() const { return transport_; }

    // --- for the transport
    /// Why it cannot do without the old or the new registers.
    virtual Result<void> check_transport(bool modern) const { (void)modern; return {}; }
    /// It outlives the device, or is taken away by null. `modern`: it has the registers of the current version too.
    void connect(VirtioTransport* transport, bool modern);
    void set_features(std::uint64_t features);
    /// 0 resets.
    void set_status(std::uint8_t status);
    /// The transport cannot reach memory: nothing is taken from the queues.
    void set_disabled(bool disabled);
    void notify(unsigned queue);
    void reset_queue(unsigned queue);
    std::uint8_t take_interrupt_reasons();
    std::uint8_t generation() const { return generation_; }
    virtual std::uint8_t config_byte(std::size_t offset) const;
    /// One access; all of it lies within config_size().
    virtual void write_config(std::size_t offset, std::span<const std::uint8_t> bytes);
    std::uint16_t queue_select = 0, config_vector = Virtqueue::kNoVector;

protected:
    /// What the kind of device offers. `common`: features of every device, of which it may take some away.
    virtual std::uint64_t own_features(std::uint64_t common) const { return common; }
    /// The driver has put something into a queue.
    virtual void handle_queue(unsigned queue) { (void)queue; }
    virtual void handle_reset() {}
    /// The driver has chosen.
    virtual void features_taken() {}
    /// What was taken from this queue is nobody's any more.
    virtual void handle_queue_reset(unsigned queue) { (void)queue; }
    /// A new status is about to hold.
    virtual void status_changes(std::uint8_t status) { (void)status; }

    std::optional<VirtioElement> pop(unsigned queue);
    bool queue_empty(unsigned queue);
    /// What was popped last is on offer again; or it is never given back.
    void unpop(unsigned queue, const VirtioElement& element) { queues_[queue].unpop(element); }
    void forget(unsigned queue, const VirtioElement& element) { queues_[queue].forget(element); }
    /// Gives it back; `tell` tells the driver, if it wants to know.
    void push(unsigned queue, const VirtioElement& element, std::uint32_t written);
    void tell(unsigned queue);
    void complete(unsigned queue, const VirtioElement& element, std::uint32_t written) {
        push(queue, element, written);
        tell(queue);
    }
    void config_changed();
    /// The driver has gone wrong: nothing more is done until it resets the device. `why`, if it says something, goes to stderr.
    void fail_device(std::string_view why = {});
    /// A little-endian number of configuration space.
    static std::uint8_t byte_of(std::uint64_t value, std::size_t index) { return static_cast<std::uint8_t>(value >> (8 * index)); }

private:
    bool usable() const { return transport_ && !disabled_ && !broken_; }

    VirtioId id_;
    std::uint64_t birth_;
    std::size_t config_size_;
    std::vector<Virtqueue> queues_;
    VirtioTransport* transport_ = nullptr;
    std::uint64_t features_ = 0;
    std::uint8_t status_ = 0, reasons_ = 0, generation_ = 0;
    bool modern_ = false, broken_ = false, disabled_ = false, started_ = false;
};

}  // namespace rhea
