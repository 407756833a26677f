#pragma once
/// The ISA bus, behind a function that bridges to it, and the reset control register beside it.
#include "machine/device.h"
#include "machine/qom/basic_types.h"
#include "machine/gsi.h"
#include "machine/machine_control.h"
#include "machine/address_space.h"

namespace rhea {

/// "isa.0", whose devices drive the lines that it hands out.
class IsaBus final : public Bus {
public:
    explicit IsaBus(Gsi& gsi) : Bus(kIsaBus, "isa.0"), gsi_(gsi) {}
    /// `number` below Gsi::kIsaLines.
    IrqLine irq(unsigned number) { return gsi_.line(number); }

private:
    Gsi& gsi_;
};

class IsaBridge {
public:
    virtual ~IsaBridge() = default;
    virtual IsaBus& isa() = 0;
};

/// Port 0xcf9. It covers one byte of the configuration address register, which only takes whole dwords.
class ResetControl final : private IoHandler {
public:
    static constexpr std::uint64_t kPort = 0xcf9;

    /// `kept`: the bits that read back.
    ResetControl(AddressSpace& ports, MachineControl& control, const char* name, std::uint8_t kept)
        : control_(control), kept_(kept), mapping_(ports, {.name = name, .base = kPort, .size = 1, .handler = this, .max_access = 1, .priority = 1}) {}

    void reset() { value_ = 0; }

private:
    std::uint64_t io_read(std::uint64_t, unsigned) override { return value_; }
    /// Bit 2 resets; which kind of reset it is to be is kept.
    void io_write(std::uint64_t, std::uint64_t written, unsigned) override {
        if (written & 0x04) return control_.request_reset(ShutdownCause::guest_reset);
        value_ = static_cast<std::uint8_t>(written & kept_);
    }

    MachineControl& control_;
    const std::uint8_t kept_;
    std::uint8_t value_ = 0;
    Mapping mapping_;
};

inline constexpr qom::Region kResetControlPlace[] = {{qom::kPortSpace, ResetControl::kPort, 1, 1}};

}  // namespace rhea
