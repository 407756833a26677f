#pragma once
/// High precision event timer (IA-PC HPET specification 1.0a): a counter of 100 MHz on the virtual clock and three comparators. It
/// stands between the PIT, the RTC and their interrupt lines, and takes these for its own when the guest wants it so.
#include <array>
#include <cstdint>

#include "machine/address_space.h"
#include "machine/clock.h"
#include "machine/device.h"
#include "machine/irq.h"

namespace rhea {

/// Loop thread only.
class Hpet final : public Device, public IrqReceiver {
public:
    static const qom::Type kType;
    static constexpr std::uint64_t kAddress = 0xfed00000;
    static constexpr unsigned kTimers = 3, kPitLine = 0, kRtcLine = 8;

    /// All outlive it. `lines` are the board's interrupt lines.
    /// `routes`: a bit for each line that a comparator may drive.
    Hpet(AddressSpace& memory, Clocks& clocks, IrqReceiver& lines, std::uint32_t routes = 1u << 2);
    /// Line kPitLine or kRtcLine of the device that had it before there was an HPET.
    void set_irq(unsigned line, bool level) override;
    std::string input_path(unsigned line) const override {
        return qom_path() + "/" + qom::numbered("unnamed-gpio-in", line == kPitLine ? 0 : 1);
    }
    /// Of the board's interrupt line that it may drive.
    std::string output_path(unsigned line) const { return lines_.input_path(line); }
    /// Who tells it of the output that it may take the place of: the timer, which hears whether it does.
    void set_legacy_source(const qom::Object* source) { legacy_source_ = source; }
    const qom::Object* legacy_source() const { return legacy_source_; }
    void reset() override;

private:
    struct Comparator {
        Comparator(Hpet& hpet, unsigned n, Clocks& clocks);
        Timer timer;
        std::uint64_t config = 0, compare = 0, message = 0, period = 0;
        bool wrapped = false;  // a 32-bit counter passes 0 before it matches: that counts as well
    };
    struct Registers final : IoHandler {
        explicit Registers(Hpet& h) : hpet(h) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned size) override { return hpet.register_read(offset, size); }
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override { hpet.register_write(offset, value, size); }
        Hpet& hpet;
    };

    using Device::read;
    std::uint64_t register_read(std::uint64_t offset, unsigned size);
    void register_write(std::uint64_t offset, std::uint64_t value, unsigned size);
    void write_general(std::uint64_t value);
    void write_config(unsigned number, std::uint64_t value, bool high);
    void write_compare(unsigned number, std::uint64_t value, bool high);
    bool enabled() const { return config_ & 1; }
    bool legacy() const { return config_ & 2; }
    std::uint64_t ticks() const;
    void arm(unsigned number);
    void fired(unsigned number);
    void set_output(unsigned number, bool level);
    std::uint64_t distance(const Comparator& comparator, std::uint64_t now) const;

    Clocks& clocks_;
    IrqReceiver& lines_;
    const std::uint64_t routing_;  // of a comparator's configuration: the lines that it may drive
    const qom::Object* legacy_source_ = nullptr;
    std::uint64_t config_ = 0, status_ = 0, counter_ = 0;
    std::int64_t offset_ns_ = 0;  // of the counter against the clock, while it runs
    std::array<bool, 32> driven_{};
    bool rtc_level_ = false, pit_level_ = false;
    std::array<Comparator, kTimers> comparators_;
    Registers registers_{*this};
    Mapping mapping_;
};

}  // namespace rhea
