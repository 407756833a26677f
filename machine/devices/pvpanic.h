#pragma once
/// pvpanic (the PVPANIC DEVICE specification): one register by which a guest tells that it has panicked, or that its crash
/// kernel has taken over. "pvpanic" is an ISA port, "pvpanic-pci" a PCI function with a memory BAR.
#include <cstdint>

#include "machine/address_space.h"
#include "machine/machine_control.h"
#include "machine/pci.h"

namespace rhea {

class PvpanicRegister final : public IoHandler {
public:
    static constexpr std::uint8_t kPanicked = 0x01, kCrashLoaded = 0x02, kAll = kPanicked | kCrashLoaded;

    PvpanicRegister(MachineControl& control, std::uint8_t events) : control_(control), events_(events) {}
    std::uint64_t io_read(std::uint64_t, unsigned) override { return events_; }
    void io_write(std::uint64_t, std::uint64_t value, unsigned) override;

private:
    MachineControl& control_;
    std::uint8_t events_;
};

class PvpanicIsa final : public Device {
public:
    static const qom::Type kType;

    static constexpr std::uint16_t kBase = 0x505;

    /// All outlive it. `events` is what the register tells the guest it may report.
    PvpanicIsa(AddressSpace& ports, MachineControl& control, std::uint16_t base = kBase,
               std::uint8_t events = PvpanicRegister::kAll)
        : Device(kType),
          base_(base),
          register_(control, events),
          mapping_(ports, {.name = "pvpanic", .base = base, .size = 1, .handler = &register_, .max_access = 1}) {}

    std::uint16_t base() const { return base_; }

private:
    std::uint16_t base_;
    PvpanicRegister register_;
    Mapping mapping_;
};

class PvpanicPci final : public PciDevice {
public:
    static const qom::Type kType;

    /// `control` outlives it.
    explicit PvpanicPci(MachineControl& control, std::uint8_t events = PvpanicRegister::kAll);

private:
    PvpanicRegister register_;
};

}  // namespace rhea
