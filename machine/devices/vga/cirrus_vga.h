#pragma once
/// "cirrus-vga": Cirrus Logic CL-GD5446 as a PCI function: a VGA with more registers behind a lock, modes of 8 to 32 bits a pixel, a
/// blitter and a cursor of its own.
#include <array>

#include "machine/devices/vga/cirrus_blitter.h"
#include "machine/devices/vga/vga_core.h"
#include "machine/pci.h"

namespace rhea {

namespace qom {
struct Creation;
}

class CirrusVga final : public PciDevice, public Screen {
public:
    static const qom::Type kType;

    static Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation);
    CirrusVga(qom::Creation& creation, std::unique_ptr<GuestMemory> memory);

    void reset() override;
    Picture picture() override;

private:
    static constexpr std::uint64_t kApertureSize = 32 << 20, kRegistersSize = 0x1000, kRomSize = 0x10000;
    struct Ports final : IoHandler {
        Ports(CirrusVga& v, unsigned b) : vga(v), base(b) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override { return vga.port_read(base + static_cast<unsigned>(offset)); }
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override {
            vga.port_write(base + static_cast<unsigned>(offset), static_cast<std::uint8_t>(value));
        }
        CirrusVga& vga;
        unsigned base;
    };
    struct Window final : IoHandler {
        explicit Window(CirrusVga& v) : vga(v) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override;
        CirrusVga& vga;
    };
    /// The display memory from its start, and a place for what the blitter takes from the CPU.
    struct Aperture final : IoHandler {
        explicit Aperture(CirrusVga& v) : vga(v) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override;
        CirrusVga& vga;
    };
    /// The registers in memory: the ports from 0x3c0 on, and those of the blitter.
    struct Memory final : IoHandler {
        explicit Memory(CirrusVga& v) : vga(v) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override;
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override;
        CirrusVga& vga;
    };
    struct Nothing final : IoHandler {
        std::uint64_t io_read(std::uint64_t, unsigned) override { return 0; }
        void io_write(std::uint64_t, std::uint64_t, unsigned) override {}
    };

    std::uint8_t port_read(unsigned port);
    void port_write(unsigned port, std::uint8_t value);
    std::uint8_t graphics_read(unsigned index);
    void graphics_write(unsigned index, std::uint8_t value);
    void start_blitter();
    void reset_blitter();
    /// What the CPU writes anywhere in the display memory while the blitter waits for it is the blitter's.
    bool feed_blitter(std::uint8_t value);
    std::uint8_t blitter_read(std::uint64_t offset);
    void blitter_write(std::uint64_t offset, std::uint8_t value);
    bool cursor_palette() const { return sequencer_[0x12] & 0x02; }
    void draw_cursor(Picture& picture) const;
    bool extended() const { return sequencer_[7] & 1; }
    /// Whether the blitter's registers are in the window at 0xb8000.
    bool window_has_registers(std::uint64_t offset) const {
        return offset >= 0x18000 && offset < 0x18100 && (sequencer_[0x17] & 0x44) == 0x04;
    }
    std::uint64_t banked(std::uint64_t offset) const;
    unsigned pixel_bits() const;

    VgaCore vga_;
    CirrusBlitter blitter_;
    const bool blitter_enabled_;
    std::array<std::uint8_t, 0x20> sequencer_{};
    std::array<std::uint8_t, 0x40> graphics_{};
    std::array<std::uint8_t, 0x28> crtc_{};
    std::array<std::uint8_t, 16 * 3> cursor_colours_{};      // 6 bits each
    unsigned cursor_x_ = 0, cursor_y_ = 0;
    unsigned cursor_part_ = 0;                               // of a colour, the next to be accessed
    std::uint8_t cursor_entry_ = 0;
    std::uint8_t sequencer_index_ = 0, graphics_index_ = 0, crtc_index_ = 0, hidden_dac_ = 0;
    unsigned hidden_dac_reads_ = 0;
    Ports mono_{*this, 0x3b4}, registers_{*this, 0x3c0}, colour_{*this, 0x3d4}, mono_status_{*this, 0x3ba}, colour_status_{*this, 0x3da};
    Window window_{*this};
    Aperture aperture_{*this};
    Memory memory_registers_{*this};
    Nothing nothing_;
    Mapping map_mono_, map_registers_, map_colour_, map_mono_status_, map_colour_status_, map_window_;
};

}  // namespace rhea
