#include "machine/devices/vga/vga_core.h"

#include <algorithm>
#include <cstring>

#include "machine/devices/trace_points.h"

namespace rhea {
namespace {

// Bits that stay when they are written, of the sequencer and of the graphics controller.
constexpr std::array<std::uint8_t, 8> kSequencerMask = {0x03, 0x3d, 0x0f, 0x3f, 0x0e, 0x00, 0x00, 0xff};
constexpr std::array<std::uint8_t, 16> kGraphicsMask = {0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff};
constexpr std::uint16_t kVbeId0 = 0xb0c0, kVbeId5 = 0xb0c5;
constexpr std::uint16_t kEnabled = 0x01, kGetCapabilities = 0x02, kEightBitDac = 0x20, kKeepMemory = 0x80;
constexpr std::uint16_t kMaxX = 16000, kMaxY = 12000, kMaxBpp = 32;
constexpr std::uint32_t kBank = 0x10000;

/// Bit n of a plane mask as byte n.
std::uint32_t spread(unsigned mask) {
    std::uint32_t bytes = 0;
    for (unsigned plane = 0; plane < 4; ++plane)
        if (mask & 1u << plane) bytes |= 0xffu << 8 * plane;
    return bytes;
}
std::uint32_t on_all_planes(std::uint8_t value) { return value * 0x01010101u; }

}  // namespace

VgaCore::VgaCore(std::unique_ptr<GuestMemory> memory) : memory_(std::move(memory)) { reset(); }

void VgaCore::reset() {
    crtc_.fill(0);
    sequencer_.fill(0);
    graphics_.fill(0);
    attribute_.fill(0);
    palette_.fill(0);
    palette_entry_.fill(0);
    crtc_index_ = sequencer_index_ = graphics_index_ = attribute_index_ = 0;
    attribute_data_ = false;
    misc_ = feature_ = status_ = 0;
    palette_state_ = palette_read_ = palette_write_ = palette_part_ = 0;
    vbe_index_ = 0;
    vbe_.fill(0);
    vbe_[vbe_id] = kVbeId5;
    vbe_[vbe_memory] = static_cast<std::uint16_t>(memory_->size() / kBank);
    vbe_start_ = vbe_line_bytes_ = bank_ = latch_ = 0;
    big_endian_ = false;
}

bool VgaCore::wrong_adapter(unsigned port) const {
    if (colour()) return port >= 0x3b0 && port <= 0x3bf;
    return port >= 0x3d0 && port <= 0x3df;
}

std::uint8_t VgaCore::status_read() {
    // Retrace and display enable come and go with every look: programs wait for either edge.
    status_ ^= 0x09;
    attribute_data_ = false;
    return status_;
}

std::uint8_t VgaCore::port_read(unsigned port) {
    const std::uint8_t value = read_register(port);
    trace_device<"vga_std_read_io">("addr {:#x}, val {:#x}", port, value);
    return value;
}

std::uint8_t VgaCore::read_register(unsigned port) {
    if (wrong_adapter(port)) return 0xff;
    switch (port) {
        case 0x3c0: return attribute_data_ ? 0 : attribute_index_;
        case 0x3c1: return (attribute_index_ & 0x1f) < attribute_.size() ? attribute_[attribute_index_ & 0x1f] : 0;
        case 0x3c2: return 0;
        case 0x3c4: return sequencer_index_;
        case 0x3c5: return sequencer_[sequencer_index_];
        case 0x3c7: return palette_state_;
        case 0x3c8: return palette_write_;
        case 0x3c9: {
            const std::uint8_t value = palette_[palette_read_ * 3u + palette_part_];
            if (++palette_part_ == 3) palette_part_ = 0, ++palette_read_;
            return value;
        }
        case 0x3ca: return feature_;
        case 0x3cc: return misc_;
        case 0x3ce: return graphics_index_;
        case 0x3cf: return graphics_[graphics_index_];
        case 0x3b4:
        case 0x3d4: return crtc_index_;
        case 0x3b5:
        case 0x3d5: return crtc_[crtc_index_];
        case 0x3ba:
        case 0x3da: return status_read();
        default: return 0;
    }
}

void VgaCore::port_write(unsigned port, std::uint8_t value) {
    trace_device<"vga_std_write_io">("addr {:#x}, val {:#x}", port, value);
    if (wrong_adapter(port)) return;
    switch (port) {
        case 0x3c0: attribute_write(value); break;
        case 0x3c2: misc_ = value & 0xef; break;
        case 0x3c4: sequencer_index_ = value & 7; break;
        case 0x3c5: sequencer_[sequencer_index_] = value & kSequencerMask[sequencer_index_]; break;
        case 0x3c7: palette_read_ = value, palette_part_ = 0, palette_state_ = 3; break;
        case 0x3c8: palette_write_ = value, palette_part_ = 0, palette_state_ = 0; break;
        case 0x3c9: palette_write(value); break;
        case 0x3ce: graphics_index_ = value & 15; break;
        case 0x3cf:
            graphics_[graphics_index_] = value & kGraphicsMask[graphics_index_];
            if (vbe_on()) apply_vbe();
            break;
        case 0x3b4:
        case 0x3d4: crtc_index_ = value; break;
        case 0x3b5:
        case 0x3d5: crtc_write(value); break;
        case 0x3ba:
        case 0x3da: feature_ = value & 0x10; break;
        default: break;
    }
    if (port == 0x3c5 && vbe_on()) apply_vbe();
}

void VgaCore::attribute_write(std::uint8_t value) {
    attribute_data_ = !attribute_data_;
    if (attribute_data_) {
        attribute_index_ = value & 0x3f;
        return;
    }
    const unsigned index = attribute_index_ & 0x1f;
    switch (index) {
        case 0x10: attribute_[index] = value & ~0x10; break;
        case 0x11: attribute_[index] = value; break;
        case 0x12: attribute_[index] = value & ~0xc0; break;
        case 0x13: attribute_[index] = value & ~0xf0; break;
        case 0x14: attribute_[index] = value & ~0xf0; break;
        default:
            if (index < 0x10) attribute_[index] = value & 0x3f;
    }
}

void VgaCore::palette_write(std::uint8_t value) {
    palette_entry_[palette_part_] = value;
    if (++palette_part_ < 3) return;
    std::copy(palette_entry_.begin(), palette_entry_.end(), palette_.begin() + palette_write_ * 3);
    palette_part_ = 0;
    ++palette_write_;
}

void VgaCore::crtc_write(std::uint8_t value) {
    // The timing registers can be locked; of the overflow register only one bit gets through then.
    if ((crtc_[0x11] & 0x80) && crtc_index_ <= 7) {
        if (crtc_index_ == 7) crtc_[7] = static_cast<std::uint8_t>((crtc_[7] & ~0x10) | (value & 0x10));
    } else {
        crtc_[crtc_index_] = value;
    }
    if (vbe_on()) apply_vbe();
}

// --- Bochs VBE ------------------------------------------------------------------------------------------------------------

std::uint16_t VgaCore::vbe_read(unsigned index) const {
    if (index >= kVbeRegisters) return 0;
    if (vbe_[vbe_enable] & kGetCapabilities) {
        if (index == vbe_xres) return kMaxX;
        if (index == vbe_yres) return kMaxY;
        if (index == vbe_bpp) return kMaxBpp;
    }
    return vbe_[index];
}

void VgaCore::vbe_write(unsigned index, std::uint16_t value) {
    switch (index) {
        case vbe_id:
            if (value >= kVbeId0 && value <= kVbeId5) vbe_[vbe_id] = value;
            break;
        case vbe_xres:
        case vbe_yres:
        case vbe_bpp:
        case vbe_virt_width:
        case vbe_x_offset:
        case vbe_y_offset:
            vbe_[index] = value;
            fix_vbe();
            if (vbe_on()) apply_vbe();
            break;
        case vbe_bank:
            vbe_[vbe_bank] = static_cast<std::uint16_t>(value & (memory_->size() / kBank - 1));
            bank_ = vbe_[vbe_bank] * kBank;
            break;
        case vbe_enable: enable_vbe(value); break;
        default: break;
    }
}

void VgaCore::enable_vbe(std::uint16_t value) {
    if ((value & kEnabled) && !vbe_on()) {
        vbe_[vbe_virt_width] = vbe_[vbe_x_offset] = vbe_[vbe_y_offset] = 0;
        vbe_[vbe_enable] |= kEnabled;
        fix_vbe();
        apply_vbe();
        if (!(value & kKeepMemory)) {
            const std::uint64_t bytes = std::min<std::uint64_t>(std::uint64_t{vbe_[vbe_yres]} * vbe_line_bytes_, memory_->size());
            std::memset(memory(), 0, static_cast<std::size_t>(bytes));
        }
    } else if (!(value & kEnabled)) {
        bank_ = 0;
    }
    vbe_[vbe_enable] = value;
}

/// Makes of what was asked for what the memory has room for.
void VgaCore::fix_vbe() {
    if (!vbe_on()) return;
    const auto clamp = [](std::uint16_t value, unsigned low, unsigned high) {
        return static_cast<std::uint16_t>(std::clamp<unsigned>(value, low, high));
    };
    std::uint16_t& bpp = vbe_[vbe_bpp];
    if (bpp == 0) bpp = 8;
    const bool known = bpp == 4 || bpp == 8 || bpp == 15 || bpp == 16 || bpp == 24 || bpp == 32;
    if (!known) bpp = 8;
    const unsigned bits = bpp == 15 ? 16 : bpp;
    vbe_[vbe_xres] = clamp(vbe_[vbe_xres] & ~7u, 8, kMaxX);
    vbe_[vbe_virt_width] = clamp(vbe_[vbe_virt_width] & ~7u, vbe_[vbe_xres], kMaxX);
    std::uint32_t line = vbe_[vbe_virt_width] * bits / 8;
    const auto all = static_cast<std::uint32_t>(memory_->size());
    if (line > all) {
        vbe_[vbe_virt_width] = vbe_[vbe_xres];
        line = vbe_[vbe_virt_width] * bits / 8;
    }
    const std::uint32_t lines = all / line;
    vbe_[vbe_yres] = clamp(vbe_[vbe_yres], 1, std::min<unsigned>(kMaxY, lines));
    vbe_[vbe_virt_height] = static_cast<std::uint16_t>(std::min<std::uint32_t>(lines, 0xffff));
    const auto first_byte = [&] { return std::uint64_t{line} * vbe_[vbe_y_offset] + vbe_[vbe_x_offset] * bits / 8; };
    const auto fits = [&] { return first_byte() + std::uint64_t{line} * vbe_[vbe_yres] <= all; };
    if (!fits()) vbe_[vbe_y_offset] = 0;
    if (!fits()) vbe_[vbe_x_offset] = 0;
    const std::uint64_t start = first_byte();
    vbe_line_bytes_ = line;
    vbe_start_ = static_cast<std::uint32_t>(start) & ~3u;
}

/// The VGA's own registers follow, so that one that looks at them finds the mode.
void VgaCore::apply_vbe() {
    graphics_[6] = static_cast<std::uint8_t>((graphics_[6] & ~0x0c) | 0x05);
    crtc_[0x17] |= 3;
    crtc_[0x13] = static_cast<std::uint8_t>(vbe_line_bytes_ >> 3);
    crtc_[0x01] = static_cast<std::uint8_t>((vbe_[vbe_xres] >> 3) - 1);
    const unsigned last = vbe_[vbe_yres] - 1u;
    crtc_[0x12] = static_cast<std::uint8_t>(last);
    crtc_[0x07] = static_cast<std::uint8_t>((crtc_[0x07] & ~0x42) | ((last >> 7) & 0x02) | ((last >> 3) & 0x40) | 0x10);
    crtc_[0x18] = 0xff;
    crtc_[0x09] = static_cast<std::uint8_t>((crtc_[0x09] & ~0x9f) | 0x40);
    unsigned shift = 0;
    if (vbe_[vbe_bpp] == 4) {
        sequencer_[1] &= static_cast<std::uint8_t>(~8);
    } else {
        shift = 2;
        sequencer_[4] |= 8;
        sequencer_[2] |= 0x0f;
    }
    graphics_[5] = static_cast<std::uint8_t>((graphics_[5] & ~0x60) | shift << 5);
}

// --- the window at 0xa0000 --------------------------------------------------------------------------------------------------

std::optional<std::uint32_t> VgaCore::window_offset(std::uint32_t offset) const {
    offset &= 0x1ffff;
    switch ((graphics_[6] >> 2) & 3) {
        case 0: return offset;
        case 1:
            if (offset >= 0x10000) return std::nullopt;
            return offset + bank_;
        case 2:
            if (offset < 0x10000 || offset >= 0x18000) return std::nullopt;
            return offset - 0x10000;
        default:
            if (offset < 0x18000) return std::nullopt;
            return offset - 0x18000;
    }
}

std::uint32_t VgaCore::planes(std::uint64_t cell_index) const {
    const unsigned char* four = cell(cell_index * 4);
    std::uint32_t value = 0;
    if (four) std::memcpy(&value, four, 4);
    return value;
}

std::uint8_t VgaCore::window_read(std::uint32_t offset) {
    const auto address = window_offset(offset);
    if (!address) return 0xff;
    const auto byte = [this](std::uint64_t at) -> std::uint8_t {
        const unsigned char* found = cell(at);
        return found ? *found : 0xff;
    };
    if (sequencer_[4] & 8) return byte(*address);
    if (graphics_[5] & 0x10) return byte((std::uint64_t{*address} & ~1u) << 1 | (graphics_[4] & 2) | (*address & 1));
    if (!cell(std::uint64_t{*address} * 4)) return 0xff;
    latch_ = planes(*address);
    if (!(graphics_[5] & 8)) return static_cast<std::uint8_t>(latch_ >> 8 * graphics_[4]);
    std::uint32_t differs = (latch_ ^ spread(graphics_[2])) & spread(graphics_[7]);
    differs |= differs >> 16;
    differs |= differs >> 8;
    return static_cast<std::uint8_t>(~differs);
}

void VgaCore::window_write(std::uint32_t offset, std::uint8_t value) {
    const auto address = window_offset(offset);
    if (!address) return;
    const auto put = [&](std::uint64_t at, unsigned plane) {
        unsigned char* found = cell(at);
        if (found && (sequencer_[2] & 1u << plane)) *found = value;
    };
    if (sequencer_[4] & 8) return put(*address, *address & 3);
    if (graphics_[5] & 0x10) {
        const unsigned plane = (graphics_[4] & 2u) | (*address & 1);
        return put((std::uint64_t{*address} & ~1u) << 1 | plane, plane);
    }
    planes_write(*address, value);
}

void VgaCore::planes_write(std::uint32_t address, std::uint8_t value) {
    unsigned char* four = cell(std::uint64_t{address} * 4);
    if (!four) return;
    const unsigned turn = graphics_[3] & 7;
    const auto turned = static_cast<std::uint8_t>(value >> turn | value << (8 - turn));
    std::uint32_t bits = on_all_planes(graphics_[8]), data = 0;
    bool logic = true;
    switch (graphics_[5] & 3) {
        case 0: {
            const std::uint32_t set = spread(graphics_[1]);
            data = (on_all_planes(turned) & ~set) | (spread(graphics_[0]) & set);
            break;
        }
        case 1:
            data = latch_;
            bits = ~std::uint32_t{0};
            logic = false;
            break;
        case 2: data = spread(value & 0x0f); break;
        default:
            bits = on_all_planes(static_cast<std::uint8_t>(graphics_[8] & turned));
            data = spread(graphics_[0]);
    }
    if (logic) {
        switch (graphics_[3] >> 3) {
            case 1: data &= latch_; break;
            case 2: data |= latch_; break;
            case 3: data ^= latch_; break;
            default: break;
        }
        data = (data & bits) | (latch_ & ~bits);
    }
    const std::uint32_t which = spread(sequencer_[2]);
    const std::uint32_t result = (planes(address) & ~which) | (data & which);
    std::memcpy(four, &result, 4);
}

}  // namespace rhea
