#include "machine/devices/acpi_cpu_hotplug.h"

namespace rhea {

namespace {

enum Register { kSelect = 0x0, kFlags = 0x4, kCommandRegister = 0x5, kData = 0x8 };
constexpr std::uint8_t kPresent = 0x01, kInserting = 0x02, kRemoving = 0x04, kEject = 0x08, kFirmwareEject = 0x10;

}  // namespace

AcpiCpuHotplug::AcpiCpuHotplug(AddressSpace& ports, std::uint64_t base, std::function<void()> notify)
    : ports_(ports), base_(base), notify_(std::move(notify)) {
    map(true);
}

void AcpiCpuHotplug::map(bool legacy) {
    legacy_ = legacy;
    mapping_.reset();
    if (legacy)
        mapping_.emplace(ports_, AddressSpace::Region{.name = "acpi-cpu-hotplug", .base = base_, .size = kBitmapSize,
                                                      .handler = &bitmap_, .max_access = 1});
    else
        mapping_.emplace(ports_, AddressSpace::Region{.name = "acpi-cpu-hotplug", .base = base_, .size = kRegistersSize,
                                                      .handler = &registers_, .max_access = 4});
}

void AcpiCpuHotplug::plugged(unsigned index) {
    cpus_.at(index).present = true;
    cpus_.at(index).inserting = !legacy_;      // the bitmap says it
    notify_();
}

void AcpiCpuHotplug::request_unplug(unsigned index) {
    cpus_.at(index).removing = true;
    notify_();
}

void AcpiCpuHotplug::removed(unsigned index) {
    Cpu& cpu = cpus_.at(index);
    cpu.present = cpu.removing = cpu.firmware_ejects = false;
    cpu.ost_event = cpu.ost_status = 0;
}

std::uint64_t AcpiCpuHotplug::Bitmap::io_read(std::uint64_t offset, unsigned) {
    std::uint8_t bits = 0;
    for (const Cpu& cpu : hotplug.cpus_)
        if (cpu.present && cpu.apic_id / 8 == offset) bits |= static_cast<std::uint8_t>(1u << (cpu.apic_id % 8));
    return bits;
}

void AcpiCpuHotplug::Bitmap::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    // No firmware ever wrote to the bitmap; so this tells that it knows the other registers.
    if (offset == 0 && value == 0) hotplug.map(false);
}

std::uint64_t AcpiCpuHotplug::Registers::io_read(std::uint64_t offset, unsigned) {
    const Cpu* cpu = hotplug.selected();
    if (!cpu) return 0;
    if (offset == kFlags)
        return (cpu->present ? kPresent : 0) | (cpu->inserting ? kInserting : 0) | (cpu->removing ? kRemoving : 0) |
               (cpu->firmware_ejects ? kFirmwareEject : 0);
    if (offset != kData) return 0;
    if (hotplug.command_ == kNextWithEvent) return hotplug.selected_;
    return hotplug.command_ == kCpuId ? cpu->apic_id : 0;
}

void AcpiCpuHotplug::write_flags(Cpu& cpu, std::uint8_t value) {
    const auto index = selected_;
    if (value & kInserting) cpu.inserting = false;
    else if (value & kRemoving) cpu.removing = false;
    else if (value & kEject) {
        if (cpu.present && index != 0 && eject_) eject_(index);  // the boot CPU stays
    } else if (value & kFirmwareEject) {
        if (cpu.present && index != 0) cpu.firmware_ejects = !cpu.firmware_ejects;
    }
}

void AcpiCpuHotplug::Registers::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    if (offset == kSelect) hotplug.selected_ = static_cast<std::uint32_t>(value);
    Cpu* cpu = hotplug.selected();
    if (!cpu) return;
    if (offset == kFlags) return hotplug.write_flags(*cpu, static_cast<std::uint8_t>(value));
    if (offset == kCommandRegister) {
        if (value >= kCommands) return;
        hotplug.command_ = static_cast<std::uint8_t>(value);
        if (hotplug.command_ != kNextWithEvent) return;
        // The next one with something to tell, round to where the search began.
        for (std::uint32_t i = 0, at = hotplug.selected_; i < hotplug.cpus_.size(); ++i, ++at) {
            const auto& next = hotplug.cpus_[at % hotplug.cpus_.size()];
            if (!next.inserting && !next.removing && !next.firmware_ejects) continue;
            hotplug.selected_ = at % static_cast<std::uint32_t>(hotplug.cpus_.size());
            break;
        }
    } else if (offset == kData && hotplug.command_ == kOstEvent) {
        cpu->ost_event = static_cast<std::uint32_t>(value);
    } else if (offset == kData && hotplug.command_ == kOstStatus) {
        cpu->ost_status = static_cast<std::uint32_t>(value);
        if (hotplug.report_) hotplug.report_(hotplug.selected_);
    }
}

}  // namespace rhea
