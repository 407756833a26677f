#pragma once
/// A virtio device without its transport (VIRTIO 1.1, chapter 2): status, features, queues and configuration space. The kinds of
/// devices derive from it; a transport (virtio_pci.h) drives it. Loop thread only.
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "machine/devices/virtio/virtqueue.h"

namespace rhea::virtio {

enum class VirtioId : std::uint16_t { net = 1, block = 2, console = 3, rng = 4, balloon = 5, scsi = 8, p9 = 9, gpu = 16, input = 18 };

/// How a device reaches its driver.
class VirtioTransport : public VirtioMemory {
public:
    virtual void queue_interrupt(std::uint16_t vector) = 0;
    virtual void config_interrupt() = 0;
};

class VirtioDevice {
public:
    /// Status bits.
    enum Status : std::uint8_t { kAcknowledge = 1, kDriver = 2, kDriverOk = 4, kFeaturesOk = 8, kNeedsReset = 0x40, kFailed = 0x80 };
    /// Features of every device.
    static constexpr std::uint64_t kNotifyOnEmpty = 1u << 24, kAnyLayout = 1u << 27, kIndirectDescriptors = 1u << 28,
                                   kEventIndex = 1u << 29, kBadFeature = 1u << 30, kVersion1 = 1ull << 32, kRingReset = 1ull << 40;

    /// `queues`: the largest size of each.
    VirtioDevice(VirtioId id, std::vector<std::uint16_t> queue_sizes, std::size_t config_size);
    virtual ~VirtioDevice() = default;
    VirtioDevice(const VirtioDevice&) = delete;
    VirtioDevice& operator=(const VirtioDevice&) = delete;

    VirtioId virtio_id() const { return id_; }
    /// All that it offers, with those of every device.
    std::uint64_t host_features() const;
    std::uint64_t features() const { return features_; }  ///< those that the driver took
    bool has(std::uint64_t feature) const { return (features_ & feature) != 0; }
    std::uint8_t status() const { return status_; }
    std::size_t config_size() const { return config_size_; }
    std::vector<Virtqueue>& queues() { return queues_; }

    // --- for the transport
    /// It outlives the device, or is taken away by null.
    void connect(VirtioTransport* transport) { transport_ = transport; }
    void set_features(std::uint64_t features);
    /// 0 resets. A modern driver's FEATURES_OK stays clear when the features make no sense.
    void set_status(std::uint8_t status, bool modern);
    void notify(unsigned queue);
    /// Back to where the driver finds it.
    void reset_virtio();
    virtual std::uint8_t read_config(std::size_t offset) const = 0;
    virtual void write_config(std::size_t offset, std::uint8_t value);

protected:
    virtual std::uint64_t own_features() const = 0;
    /// The driver has put something into a queue. Only while it is DRIVER_OK.
    virtual void handle_queue(unsigned queue) = 0;
    virtual void handle_reset() {}
    virtual void driver_ready() {}

    std::optional<VirtioElement> pop(unsigned queue);
    /// Gives it back and tells the driver, if it wants to know.
    void push(unsigned queue, const VirtioElement& element, std::uint32_t written);
    void config_changed();
    /// The driver has gone wrong: nothing more is done until it resets the device.
    void fail_device();
    VirtioTransport* transport() const { return transport_; }

private:
    VirtioId id_;
    std::size_t config_size_;
    std::vector<Virtqueue> queues_;
    VirtioTransport* transport_ = nullptr;
    std::uint64_t features_ = 0;
    std::uint8_t status_ = 0;
};

}  // namespace rhea::virtio
