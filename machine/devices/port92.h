#pragma once
/// Port 0x92: fast A20 gate and fast reset.
#include "machine/address_space.h"
#include "machine/device.h"
#include "machine/machine_control.h"

namespace rhea {

class Port92 final : public Device {
public:
    static const qom::Type kType;

    /// Both outlive it.
    Port92(AddressSpace& ports, MachineControl& control);
    /// Leaves A20 as it is.
    void reset() override;

private:
    struct Port final : IoHandler {
        explicit Port(MachineControl& c) : control(c) {}
        std::uint64_t io_read(std::uint64_t, unsigned) override;
        void io_write(std::uint64_t, std::uint64_t written, unsigned) override;
        MachineControl& control;
        std::uint8_t value = 0;
    };
    Port port_;
    Mapping mapping_;
};

}  // namespace rhea
