#pragma once
/// The iBASE IB700 watchdog, as the Linux driver ib700wdt knows it: two ISA ports. It runs on the virtual clock.
#include "machine/address_space.h"
#include "machine/clock.h"
#include "machine/device.h"
#include "machine/machine_control.h"

namespace rhea {

class Ib700 final : public Device {
public:
    static const qom::Type kType;

    /// All outlive it.
    Ib700(AddressSpace& ports, Clocks& clocks, MachineControl& control);

    void reset() override { timer_.cancel(); }

private:
    struct Ports final : IoHandler {
        explicit Ports(Ib700& w) : watchdog(w) {}
        std::uint64_t io_read(std::uint64_t, unsigned) override { return 0xff; }  // nothing answers
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override;
        Ib700& watchdog;
    };

    Clocks& clocks_;
    Timer timer_;
    Ports ports_;
    Mapping mapping_;
};

}  // namespace rhea
