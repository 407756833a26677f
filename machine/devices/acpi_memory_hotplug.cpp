#include "machine/devices/acpi_memory_hotplug.h"

namespace rhea {

namespace {

// Reading and writing, the same place means different things.
enum ReadRegister { kAddressLow = 0x0, kAddressHigh = 0x4, kSizeLow = 0x8, kSizeHigh = 0xc, kProximity = 0x10, kFlags = 0x14 };
enum WriteRegister { kSelect = 0x0, kOstEvent = 0x4, kOstStatus = 0x8 };
constexpr std::uint8_t kEnabled = 0x01, kInserting = 0x02, kRemoving = 0x04, kEject = 0x08;

}  // namespace

void AcpiMemoryHotplug::plugged(std::size_t slot, std::uint64_t address, std::uint64_t size, std::uint32_t node, bool hot) {
    Slot& at = slots_.at(slot);
    at.address = address;
    at.size = size;
    at.node = node;
    at.enabled = true;
    if (!hot) return;
    at.inserting = true;
    notify_();
}

void AcpiMemoryHotplug::request_unplug(std::size_t slot) {
    slots_.at(slot).removing = true;
    notify_();
}

void AcpiMemoryHotplug::removed(std::size_t slot) {
    Slot& at = slots_.at(slot);
    at.enabled = at.removing = false;
}

std::uint64_t AcpiMemoryHotplug::io_read(std::uint64_t offset, unsigned) {
    if (selected_ >= slots_.size()) return 0;
    const Slot& slot = slots_[selected_];
    switch (slot.enabled || offset == kFlags ? offset : kSize) {
    case kAddressLow: return slot.address & 0xffffffff;
    case kAddressHigh: return slot.address >> 32;
    case kSizeLow: return slot.size & 0xffffffff;
    case kSizeHigh: return slot.size >> 32;
    case kProximity: return slot.node;
    case kFlags: return (slot.enabled ? kEnabled : 0) | (slot.inserting ? kInserting : 0) | (slot.removing ? kRemoving : 0);
    default: return 0;
    }
}

void AcpiMemoryHotplug::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    if (offset == kSelect) {
        selected_ = static_cast<std::uint32_t>(value);
        return;
    }
    if (selected_ >= slots_.size()) return;
    Slot& slot = slots_[selected_];
    if (offset == kOstEvent) {
        slot.ost_event = static_cast<std::uint32_t>(value);
    } else if (offset == kOstStatus) {
        slot.ost_status = static_cast<std::uint32_t>(value);
        if (report_) report_(selected_);
    } else if (offset == kFlags) {
        if (value & kInserting) slot.inserting = false;
        else if (value & kRemoving) slot.removing = false;
        else if ((value & kEject) && slot.enabled && eject_) eject_(selected_);
    }
}

}  // namespace rhea
