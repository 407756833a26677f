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

}  // namespace rhea
