#pragma once
/// The fixed hardware of ACPI (ACPI 1.0, chapter 4): PM1 event and control registers and the power management timer, 12 bytes wherever
/// the chipset maps them, the APM ports by which a guest turns ACPI mode on, and the system control interrupt.
#include "machine/clock.h"
#include "machine/address_space.h"
#include "machine/irq.h"
#include "machine/machine_control.h"

namespace rhea {

class AcpiPm1 final : public IoHandler {
public:
    static constexpr unsigned kSize = 12;
    static constexpr std::uint64_t kApmBase = 0xb2;
    /// What a guest writes to the APM command port.
    struct ApmCommands {
        std::uint8_t acpi_on, acpi_off;
    };

    /// `others`: whether something else, a general purpose event, wants the interrupt. All outlive it.
    AcpiPm1(AddressSpace& ports, Clocks& clocks, IrqLine sci, MachineControl& control, ApmCommands commands, std::function<bool()> others);

    void reset();
    void press_power_button();
    /// After the reset that ends S3: what woke it up stands in the status register.
    void woken(WakeupCause cause);
    /// Something that the interrupt depends on has changed.
    void update_sci();
    /// It goes by another line from now on.
    void set_sci(IrqLine sci);
    std::string sci_path() const { return sci_.target_path(); }

    std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;

private:
    struct ApmPorts final : IoHandler {
        ApmPorts(AcpiPm1& p, ApmCommands c) : pm(p), commands(c) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override { return offset == 0 ? command : status; }
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;
        AcpiPm1& pm;
        const ApmCommands commands;
        std::uint8_t command = 0, status = 0;
    };

    std::uint16_t status();
    void clear_status(std::uint16_t bits);
    void write_control(std::uint16_t value);
    std::int64_t ticks() const;

    Clocks& clocks_;
    IrqLine sci_;
    MachineControl& control_;
    std::function<bool()> others_;
    ApmPorts apm_;
    Mapping apm_mapping_;
    Timer overflow_timer_;
    std::uint16_t status_ = 0, enabled_ = 0, control_register_ = 0;
    std::int64_t overflow_at_ = 0;  // in ticks of the timer: when its top bit changes next
};

}  // namespace rhea
