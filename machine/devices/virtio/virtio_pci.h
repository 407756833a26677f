#pragma once
/// A virtio device on the PCI bus (VIRTIO 1.1, section 4.1), for drivers of both kinds: the legacy registers in I/O BAR 0, the modern
/// ones in memory BAR 4, MSI-X in BAR 1.
#include <cstdint>
#include <utility>

#include "machine/devices/virtio/msix.h"
#include "machine/devices/virtio/virtio_device.h"
#include "machine/pci.h"

namespace rhea::virtio {

struct VirtioPciOptions {
    std::uint16_t class_code = 0x00ff;
    unsigned vectors = 2;                     ///< of MSI-X; 0: none
    bool legacy = true, modern = true;        ///< at least one
};

class VirtioPci : public PciDevice, public VirtioTransport {
public:
    /// `type` is what PciDevice takes. `device` outlives it, or disconnect() comes first.
    template <class Type>
    VirtioPci(Type&& type, VirtioDevice& device, const VirtioPciOptions& options)
        : PciDevice(std::forward<Type>(type), identity(device, options)),
          device_(&device),
          options_(options),
          msix_(options.vectors, [this](std::uint64_t address, std::uint32_t data) { send_message(address, data); }),
          setups_(device.queues().size()) {
        set_up();
    }
    ~VirtioPci() override;

    void reset() override;
    std::uint32_t config_read(unsigned reg, unsigned size) override;
    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;
    /// The device behind it is going.
    void disconnect();

    // VirtioTransport
    void read_guest(std::uint64_t address, void* out, std::uint64_t length) const override { dma_read(address, out, length); }
    void write_guest(std::uint64_t address, const void* in, std::uint64_t length) override { dma_write(address, in, length); }
    void queue_interrupt(std::uint16_t vector) override;
    void config_interrupt() override;

private:
    struct Legacy final : IoHandler {
        explicit Legacy(VirtioPci& p) : pci(p) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        VirtioPci& pci;
    };
    struct Modern final : IoHandler {
        explicit Modern(VirtioPci& p) : pci(p) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        VirtioPci& pci;
    };
    struct QueueSetup {
        std::uint64_t descriptors = 0, available = 0, used = 0;
    };

    static PciIdentity identity(const VirtioDevice& device, const VirtioPciOptions& options);
    /// BARs and capabilities.
    void set_up();
    void send_message(std::uint64_t address, std::uint32_t data);
    Virtqueue* selected();
    std::uint64_t legacy_config_offset() const { return msix_.enabled() ? 0x18 : 0x14; }
    std::uint64_t read_device_config(std::uint64_t offset, unsigned size) const;
    void write_device_config(std::uint64_t offset, std::uint64_t value, unsigned size);
    std::uint64_t read_common(std::uint64_t offset);
    void write_common(std::uint64_t offset, std::uint64_t value);
    std::uint16_t vector_or_none(std::uint64_t value) const;
    std::uint8_t read_isr();
    void set_status(std::uint8_t value, bool modern);
    void add_modern_capabilities();
    IoHandler* window_bar(unsigned bar);

    VirtioDevice* device_;
    VirtioPciOptions options_;
    MsixTable msix_;
    unsigned msix_capability_ = 0;            // 0: none
    Legacy legacy_{*this};
    Modern modern_{*this};
    std::uint16_t queue_select_ = 0, config_vector_ = Virtqueue::kNoVector;
    std::uint32_t device_feature_select_ = 0, driver_feature_select_ = 0;
    std::uint32_t driver_features_[2] = {};
    std::vector<QueueSetup> setups_;
    std::uint8_t isr_ = 0;
};

}  // namespace rhea::virtio
