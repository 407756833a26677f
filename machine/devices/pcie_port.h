#pragma once
/// PCI Express ports (PCI Express Base Specification 1.1, sections 6.7 and 7.8): of a root complex, and of switches. One with a slot lets
/// devices come and go, by the registers of the slot or by the firmware, as the chipset has it.
#include <optional>

#include "machine/devices/pci_bridge.h"
#include "machine/hotplug.h"
#include "machine/virtio/msix.h"

namespace rhea {

/// How a kind of port looks in configuration space.
struct PciePortModel {
    enum class Kind : std::uint8_t { root = 4, upstream = 5, downstream = 6 };
    PciIdentity identity;
    Kind kind;
    std::uint8_t express, subsystem, message;          ///< where the capabilities are; `message` is MSI-X or MSI
    bool msix = false;
    bool msi_wide = false;
    unsigned msi_vectors = 1;                          ///< with a mask if there are several
    std::uint16_t subsystem_vendor = 0;
    std::uint32_t capabilities, link;                  ///< of the device and of its link
    std::uint32_t link2 = 0;                           ///< supported speeds, and the chosen one
    bool access_control = false;
    bool reserve = false;                              ///< the firmware may be told to keep room behind it

    constexpr bool has_slot() const { return kind != Kind::upstream; }
};

class PciePort : public PciBridge {
public:
    /// `hotplug`: see PciBridge; where a slot has none, its own registers do hotplug.
    PciePort(qom::Values values, const PciePortModel& model, std::string name, PciBus& on, DeviceRemoval& removal, AcpiPciHotplug* hotplug);

    void reset() override;
    std::uint32_t config_read(unsigned reg, unsigned size) override;
    bool single_slot() const override { return model_.has_slot(); }

protected:
    void add_reserve();
    /// Rewrites what the state of the link is.
    void update_link();
    /// An event that the guest has not seen yet.
    void interrupt(bool level);
    unsigned express(unsigned offset) const { return model_.express + offset; }

    const PciePortModel& model_;
    bool link_active_ = false;

private:
    std::optional<MsixTable> msix_;
};

/// A port with a slot behind it.
class PcieSlot final : public PciePort, public HotplugHandler {
public:
    PcieSlot(qom::Values values, const PciePortModel& model, std::string name, PciBus& on, DeviceRemoval& removal, AcpiPciHotplug* hotplug);

    void reset() override;
    std::uint32_t config_read(unsigned reg, unsigned size) override;
    void config_write(unsigned reg, std::uint32_t value, unsigned size) override;
    void slot_filled(const Device& device) override;

    // By the registers of the slot.
    void plugged(Device& device) override;
    Result<void> request_unplug(Device& device) override;

private:
    std::uint16_t control() const { return config_word(express(0x18)); }
    std::uint16_t status() const { return config_word(express(0x1a)); }
    void set_control(std::uint16_t value) { set_config(express(0x18), value, 2); }
    void set_status(std::uint16_t value) { set_config(express(0x1a), value, 2); }
    /// After a reset indicators and power follow what is in the slot when somebody looks first; `coming` was not there yet.
    void settle(const Device* coming = nullptr);
    void set_present(bool present);
    void raise(std::uint16_t event);
    void notify();
    void eject();

    DeviceRemoval& removal_;
    bool native_;                  // the registers of the slot do hotplug
    bool settled_ = false;
};

/// Where a function has its capability of PCI Express; 0: it has none.
unsigned find_express(const PciDevice& device);

extern const qom::Type kPciePort, kPcieSlot, kPcieRootPortBase, kPcieRootPort, kIoh3420, kX3130Upstream, kXio3130Downstream;

}  // namespace rhea
