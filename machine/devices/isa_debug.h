#pragma once
/// Two ports for guests under test: "isa-debugcon" (Bochs's 0xe9: each byte goes to a chardev) and "isa-debug-exit" (a write
/// ends the emulator with a status of the guest's choice).
#include <cstdint>

#include "machine/address_space.h"
#include "machine/char_port.h"
#include "machine/device.h"
#include "machine/machine_control.h"

namespace rhea {

class IsaDebugcon final : public Device, private CharPortUser {
public:
    static const qom::Type kType;

    static constexpr std::uint32_t kBase = 0xe9, kReadback = 0xe9;

    /// All outlive it. `readback` is what the port reads as, by which a guest finds it.
    IsaDebugcon(AddressSpace& ports, Chardev* chardev, std::uint32_t base = kBase, std::uint32_t readback = kReadback)
        : Device(kType),
          port_(chardev, *this),
          readback_(readback),
          register_(*this),
          mapping_(ports, {.name = "isa-debugcon", .base = base, .size = 1, .handler = &register_, .max_access = 1}) {}

    Chardev* chardev() const { return port_.chardev(); }

private:
    struct Register final : IoHandler {
        explicit Register(IsaDebugcon& d) : console(d) {}
        std::uint64_t io_read(std::uint64_t, unsigned) override { return console.readback_; }
        void io_write(std::uint64_t, std::uint64_t value, unsigned) override {
            (void)console.port_.write(static_cast<std::uint8_t>(value));  // what nobody reads is lost
        }
        IsaDebugcon& console;
    };
    CharPort port_;
    std::uint32_t readback_;
    Register register_;
    Mapping mapping_;
};

class IsaDebugExit final : public Device {
public:
    static const qom::Type kType;

    static constexpr std::uint32_t kBase = 0x501, kSize = 2;

    /// All outlive it. `size` is at least 1.
    IsaDebugExit(AddressSpace& ports, MachineControl& control, std::uint32_t base = kBase, std::uint32_t size = kSize)
        : Device(kType),
          register_(control),
          mapping_(ports, {.name = "isa-debug-exit", .base = base, .size = size, .handler = &register_, .max_access = 4}) {}

private:
    struct Register final : IoHandler {
        explicit Register(MachineControl& c) : control(c) {}
        std::uint64_t io_read(std::uint64_t, unsigned) override { return 0; }
        /// Always odd, so that it is never taken for success.
        void io_write(std::uint64_t, std::uint64_t value, unsigned) override {
            control.exit(static_cast<int>(static_cast<std::uint32_t>(value) << 1 | 1));
        }
        MachineControl& control;
    };
    Register register_;
    Mapping mapping_;
};

}  // namespace rhea
