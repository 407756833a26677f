#pragma once
/// "vmport" and "vmmouse": the port by which a guest of VMware's talks to its hypervisor, and the mouse that it asks for there; and
/// "kvmvapic", the port by which a guest's BIOS offers its place for a task priority register. All work on the registers of the CPU
/// that executes the access: an access of anybody else reads all ones and changes nothing.
#include "machine/devices/i8042.h"

namespace rhea {

/// A device that is a stretch of ports, for a CPU alone.
class CpuPort : public Device, private IoHandler {
public:
    CpuPort(const qom::Type& type, AddressSpace& ports, std::uint64_t base, std::uint64_t size)
        : Device(type), mapping_(ports, {.name = std::string(type.name), .base = base, .size = size, .handler = this, .max_access = 4}) {}

private:
    std::uint64_t io_read(std::uint64_t, unsigned) override { return ~std::uint64_t{0}; }
    void io_write(std::uint64_t, std::uint64_t, unsigned) override {}

    Mapping mapping_;
};

class VmPort final : public CpuPort {
public:
    static const qom::Type kType;
    static constexpr std::uint64_t kPort = 0x5658;

    explicit VmPort(AddressSpace& ports) : CpuPort(kType, ports, kPort, 1) {}
};

class KvmVapic final : public CpuPort {
public:
    static const qom::Type kType;
    static constexpr std::uint64_t kPort = 0x7e, kPorts = 2;

    explicit KvmVapic(AddressSpace& ports) : CpuPort(kType, ports, kPort, kPorts) {}
};

class VmMouse final : public Device {
public:
    static const qom::Type kType;

    /// `controller`, whose interrupt it raises, outlives it.
    explicit VmMouse(const I8042& controller) : Device(kType), controller_(controller) {}
    const I8042& controller() const { return controller_; }

private:
    const I8042& controller_;
};

}  // namespace rhea
