#pragma once
/// "VGA": the standard VGA with VBE registers, as a PCI function.
#include "machine/devices/vga/vga_ports.h"
#include "machine/pci.h"

namespace rhea {

namespace qom {
struct Creation;
}

class StdVga final : public PciDevice, public Screen {
public:
    static const qom::Type kType;

    static Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation);
    StdVga(qom::Creation& creation, std::unique_ptr<GuestMemory> memory);

    void reset() override;
    Picture picture() override { return vga_.picture(); }
    bool big_endian() const { return vga_.big_endian(); }

private:
    /// The place of a video BIOS that nobody would run.
    class EmptyRom final : public IoHandler {
        std::uint64_t io_read(std::uint64_t, unsigned) override { return 0; }
        void io_write(std::uint64_t, std::uint64_t, unsigned) override {}
    };

    VgaCore vga_;
    VgaLegacy legacy_;
    VbePorts vbe_;
    VgaRegisterWindow registers_;
    EmptyRom rom_;
};

extern const qom::Type kPciVga;  // "pci-vga", its parent

/// What a display tells the guest that it likes best, unless it is said.
QObject preferred_width(const PciDevice& display);
QObject preferred_height(const PciDevice& display);
inline constexpr qom::Property kDisplayModes[] = {
    qom::property("xres", qom::kUint32, 0).shown_by<preferred_width>(),
    qom::property("yres", qom::kUint32, 0).shown_by<preferred_height>(),
    qom::property("xmax", qom::kUint32, 0),
    qom::property("ymax", qom::kUint32, 0),
    qom::property("refresh_rate", qom::kUint32, 0),
};

/// Nodes of what lies in a VGA's window of registers.
inline constexpr qom::Region kVgaPortsPlace[] = {{"vga.mmio[0]", 0x400, 0x20}}, kVgaVbePlace[] = {{"vga.mmio[0]", 0x500, 0x16}},
                             kVgaExtendedPlace[] = {{"vga.mmio[0]", 0x600, 8}}, kVgaEdidPlace[] = {{"vga.mmio[0]", 0, 0x180}};
inline constexpr qom::Nodes kVgaRegisterNodes[] = {qom::regions("vga ioports remapped", kVgaPortsPlace),
                                                   qom::regions("bochs dispi interface", kVgaVbePlace),
                                                   qom::regions("qemu extended regs", kVgaExtendedPlace), qom::regions("edid", kVgaEdidPlace)};

}  // namespace rhea
