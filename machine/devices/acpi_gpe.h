#pragma once
/// The general purpose event block of the pc's ACPI (ACPI 1.0, chapter 4): 16 status bits, which the guest clears by writing
/// ones, and 16 enable bits.
#include <cstdint>
#include <functional>
#include <utility>

#include "machine/address_space.h"

namespace rhea {

class AcpiGpe final : private IoHandler {
public:
    static constexpr std::uint64_t kBase = 0xafe0;
    enum Event : std::uint8_t { kPciHotplug = 0x02, kCpuHotplug = 0x04, kMemoryHotplug = 0x08 };

    /// `changed` is called when pending() may have changed.
    AcpiGpe(AddressSpace& ports, std::function<void()> changed)
        : changed_(std::move(changed)),
          mapping_(ports, {.name = "acpi-gpe0", .base = kBase, .size = 4, .handler = this, .max_access = 1}) {}

    void raise(Event event) {
        status_[0] |= event;
        changed_();
    }
    /// An enabled event has happened: the system control interrupt is due.
    bool pending() const { return (status_[0] & enabled_[0]) != 0; }
    void reset() {
        status_[0] = status_[1] = enabled_[0] = enabled_[1] = 0;
        changed_();
    }

private:
    std::uint64_t io_read(std::uint64_t offset, unsigned) override { return offset < 2 ? status_[offset] : enabled_[offset & 1]; }
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override {
        if (offset < 2) status_[offset] = static_cast<std::uint8_t>(status_[offset] & ~value);
        else enabled_[offset & 1] = static_cast<std::uint8_t>(value);
        changed_();
    }

    std::function<void()> changed_;
    std::uint8_t status_[2] = {}, enabled_[2] = {};
    Mapping mapping_;
};

}  // namespace rhea
