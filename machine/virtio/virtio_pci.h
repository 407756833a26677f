#pragma once
/// virtio over PCI (VIRTIO 1.1, section 4.1): a function with its configuration space, around the device proper, which is the child
/// "virtio-backend" on a bus of its own. For drivers of both kinds: the legacy registers in an I/O BAR, the modern ones in a memory
/// BAR, and MSI-X.
#include <memory>
#include <optional>
#include <vector>

#include "machine/pci.h"
#include "machine/platform.h"
#include "machine/virtio/msix.h"
#include "machine/virtio/virtio_device.h"

namespace rhea {

/// How a kind of device looks on PCI.
struct VirtioPciKind {
    std::uint16_t class_code;
    bool vga = false;                  ///< a VGA's memory and ROM are in the same function
};

class VirtioPci final : public PciDevice, public VirtioTransport {
public:
    static const qom::Type kType;      ///< "virtio-pci"
    static constexpr std::int64_t kAutomaticVectors = 0xffffffff;

    enum class Form { generic, transitional, non_transitional };
    /// `behind_port`: on the bus behind a port of PCI Express.
    VirtioPci(qom::Values values, const VirtioPciKind& kind, Form form, std::unique_ptr<VirtioDevice> backend, bool behind_port);
    ~VirtioPci() override;

    bool legacy_possible() const;
    /// The device inside; null once it has been taken away.
    VirtioDevice* backend() const { return backend_; }
    /// Of MSI-X.
    unsigned vectors() const { return msix_ ? msix_->vectors() : 0; }

    // PciDevice
    Result<void> plug_into(Bus& bus) override;
    QObject read(const qom::Property& property) const override;
    Result<void> check_settable(const qom::Property& property) const override;
    void reset() override;
    void list_extras(const std::function<void(Extra)>& visit) const override;
    unsigned modern_bar() const { return modern_bar_; }
    unsigned vectors_bar() const { return modern_bar_ == 2 ? 4 : 1; }
    /// A part of the modern BAR: common, interrupt status, device, notification.
    struct Part { std::uint64_t offset, size; };
    Part modern_part(unsigned number) const {
        const Part parts[] = {{common_at_, part_size()}, {isr_at_, part_size()}, {0x2000, 0x1000}, {0x3000, 0x1000}};
        return parts[number];
    }
    std::uint32_t config_read(unsigned reg, unsigned size) override;
    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;

    // VirtioTransport
    void read_guest(std::uint64_t address, void* out, std::uint64_t length) const override { dma_read(address, out, length); }
    void write_guest(std::uint64_t address, const void* in, std::uint64_t length) override { dma_write(address, in, length); }
    bool is_memory(std::uint64_t address, std::uint64_t length) const override;
    void interrupt(std::uint16_t vector) override;
    void device_gone() override { backend_ = nullptr; }

private:
    /// A BAR of the function, or a part of one.
    struct Registers final : IoHandler {
        using Read = std::uint64_t (VirtioPci::*)(std::uint64_t offset, unsigned size);
        using Write = void (VirtioPci::*)(std::uint64_t offset, std::uint64_t value, unsigned size);
        Registers(VirtioPci& p, Read r, Write w) : pci(p), on_read(r), on_write(w) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override {
            return pci.backend_ ? (pci.*on_read)(offset, size) : ~std::uint64_t{0};
        }
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override {
            if (pci.backend_) (pci.*on_write)(offset, value, size);
        }
        VirtioPci& pci;
        Read on_read;
        Write on_write;
    };
    struct Blank final : IoHandler {
        std::uint64_t io_read(std::uint64_t, unsigned) override { return 0; }
        void io_write(std::uint64_t, std::uint64_t, unsigned) override {}
    };
    /// Where a modern driver wants a queue's parts, until it enables the queue.
    struct QueueSetup {
        std::uint64_t descriptors = 0, available = 0, used = 0;
        bool enabled = false;
    };

    void add_structure(unsigned at, unsigned length, std::uint8_t type, unsigned bar, std::uint32_t offset, std::uint32_t size);
    void add_modern();
    void add_msix(unsigned vectors, unsigned bar);
    void send_message(std::uint64_t address, std::uint32_t data);
    bool msix_enabled() const { return msix_ && msix_->enabled(); }
    /// The device and what the driver has set up here.
    void reset_transport();
    Virtqueue* selected();
    std::uint16_t vector_or_none(std::uint64_t value) const;
    std::uint8_t read_isr();
    void set_status(std::uint8_t value);
    std::uint64_t read_device_config(std::uint64_t offset, unsigned size) const;
    void write_device_config(std::uint64_t offset, std::uint64_t value, unsigned size);
    IoHandler* window_bar(unsigned bar);
    /// Between the window's data and the BAR that it shows.
    void use_window(bool write);

    // virtio_pci_registers.cpp
    std::uint64_t legacy_config_offset() const { return msix_enabled() ? 0x18 : 0x14; }
    std::uint64_t read_legacy(std::uint64_t offset, unsigned size);
    void write_legacy(std::uint64_t offset, std::uint64_t value, unsigned size);
    std::uint64_t read_common(std::uint64_t offset);
    void write_common(std::uint64_t offset, std::uint64_t value);
    void write_queue(Virtqueue& queue, std::uint64_t offset, std::uint64_t value);
    std::uint64_t read_modern(std::uint64_t offset, unsigned size);
    void write_modern(std::uint64_t offset, std::uint64_t value, unsigned size);

    std::uint32_t part_size() const { return isr_at_ - common_at_; }

    Bus bus_;
    VirtioDevice* backend_;
    bool legacy_, modern_;
    unsigned modern_bar_, structures_at_ = 0x40, msix_capability_ = 0;
    std::uint32_t common_at_, isr_at_;           // in the modern BAR
    std::optional<MsixTable> msix_;
    Registers legacy_registers_{*this, &VirtioPci::read_legacy, &VirtioPci::write_legacy},
        modern_registers_{*this, &VirtioPci::read_modern, &VirtioPci::write_modern};
    Blank blank_;
    std::uint32_t device_feature_select_ = 0, driver_feature_select_ = 0;
    std::uint32_t driver_features_[2] = {};
    std::vector<QueueSetup> setups_;
};

/// What became of "auto": on for a device without a legacy interface.
QObject disable_legacy_of(const VirtioPci& proxy);
/// Unless it is said: one for each queue, and one for the configuration.
QObject vectors_of(const VirtioPci& proxy);

/// Makes a proxy and what is inside it; `values` are shared out between them by name.
Result<std::unique_ptr<qom::Object>> create_virtio_pci(qom::Creation& creation, const VirtioPciKind& kind, VirtioPci::Form form);

/// For a proxy's type: the properties of the device inside.
std::span<const qom::Property> virtio_aliases(const qom::Type& proxy);

extern const qom::Type kVirtioBus, kVirtioPciBus;

/// One kind of device as three types: TYPE, TYPE-transitional, TYPE-non-transitional.
template <const VirtioPciKind& Kind, VirtioPci::Form Form>
Result<std::unique_ptr<qom::Object>> make_virtio_pci(qom::Creation& creation) {
    return create_virtio_pci(creation, Kind, Form);
}

}  // namespace rhea
