#pragma once
/// Intel 8254 interval timer at ports 0x40 to 0x43. Counters are not counted: they are worked out from the virtual clock when
/// somebody looks.
#include <array>
#include <cstdint>

#include "machine/address_space.h"
#include "machine/clock.h"
#include "machine/device.h"
#include "machine/irq.h"

namespace rhea {

class I8254 final : public Device {
public:
    static const qom::Type kType;

    /// All outlive it. `irq` is ISA interrupt 0, driven by counter 0.
    I8254(AddressSpace& ports, Clocks& clocks, IrqLine irq);

    void reset() override;
    /// Whether anybody takes notice of interrupt 0. While nobody does the line rests and no timer runs: 36 changes a second
    /// would keep an idle machine awake.
    void set_interrupt_wanted(bool wanted);
    /// How often the line would have risen while it rested.
    std::uint64_t unseen_edges() const { return unseen_edges_ + edges_at_rest(); }

    /// Counter 2, the speaker's: whether it runs, and its output.
    bool speaker_gate() const { return counters_[2].gate; }
    void set_speaker_gate(bool open) { set_gate(counters_[2], open); }
    bool speaker_output() const { return counters_[2].output(now()); }

    std::string irq_path() const { return irq_.target_path(); }

private:
    enum class Access : std::uint8_t { low = 1, high = 2, both = 3 };
    struct Counter {
        std::uint32_t reload = 0x10000;  // 1 to 0x10000
        std::int64_t loaded_ns = 0;
        std::uint8_t mode = 3;
        bool bcd = false;             // kept for the status byte; it counts in binary
        Access access = Access::low;  // until it is set up
        bool gate = true;
        bool high_byte_next = false;  // of reading
        bool write_high_next = false;
        std::uint8_t written_low = 0;
        std::uint16_t latched = 0;
        std::uint8_t latched_bytes = 0;  // left to read
        std::uint8_t status = 0;
        bool status_latched = false;

        std::int64_t elapsed(std::int64_t now_ns) const;
        std::uint16_t value(std::int64_t now_ns) const;
        bool output(std::int64_t now_ns) const;
        /// In ticks after the count was loaded: the next change of the output; negative: none.
        std::int64_t next_change(std::int64_t now_ns) const;
    };
    struct TimerPorts final : IoHandler {
        explicit TimerPorts(I8254& p) : pit(p) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override;
        I8254& pit;
    };

    std::int64_t now() const { return clocks_.now(ClockType::virtual_time); }
    void control(std::uint8_t value);
    void read_back(std::uint8_t value);
    void latch(Counter& counter);
    using Device::read;      // of the object, not hidden by that of the ports
    std::uint8_t read(Counter& counter);
    void write(Counter& counter, std::uint8_t value);
    void load(Counter& counter, std::uint32_t value);
    void set_gate(Counter& counter, bool gate);
    void update_irq();
    /// Since `resting_since_ns_`.
    std::uint64_t edges_at_rest() const;
    /// Notes them: what they are worked out from is about to change.
    void count_edges();

    Clocks& clocks_;
    IrqLine irq_;
    std::array<Counter, 3> counters_{};
    TimerPorts timer_ports_;
    Mapping timer_mapping_;
    Timer timer_;
    bool wanted_ = false;
    std::uint64_t unseen_edges_ = 1;      // of power-up
    std::int64_t resting_since_ns_ = 0;
};

extern const qom::Type kPitCommon;      // "pit-common", its parent

}  // namespace rhea
