#pragma once
/// The registers by which the guest's ACPI code learns of CPUs that come and are to go (QEMU's published "CPU hotplug
/// interface"): a bitmap of the CPUs present, until a zero is written to it; then registers of a selected CPU. A reset
/// changes none of them.
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "machine/address_space.h"

namespace rhea {

class AcpiCpuHotplug {
public:
    static constexpr std::uint64_t kBitmapSize = 0x20, kRegistersSize = 12;

    struct Cpu {
        std::uint32_t apic_id = 0;
        bool present = false, inserting = false, removing = false, firmware_ejects = false;
        std::uint32_t ost_event = 0, ost_status = 0;  ///< what the guest's _OST method said last
    };

    AcpiCpuHotplug(AddressSpace& ports, std::uint64_t base, std::function<void()> notify);

    /// For each place, in the order of their APIC ids.
    void set_cpus(std::vector<Cpu> cpus) { cpus_ = std::move(cpus); }
    const std::vector<Cpu>& cpus() const { return cpus_; }
    /// The bitmap tells only who is there: it has no way to ask for a CPU's removal.
    bool legacy() const { return legacy_; }
    /// It was there before the guest came.
    void set_present(unsigned index) { cpus_.at(index).present = true; }
    void plugged(unsigned index);
    void request_unplug(unsigned index);
    /// The guest has given it up.
    void removed(unsigned index);
    /// The guest has reported what became of an event (_OST), or has given up a CPU.
    void on_report(std::function<void(unsigned index)> call) { report_ = std::move(call); }
    void on_eject(std::function<void(unsigned index)> call) { eject_ = std::move(call); }
private:
    struct Bitmap final : IoHandler {
        explicit Bitmap(AcpiCpuHotplug& h) : hotplug(h) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override;
        AcpiCpuHotplug& hotplug;
    };
    struct Registers final : IoHandler {
        explicit Registers(AcpiCpuHotplug& h) : hotplug(h) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override;
        AcpiCpuHotplug& hotplug;
    };
    enum Command : std::uint8_t { kNextWithEvent, kOstEvent, kOstStatus, kCpuId, kCommands };

    Cpu* selected() { return selected_ < cpus_.size() ? &cpus_[selected_] : nullptr; }
    void map(bool legacy);
    void write_flags(Cpu& cpu, std::uint8_t value);

    AddressSpace& ports_;
    const std::uint64_t base_;
    std::function<void()> notify_;
    std::function<void(unsigned)> report_, eject_;
    Bitmap bitmap_{*this};
    Registers registers_{*this};
    std::optional<Mapping> mapping_;
    bool legacy_ = true;
    std::vector<Cpu> cpus_;
    std::uint32_t selected_ = 0;
    std::uint8_t command_ = kNextWithEvent;
};

}  // namespace rhea
