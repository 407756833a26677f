#include "machine/acpi_pci_hotplug.h"

#include <bit>

#include "machine/devices/pci_bridge.h"

namespace rhea {

namespace {

std::uint32_t slot_bit(const Device& device) { return 1u << static_cast<const PciDevice&>(device).slot(); }

/// Parts of the board stay, and bridges that the guest has always had.
bool may_go(const Device& device) {
    return device.type().hotpluggable && device.type().pluggable && (device.hotplugged() || !device.type().is_a("base-pci-bridge"));
}

}  // namespace

AcpiPciHotplug::~AcpiPciHotplug() {
    if (parent_) std::erase(parent_->behind_, this);
    for (AcpiPciHotplug* other : behind_) other->parent_ = nullptr;
}

AcpiPciHotplug* AcpiPciHotplug::select(unsigned& number) {
    if (own_slots_ && number-- == 0) return this;
    for (AcpiPciHotplug* other : behind_)
        if (AcpiPciHotplug* found = other->select(number)) return found;
    return nullptr;
}

std::optional<unsigned> AcpiPciHotplug::number() const {
    auto* root = const_cast<AcpiPciHotplug*>(this);
    while (root->parent_) root = root->parent_;
    for (unsigned number = 0; number < root->count(); ++number) {
        unsigned wanted = number;
        if (root->select(wanted) == this) return number;
    }
    return std::nullopt;
}

unsigned AcpiPciHotplug::count() const {
    unsigned all = own_slots_;
    for (const AcpiPciHotplug* other : behind_) all += other->count();
    return all;
}

void AcpiPciHotplug::notify() const {
    if (parent_) parent_->notify();
    else if (notify_) notify_();
}

void AcpiPciHotplug::plugged(Device& device) {
    if (auto* bridge = dynamic_cast<PciBridge*>(bus_.parent())) bridge->slot_filled(device);
    up_ |= slot_bit(device);
    notify();
}

Result<void> AcpiPciHotplug::request_unplug(Device& device) {
    device.set_unplug_pending(true);
    down_ |= slot_bit(device);
    notify();
    return {};
}

std::uint32_t AcpiPciHotplug::removable() const {
    std::uint32_t slots = ~0u;
    for (unsigned devfn = 0; devfn < PciBus::kFunctions; ++devfn)
        if (const PciDevice* device = bus_.at(devfn); device && !may_go(*device)) slots &= ~(1u << (devfn >> 3));
    return slots;
}

std::uint32_t AcpiPciHotplug::index_of(std::uint32_t slots) const {
    if (slots == 0) return 0;
    const auto slot = static_cast<unsigned>(std::countr_zero(slots));
    for (unsigned function = 0; function < 8; ++function)
        if (const PciDevice* device = bus_.at(slot << 3 | function))
            if (const auto index = device->values().integer("acpi-index")) return static_cast<std::uint32_t>(index);
    return 0;
}

void AcpiPciHotplug::eject(std::uint32_t slots) {
    if (slots == 0) return;
    const auto slot = static_cast<unsigned>(std::countr_zero(slots));
    up_ &= ~(1u << slot);
    down_ &= ~(1u << slot);
    for (unsigned function = 0; function < 8; ++function)
        if (PciDevice* device = bus_.at(slot << 3 | function); device && may_go(*device)) removal_.remove(*device);
}

void AcpiPciHotplug::reset() {
    const std::uint32_t asked = std::exchange(down_, 0);
    up_ = 0;
    for (unsigned slot = 0; slot < 32; ++slot)
        if (asked & 1u << slot) eject(1u << slot);
    for (AcpiPciHotplug* other : behind_) other->reset();
}

}  // namespace rhea
