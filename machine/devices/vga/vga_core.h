#pragma once
/// A VGA (IBM VGA technical reference): its registers, 256 KiB and more of display memory in four planes, and the picture that they
/// make. With the "Bochs VBE" registers that set modes with a linear frame buffer.
#include <array>
#include <cstdint>
#include <optional>

#include "machine/address_space.h"
#include "machine/display/screen.h"
#include "machine/guest_memory.h"

namespace rhea {

/// Loop thread only. Byte 4n+p of the display memory is byte n of plane p.
class VgaCore : public Screen {
public:
    /// `bytes`: a power of two, at least 1 MiB. Memory comes when it is touched.
    static Result<std::unique_ptr<GuestMemory>> allocate(std::uint64_t bytes) { return GuestMemory::allocate(bytes, "vga.vram"); }
    explicit VgaCore(std::unique_ptr<GuestMemory> memory);
    ~VgaCore() override = default;

    void reset();
    /// `port` is 0x3b0 to 0x3df. Ports of the colour adapter are silent while the monochrome one is chosen, and the other way round.
    std::uint8_t port_read(unsigned port);
    void port_write(unsigned port, std::uint8_t value);
    /// Registers of 16 bits by their numbers.
    std::uint16_t vbe_read(unsigned index) const;
    void vbe_write(unsigned index, std::uint16_t value);
    unsigned vbe_index() const { return vbe_index_; }
    void set_vbe_index(std::uint16_t index) { vbe_index_ = index; }
    /// The window at 0xa0000, 128 KiB.
    std::uint8_t window_read(std::uint32_t offset);
    void window_write(std::uint32_t offset, std::uint8_t value);

    Picture picture() override;
    /// A mode of an adapter beyond the VGA: pixels of whole bits one after another, and more bits of the addresses.
    struct LinearMode {
        unsigned bits = 8;
        std::uint32_t start_high = 0, line_high = 0;  ///< of the start address and of the offset of lines, as those registers count
    };
    Picture linear_picture(const LinearMode& mode);
    /// How the guest writes pixels of 16 and more bits in linear modes.
    bool big_endian() const { return big_endian_; }
    void set_big_endian(bool big) { big_endian_ = big; }
    unsigned char* memory() const { return memory_->at(0); }
    std::uint64_t memory_size() const { return memory_->size(); }

private:
    std::uint8_t read_register(unsigned port);
    enum Vbe : unsigned { vbe_id, vbe_xres, vbe_yres, vbe_bpp, vbe_enable, vbe_bank, vbe_virt_width, vbe_virt_height, vbe_x_offset, vbe_y_offset, vbe_memory, kVbeRegisters };
    struct Geometry {
        std::uint32_t line_bytes, start, line_compare;  // start: a byte of the display memory
    };
    friend class VgaPainter;

    bool colour() const { return misc_ & 1; }
    bool wrong_adapter(unsigned port) const;
    std::uint8_t status_read();
    void attribute_write(std::uint8_t value);
    void palette_write(std::uint8_t value);
    void crtc_write(std::uint8_t value);
    bool vbe_on() const { return vbe_[vbe_enable] & 1; }
    void fix_vbe();
    void enable_vbe(std::uint16_t value);
    void apply_vbe();
    std::optional<std::uint32_t> window_offset(std::uint32_t offset) const;
    void planes_write(std::uint32_t address, std::uint8_t value);
    unsigned char* cell(std::uint64_t at) const { return at < memory_->size() ? memory_->at(at) : nullptr; }
    std::uint32_t planes(std::uint64_t cell_index) const;
    Geometry geometry() const;

    std::unique_ptr<GuestMemory> memory_;
    std::array<std::uint8_t, 256> crtc_{};
    std::array<std::uint8_t, 8> sequencer_{};
    std::array<std::uint8_t, 16> graphics_{};
    std::array<std::uint8_t, 21> attribute_{};
    std::array<std::uint8_t, 768> palette_{};
    std::array<std::uint8_t, 3> palette_entry_{};
    std::uint8_t crtc_index_ = 0, sequencer_index_ = 0, graphics_index_ = 0, attribute_index_ = 0;
    bool attribute_data_ = false;  // the next write to 0x3c0 is data
    std::uint8_t misc_ = 0, feature_ = 0, status_ = 0;
    std::uint8_t palette_state_ = 0, palette_read_ = 0, palette_write_ = 0, palette_part_ = 0;
    std::uint16_t vbe_index_ = 0;
    std::array<std::uint16_t, kVbeRegisters> vbe_{};
    std::uint32_t vbe_start_ = 0, vbe_line_bytes_ = 0, bank_ = 0;
    std::uint32_t latch_ = 0;
    bool big_endian_ = false;
    std::optional<LinearMode> linear_;  // while its picture is painted
    std::optional<std::pair<unsigned, unsigned>> last_size_;  // of the last picture with something on it
};

}  // namespace rhea
