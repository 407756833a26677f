#pragma once
/// A VGA where the guest finds it: at the ports and the memory that every VGA has, and behind the register window of the
/// PCI function.
#include <optional>

#include "machine/devices/vga/edid.h"
#include "machine/devices/vga/vga_core.h"

namespace rhea {

/// Ports 0x3b0 to 0x3df and the window at 0xa0000, for as long as it lives.
class VgaLegacy {
public:
    VgaLegacy(VgaCore& vga, AddressSpace& ports, AddressSpace& memory);

private:
    class Ports final : public IoHandler {
    public:
        Ports(VgaCore& vga, unsigned base) : vga_(vga), base_(base) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override { return vga_.port_read(base_ + static_cast<unsigned>(offset)); }
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override {
            vga_.port_write(base_ + static_cast<unsigned>(offset), static_cast<std::uint8_t>(value));
        }

    private:
        VgaCore& vga_;
        unsigned base_;
    };
    class Window final : public IoHandler {
    public:
        explicit Window(VgaCore& vga) : vga_(vga) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override { return vga_.window_read(static_cast<std::uint32_t>(offset)); }
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override {
            vga_.window_write(static_cast<std::uint32_t>(offset), static_cast<std::uint8_t>(value));
        }

    private:
        VgaCore& vga_;
    };

    Ports mono_, registers_, colour_, mono_status_, colour_status_;
    Window window_;
    Mapping map_mono_, map_registers_, map_colour_, map_mono_status_, map_colour_status_, map_window_;
};

/// The Bochs VBE ports of 16 bits: the index at 0x1ce, the data at 0x1cf and at 0x1d0.
class VbePorts {
public:
    VbePorts(VgaCore& vga, AddressSpace& ports);

private:
    struct Port final : IoHandler {
        Port(VgaCore& v, bool d) : vga(v), data(d) {}
        std::uint64_t io_read(std::uint64_t, unsigned size) override;
        void io_write(std::uint64_t, std::uint64_t value, unsigned size) override;
        VgaCore& vga;
        bool data;
    };
    Port index_, data_;
    Mapping map_index_, map_odd_data_, map_data_;
};

/// The window of registers in memory ("mmio"): the monitor's EDID at 0, if there is one, VGA ports from 0x3c0 at 0x400, VBE registers at 0x500, and at 0x600 how large
/// this last part is and the byte order of the frame buffer.
class VgaRegisterWindow final : public IoHandler {
public:
    static constexpr std::uint64_t kSize = 0x1000;
    VgaRegisterWindow(VgaCore& vga, bool extended, std::optional<EdidScreen> screen) : vga_(vga), extended_(extended), screen_(screen) {}
    std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;

private:
    VgaCore& vga_;
    bool extended_;
    std::optional<EdidScreen> screen_;
};

}  // namespace rhea
