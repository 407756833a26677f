#pragma once
/// The TCO timer of Intel's ICH9 (316972, chapter 13.9): a watchdog of two rounds. 32 bytes, which its function maps behind the power
/// management registers.
#include <array>

#include "machine/address_space.h"
#include "machine/clock.h"
#include "machine/machine_control.h"

namespace rhea {

class TcoWatchdog final : public IoHandler {
public:
    static constexpr unsigned kSize = 32;

    /// `reboots`: whether the second round's end resets anything now. All outlive it.
    TcoWatchdog(Clocks& clocks, MachineControl& control, std::function<bool()> reboots);

    void reset();

    std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;

private:
    void start();
    void expired();
    bool halted() const;
    std::uint16_t word(unsigned at) const { return static_cast<std::uint16_t>(bytes_[at] | bytes_[at + 1] << 8); }
    void set_word(unsigned at, std::uint16_t value);
    std::uint16_t left() const;
    void write_byte(unsigned at, std::uint8_t value);

    Clocks& clocks_;
    MachineControl& control_;
    std::function<bool()> reboots_;
    Timer timer_;
    std::array<std::uint8_t, kSize> bytes_{};
    unsigned round_ = 0;
};

}  // namespace rhea
