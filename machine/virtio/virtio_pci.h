#pragma once
/// virtio over PCI (VIRTIO 1.1, section 4.1): a function with its configuration space, around the device proper, which is the child
/// "virtio-backend" on a bus of its own. The queues are not served: a driver finds the device, and no answers.
#include <memory>

#include "machine/pci.h"
#include "machine/platform.h"

namespace rhea {

/// What is behind the transport.
class VirtioDevice : public Device {
public:
    static const qom::Type kType;      ///< "virtio-device"
    using Device::Device;
    Result<void> plug_into(Bus&) override { return {}; }
    /// A byte of its configuration, which a driver reads.
    virtual std::uint8_t config_byte(unsigned) const { return 0; }
};

/// How a kind of device looks on PCI.
struct VirtioPciKind {
    std::uint16_t legacy_id;           ///< 0: it has no legacy interface
    std::uint16_t virtio_id;
    std::uint16_t class_code;
    std::uint16_t io_size;             ///< of BAR 0
    bool msix;
    bool vga = false;                  ///< a VGA's memory and ROM are in the same function
};

class VirtioPci final : public PciDevice {
public:
    static const qom::Type kType;      ///< "virtio-pci"

    enum class Form { generic, transitional, non_transitional };
    VirtioPci(qom::Values values, const VirtioPciKind& kind, Form form, std::unique_ptr<Device> backend);

    bool legacy_possible() const { return legacy_possible_; }
    Device& backend() const { return *backend_; }
    Result<void> plug_into(Bus& bus) override;
    QObject read(const qom::Property& property) const override;
    Result<void> check_settable(const qom::Property& property) const override;
    void reset() override;

private:
    /// Registers that keep the driver's status, have the device's configuration behind them, and answer zero otherwise.
    struct Registers final : IoHandler {
        Registers(unsigned offset, unsigned config) : status_at(offset), config_at(config) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override {
            if (!device || offset < config_at) return offset == status_at ? status : 0;
            std::uint64_t value = 0;
            for (unsigned i = 0; i < size; ++i)
                value |= std::uint64_t{device->config_byte(static_cast<unsigned>(offset) - config_at + i)} << (8 * i);
            return value;
        }
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override {
            if (offset == status_at) status = static_cast<std::uint8_t>(value);
        }
        const VirtioDevice* device = nullptr;
        unsigned status_at, config_at;
        std::uint8_t status = 0;
    };

    void add_structure(unsigned at, unsigned length, std::uint8_t type, unsigned bar, std::uint32_t offset, std::uint32_t size);

    bool legacy_possible_;
    Registers legacy_{0x12, 0x14}, modern_, vectors_{0x1000, 0x1000}, blank_{~0u, ~0u};
    Bus bus_;
    Device* backend_;
};

/// What became of "auto": on for a device without a legacy interface.
QObject disable_legacy_of(const VirtioPci& proxy);

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
