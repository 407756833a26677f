#pragma once
/// The registers by which the guest's ACPI code learns of PCI devices that come and are to go, and ejects them (QEMU's
/// published "ACPI PCI hotplug interface"): a bit for each slot of the bus that is selected.
#include <cstdint>
#include <utility>

#include "machine/acpi_pci_hotplug.h"
#include "machine/address_space.h"

namespace rhea {

class AcpiPciHotplugPorts final : private IoHandler {
public:
    static constexpr std::uint64_t kSize = 0x18;

    AcpiPciHotplugPorts(AddressSpace& ports, std::uint64_t base)
        : mapping_(ports, {.name = "acpi-pci-hotplug", .base = base, .size = kSize, .handler = this, .min_access = 4, .max_access = 4}) {}

    /// What is behind them; it outlives this object, or is taken away by null.
    void connect(AcpiPciHotplug* hotplug) { hotplug_ = hotplug; }
    /// Nobody is left who could answer: slots that are asked for are given up.
    void reset() {
        selected_bus_ = index_ = 0;
        if (hotplug_) hotplug_->reset();
    }

private:
    enum Register { kUp = 0x00, kDown = 0x04, kEject = 0x08, kRemovable = 0x0c, kBus = 0x10, kIndex = 0x14 };
    static constexpr unsigned kBuses = 256;

    std::uint64_t io_read(std::uint64_t offset, unsigned) override {
        if (offset == kBus) return selected_bus_;
        if (offset == kIndex) return std::exchange(index_, 0);
        AcpiPciHotplug* bus = selected();
        if (!bus) return offset == kRemovable && hotplug_ && selected_bus_ < kBuses ? 0xffffffff : 0;
        switch (offset) {
            case kUp: return bus->take_up();
            case kDown: return bus->down();
            case kRemovable: return bus->removable();
            default: return 0;
        }
    }
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override {
        if (offset == kBus) selected_bus_ = static_cast<std::uint32_t>(value);
        AcpiPciHotplug* bus = selected();
        const auto slots = static_cast<std::uint32_t>(value);
        if (offset == kEject && bus) bus->eject(slots);
        if (offset == kIndex) index_ = bus ? bus->index_of(slots) : 0;
    }
    AcpiPciHotplug* selected() const {
        unsigned number = selected_bus_;
        return hotplug_ && number < kBuses ? hotplug_->select(number) : nullptr;
    }

    AcpiPciHotplug* hotplug_ = nullptr;
    std::uint32_t selected_bus_ = 0, index_ = 0;      // index: asked for, not read yet
    Mapping mapping_;
};

}  // namespace rhea
