#pragma once
/// "isa-parallel": a printer port whose bytes go to a chardev (IBM PC/AT technical reference, parallel adapter). The printer
/// on the other end is always ready.
#include <cstdint>

#include "machine/address_space.h"
#include "machine/char_port.h"
#include "machine/device.h"
#include "machine/irq.h"

namespace rhea {

class IsaParallel final : public Device, private CharPortUser {
public:
    static const qom::Type kType;

    static constexpr unsigned kPorts = 3;
    static constexpr std::uint16_t kBases[kPorts] = {0x378, 0x278, 0x3bc};
    static constexpr unsigned kIrq = 7;

    /// All outlive it; `chardev` may be null.
    IsaParallel(AddressSpace& ports, std::uint16_t base, IrqLine irq, Chardev* chardev);

    void reset() override;
    Chardev* chardev() const { return port_.chardev(); }

private:
    struct Registers final : IoHandler {
        explicit Registers(IsaParallel& p) : parallel(p) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override;
        IsaParallel& parallel;
    };

    std::uint8_t read_status();
    void write_control(std::uint8_t value);

    IrqLine irq_;
    std::uint8_t data_, status_, control_;
    bool irq_pending_;
    CharPort port_;
    Registers registers_;
    Mapping mapping_;
};

}  // namespace rhea
