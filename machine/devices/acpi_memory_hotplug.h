#pragma once
/// The registers by which the guest's ACPI code learns of memory that comes and is to go (QEMU's published "ACPI memory hotplug
/// interface"), at 0xa00: a slot is selected, then read and written. A reset changes none of them.
#include <cstdint>
#include <functional>
#include <vector>

#include "machine/address_space.h"

namespace rhea {

class AcpiMemoryHotplug final : private IoHandler {
public:
    static constexpr std::uint64_t kBase = 0xa00, kSize = 24;

    struct Slot {
        std::uint64_t address = 0, size = 0;        ///< bytes
        std::uint32_t node = 0;
        bool enabled = false, inserting = false, removing = false;
        std::uint32_t ost_event = 0, ost_status = 0;  ///< what the guest's _OST method said last
    };

    /// `notify` raises the guest's attention.
    AcpiMemoryHotplug(AddressSpace& ports, std::size_t slots, std::function<void()> notify)
        : notify_(std::move(notify)),
          slots_(slots),
          mapping_(ports, {.name = "acpi-mem-hotplug", .base = kBase, .size = kSize, .handler = this, .max_access = 4}) {}

    const std::vector<Slot>& slots() const { return slots_; }
    /// `hot`: the guest is there, and is told.
    void plugged(std::size_t slot, std::uint64_t address, std::uint64_t size, std::uint32_t node, bool hot);
    void request_unplug(std::size_t slot);
    void removed(std::size_t slot);
    /// The guest has reported what became of an event (_OST), or has given up a slot's memory.
    void on_report(std::function<void(std::size_t slot)> call) { report_ = std::move(call); }
    void on_eject(std::function<void(std::size_t slot)> call) { eject_ = std::move(call); }

private:
    std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;

    std::function<void()> notify_;
    std::function<void(std::size_t)> report_, eject_;
    std::vector<Slot> slots_;
    std::uint32_t selected_ = 0;
    Mapping mapping_;
};

}  // namespace rhea
