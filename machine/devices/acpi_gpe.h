#pragma once
/// A general purpose event block of ACPI (ACPI 1.0, chapter 4): status bits, which the guest clears by writing ones, then as many
/// enable bits. Its chipset maps it.
#include <array>
#include <cstdint>
#include <functional>
#include <utility>

#include "machine/address_space.h"

namespace rhea {

class AcpiGpe final : public IoHandler {
public:
    static constexpr unsigned kMostBytes = 16;
    enum Event : std::uint8_t { kPciHotplug = 0x02, kCpuHotplug = 0x04, kMemoryHotplug = 0x08 };

    /// `changed` is called when pending() may have changed. `size`: bytes of both halves.
    AcpiGpe(unsigned size, std::function<void()> changed) : half_(size / 2), changed_(std::move(changed)) {}

    void raise(Event event) {
        bytes_[0] |= event;
        changed_();
    }
    /// An enabled event has happened: the system control interrupt is due.
    bool pending() const {
        for (unsigned i = 0; i < half_; ++i)
            if (bytes_[i] & bytes_[half_ + i]) return true;
        return false;
    }
    void reset() {
        bytes_ = {};
        changed_();
    }

    std::uint64_t io_read(std::uint64_t offset, unsigned) override { return bytes_[offset % (2 * half_)]; }
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override {
        std::uint8_t& byte = bytes_[offset % (2 * half_)];
        byte = static_cast<std::uint8_t>(offset < half_ ? byte & ~value : value);
        changed_();
    }

private:
    const unsigned half_;
    std::function<void()> changed_;
    std::array<std::uint8_t, kMostBytes> bytes_{};
};

}  // namespace rhea
