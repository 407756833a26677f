#pragma once
/// The real-time clock and CMOS memory of a pc (Motorola MC146818A; Dallas DS12887), at ports 0x70 and 0x71.
///
/// Time is not counted: it is a clock of the host plus a bias. Updates, alarms and periodic ticks are worked out when
/// somebody looks, and a timer is armed only for an interrupt that is enabled, so that an idle machine is not woken up every
/// second.
#include <array>
#include <cstdint>
#include <optional>

#include "machine/address_space.h"
#include "machine/clock.h"
#include "machine/device.h"
#include "machine/devices/rtc_time.h"
#include "machine/irq.h"
#include "machine/machine_control.h"

namespace rhea {

/// -rtc.
struct RtcOptions {
    enum class Base { utc, localtime, date };
    Base base = Base::utc;
    std::int64_t date = 0;  ///< with Base::date: seconds since 1970 that it shows at the start
    ClockType clock = ClockType::host;
    bool slew = false;  ///< driftfix=slew: periodic interrupts that the guest missed come later
};

class Mc146818Rtc final : public Device {
public:
    static const qom::Type kType;

    /// All outlive it. `irq` is ISA interrupt 8.
    Mc146818Rtc(AddressSpace& ports, Clocks& clocks, IrqLine irq, MachineControl& control, const RtcOptions& options);

    /// Keeps the time; disables the interrupts.
    void reset() override;

    /// CMOS memory as the board fills it in; `reg` < 128. Not for the registers below 0x0e.
    void set_cmos(unsigned reg, std::uint8_t value) { cmos_[reg & 0x7f] = value; }
    std::uint8_t cmos(unsigned reg) const { return cmos_[reg & 0x7f]; }
    /// Leaves word for the firmware that the reset to come ends S3.
    void mark_suspended();

    /// What it shows now.
    RtcTime date() const;
    /// As QOM's "struct tm".
    QObject date_value() const;
    void list_extras(const std::function<void(Extra)>& visit) const override;
    /// rtc-reset-reinjection: forgets the ticks that the guest missed.
    void reset_reinjection() { missed_ticks_ = 0; }
    std::int64_t missed_ticks() const { return missed_ticks_; }
    std::string irq_path() const { return irq_.target_path(); }

private:
    struct Ports final : IoHandler {
        explicit Ports(Mc146818Rtc& r) : rtc(r) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override { return offset == 0 ? 0xff : rtc.read(); }
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override;
        Mc146818Rtc& rtc;
    };
    struct Moment {
        std::int64_t seconds, fraction_ns;
    };

    using Device::read;      // of the object, not hidden by that of the ports
    std::uint8_t read();
    void select(std::uint8_t index);
    void write(std::uint8_t value);
    void write_a(std::uint8_t value);
    void write_b(std::uint8_t value);
    std::uint8_t read_c();
    std::uint8_t uip() const;

    bool running() const;
    bool divider_reset() const { return (cmos_[0x0a] & 0x60) == 0x60; }
    RtcFormat format() const;
    RtcAlarm alarm() const;
    Moment now() const;
    std::int64_t ticks() const;
    void store(const RtcTime& time);
    RtcTime stored() const;
    void set_time(std::int64_t seconds, std::int64_t fraction_ns);
    void resume(std::int64_t fraction_ns);

    void catch_up();
    void flag(std::uint8_t flags);
    void update_irq();
    void plan_periodic();
    void arm();

    Clocks& clocks_;
    IrqLine irq_;
    MachineControl& control_;
    RtcOptions options_;
    Ports ports_;
    Mapping mapping_;
    Timer timer_;

    std::array<std::uint8_t, 128> cmos_{};
    std::uint8_t index_ = 0;

    // Guest time in seconds is bias_s_ + floor((clock + phase_ns_) / 1 s).
    std::int64_t bias_s_ = 0, phase_ns_ = 0;
    std::int64_t untouched_bias_s_ = 0, untouched_phase_ns_ = 0;
    std::int64_t accounted_ = 0;               // the last second whose update and alarm stand in register C
    std::int64_t period_ = 0, next_tick_ = 0;  // periodic interrupt, in ticks of 32768 Hz; 0: off
    std::int64_t missed_ticks_ = 0;
};

}  // namespace rhea
