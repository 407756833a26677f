#include "machine/devices/vga/cirrus_vga.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {
namespace {

constexpr PciIdentity kIdentity{.vendor = 0x1013, .device = 0x00b8, .class_code = 0x0300};
constexpr unsigned kApertureBar = 0, kRegistersBar = 1;
constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint8_t kUnlock = 0x12, kLocked = 0x0f, kChip = 0xb8;
constexpr unsigned kColours = 2;         // graphics registers that are bytes of colours as well
constexpr unsigned kGraphicsRegisters = 0x3a, kBlitterStatus = 0x31;
constexpr std::uint64_t kBlitterData = 16 * kMiB, kBlitterDataSize = 4 * kMiB, kBlitterRegisters = 0x100;
constexpr std::uint8_t kCursorOn = 0x01, kCursorLarge = 0x04;
constexpr unsigned kCursorShapes = 16 << 10, kCursorShape = 256;      // bytes at the memory's end, and of each shape
constexpr unsigned kHiddenDacReads = 4;  // of 0x3c6; the next one reaches the register behind it

bool is_cursor_place(unsigned index) { return (index & 0x1f) == 0x10 || (index & 0x1f) == 0x11; }

/// Whether the blitter has this part of the aperture for what the CPU is to write.
bool takes_data(std::uint64_t offset) { return offset >= kBlitterData && offset < kBlitterData + kBlitterDataSize; }

AddressSpace::Region region(const char* name, std::uint64_t base, std::uint64_t size, IoHandler& handler, int priority = 0) {
    return {.name = name, .base = base, .size = size, .handler = &handler, .min_access = 1, .max_access = 1, .priority = priority};
}

constexpr const qom::Type* kInterfaces[] = {&qom::kConventionalPci};
constexpr std::string_view kLow = "cirrus-lowmem-container[0]", kAperture = "cirrus-pci-bar0[0]";
constexpr qom::Region kPortPlace[] = {{qom::kPortSpace, 0x3b0, 0x30}}, kLowPlace[] = {{qom::kPciSpace, 0xa0000, 0x20000, 1}},
                      kLowMemoryPlace[] = {{kLow, 0, 0x20000}}, kBank0Place[] = {{kLow, 0, 0x8000, 1}}, kBank1Place[] = {{kLow, 0x8000, 0x8000, 1}},
                      kBlitterPlace[] = {{kAperture, 0x1000000, 0x400000}};
qom::Region linear_place(const PciDevice& vga) {
    return {kAperture, 0, static_cast<std::uint64_t>(vga.values().integer("vgamem_mb")) * kMiB};
}
qom::Region memory_place(const PciDevice& vga) { return {{}, 0, static_cast<std::uint64_t>(vga.values().integer("vgamem_mb")) * kMiB}; }
constexpr qom::Nodes kNodes[] = {kBusMasterContainer, kBusMaster, qom::region<memory_place>("vga.vram"), qom::regions("cirrus-io", kPortPlace),
                                 qom::regions("cirrus-lowmem-container", kLowPlace), qom::regions("cirrus-low-memory", kLowMemoryPlace),
                                 qom::regions("vga.bank0", kBank0Place), qom::regions("vga.bank1", kBank1Place),
                                 qom::region<linear_place>("cirrus-linear-io"), bar_node<kApertureBar>("cirrus-pci-bar0"),
                                 qom::regions("cirrus-bitblt-mmio", kBlitterPlace), bar_node<kRegistersBar>("cirrus-mmio"),
                                 bar_node<6>("cirrus_vga.rom")};
constexpr qom::Property kProperties[] = {
    qom::property("vgamem_mb", qom::kUint32, 4),
    qom::property("blitter", qom::kBool, true),
    qom::property("global-vmstate", qom::kBool, false),
};

}  // namespace

constinit const qom::Type CirrusVga::kType{.name = "cirrus-vga",
                                           .parent = &PciDevice::kType,
                                           .interfaces = kInterfaces,
                                           .properties = kProperties,
                                           .nodes = kNodes,
                                           .category = "Display",
                                           .summary = "Cirrus CLGD 54xx VGA",
                                           .hotpluggable = false,
                                           .create = CirrusVga::create};

Result<std::unique_ptr<qom::Object>> CirrusVga::create(qom::Creation& creation) {
    const auto asked = static_cast<std::uint64_t>(creation.values.integer("vgamem_mb"));
    constexpr std::uint64_t kMost = kApertureSize / 2 / kMiB;
    auto memory = RHEA_TRY(VgaCore::allocate(std::bit_ceil(std::clamp<std::uint64_t>(asked, 1, kMost)) * kMiB));
    return std::make_unique<CirrusVga>(creation, std::move(memory));
}

CirrusVga::CirrusVga(qom::Creation& creation, std::unique_ptr<GuestMemory> memory)
    : PciDevice(creation.values, kIdentity), vga_(std::move(memory)), blitter_({vga_.memory(), vga_.memory_size()}),
      blitter_enabled_(values().boolean("blitter")), map_mono_(creation.platform.ports, region("cirrus-io", 0x3b4, 2, mono_)),
      map_registers_(creation.platform.ports, region("cirrus-io", 0x3c0, 16, registers_)),
      map_colour_(creation.platform.ports, region("cirrus-io", 0x3d4, 2, colour_)),
      map_mono_status_(creation.platform.ports, region("cirrus-io", 0x3ba, 1, mono_status_)),
      map_colour_status_(creation.platform.ports, region("cirrus-io", 0x3da, 1, colour_status_)),
      map_window_(creation.platform.memory, region("cirrus-low-memory", 0xa0000, 0x20000, window_, GuestMemory::kLegacyPriority)) {
    add_bar(kApertureBar, {.kind = PciBar::Kind::memory32, .size = kApertureSize, .handler = &aperture_, .max_access = 1, .prefetch = true});
    add_bar(kRegistersBar, {.kind = PciBar::Kind::memory32, .size = kRegistersSize, .handler = &memory_registers_, .max_access = 1});
    add_bar(kRomBar, {.kind = PciBar::Kind::memory32, .size = kRomSize, .handler = &nothing_});
    set_rom_file("vgabios-cirrus.bin");
    reset();
}

void CirrusVga::reset() {
    PciDevice::reset();
    vga_.reset();
    sequencer_.fill(0);
    graphics_.fill(0);
    crtc_.fill(0);
    sequencer_index_ = graphics_index_ = crtc_index_ = hidden_dac_ = 0;
    hidden_dac_reads_ = kHiddenDacReads + 1;  // only a write begins the count
    sequencer_[0x06] = kLocked;
    sequencer_[0x0f] = 0x98;  // how much memory there is, and of what kind
    sequencer_[0x15] = 0x04;
    sequencer_[0x17] = 0x20;  // the PCI bus
    sequencer_[0x1f] = 0x2d;  // memory clock
    graphics_[0x18] = 0x0f;
}

std::uint8_t CirrusVga::port_read(unsigned port) {
    if (port == 0x3c6) {
        if (++hidden_dac_reads_ != kHiddenDacReads + 1) return 0xff;
        hidden_dac_reads_ = 0;
        return hidden_dac_;
    }
    switch (port) {
        case 0x3c4: return sequencer_index_;
        case 0x3c5:
            if (sequencer_index_ < 0x06) break;
            if (is_cursor_place(sequencer_index_)) return sequencer_[sequencer_index_ & 0x1f];
            return sequencer_index_ < sequencer_.size() ? sequencer_[sequencer_index_] : 0xff;
        case 0x3ce: return graphics_index_;
        case 0x3cf: return graphics_read(graphics_index_);
        case 0x3c9:
            if (cursor_palette()) {
                const std::uint8_t value = cursor_colours_[(cursor_entry_ & 0x0fu) * 3 + cursor_part_];
                if (++cursor_part_ == 3) cursor_part_ = 0, ++cursor_entry_;
                return value;
            }
            break;
        case 0x3b5:
        case 0x3d5:
            if (crtc_index_ < 0x19) break;
            if (crtc_index_ == 0x27) return kChip;
            if (crtc_index_ == 0x24) return 0;
            return crtc_index_ <= 0x1d || crtc_index_ == 0x22 || crtc_index_ == 0x25 || crtc_index_ == 0x26 ? crtc_[crtc_index_] : 0xff;
        default: break;
    }
    return vga_.port_read(port);
}

void CirrusVga::port_write(unsigned port, std::uint8_t value) {
    if (port == 0x3c6) {
        if (hidden_dac_reads_ == kHiddenDacReads) hidden_dac_ = value;
        hidden_dac_reads_ = 0;
        return;
    }
    switch (port) {
        case 0x3c4: sequencer_index_ = value; break;
        case 0x3c5:
            if (sequencer_index_ < 0x06) break;
            if (is_cursor_place(sequencer_index_)) {
                // The index brings the lowest three bits.
                const unsigned place = unsigned{value} << 3 | sequencer_index_ >> 5;
                ((sequencer_index_ & 0x1f) == 0x10 ? cursor_x_ : cursor_y_) = place;
                sequencer_[sequencer_index_ & 0x1f] = value;
                return;
            }
            if (sequencer_index_ >= sequencer_.size()) return;
            if (sequencer_index_ == 0x06) value = (value & 0x17) == kUnlock ? kUnlock : kLocked;
            else if (sequencer_index_ == 0x17) value = static_cast<std::uint8_t>((sequencer_[0x17] & 0x38) | (value & 0xc7));
            sequencer_[sequencer_index_] = value;
            return;
        case 0x3c7:
        case 0x3c8: cursor_entry_ = value, cursor_part_ = 0; break;
        case 0x3c9:
            if (!cursor_palette()) break;
            cursor_colours_[(cursor_entry_ & 0x0fu) * 3 + cursor_part_] = value;
            if (++cursor_part_ == 3) cursor_part_ = 0, ++cursor_entry_;
            return;
        case 0x3ce: graphics_index_ = value; break;
        case 0x3cf: return graphics_write(graphics_index_, value);
        case 0x3b4:
        case 0x3d4: crtc_index_ = value; break;
        case 0x3b5:
        case 0x3d5:
            if (crtc_index_ < 0x19) break;
            if (crtc_index_ <= 0x1d) crtc_[crtc_index_] = value;
            return;
        default: break;
    }
    // The VGA behind follows: it has the registers of lower numbers.
    vga_.port_write(port, value);
}

std::uint8_t CirrusVga::graphics_read(unsigned index) {
    if (index < kColours) return graphics_[index];
    if (index < 0x09) return vga_.port_read(0x3cf);
    return index < kGraphicsRegisters ? graphics_[index] : 0xff;
}

void CirrusVga::graphics_write(unsigned index, std::uint8_t value) {
    if (index < 0x09) {
        if (index < kColours) graphics_[index] = value;      // the low bytes of colours, too
        vga_.port_write(0x3ce, static_cast<std::uint8_t>(index));
        vga_.port_write(0x3cf, value);
        return;
    }
    switch (index) {
        case 0x21: case 0x23: case 0x25: case 0x27: value &= 0x1f; break;
        case 0x2a: case 0x2e: value &= 0x3f; break;
        default: break;
    }
    if (index >= kGraphicsRegisters) return;
    if (index != kBlitterStatus) {
        graphics_[index] = value;
        if (index == 0x2a && (graphics_[kBlitterStatus] & CirrusBlitter::kAutoStart)) start_blitter();
        return;
    }
    const std::uint8_t before = std::exchange(graphics_[index], value);
    if ((before & CirrusBlitter::kReset) && !(value & CirrusBlitter::kReset)) reset_blitter();
    else if (!(before & CirrusBlitter::kStart) && (value & CirrusBlitter::kStart)) start_blitter();
}

void CirrusVga::start_blitter() {
    if (!blitter_enabled_) return reset_blitter();
    graphics_[kBlitterStatus] |= CirrusBlitter::kBusy;
    if (!blitter_.start(graphics_, extended() ? pixel_bits() : 0)) reset_blitter();
}

void CirrusVga::reset_blitter() {
    constexpr std::uint8_t kUnderWay = CirrusBlitter::kStart | CirrusBlitter::kBusy | 0x10;
    graphics_[kBlitterStatus] &= static_cast<std::uint8_t>(~kUnderWay);
    blitter_.stop();
}

bool CirrusVga::feed_blitter(std::uint8_t value) {
    if (!blitter_.waiting()) return false;
    if (!blitter_.take(value)) reset_blitter();
    return true;
}

namespace {

/// The graphics register that a byte of the blitter's memory is; 0xff: none.
unsigned blitter_register(std::uint64_t offset) {
    static constexpr std::uint8_t kRegisters[] = {
        0x00, 0x10, 0x12, 0x14, 0x01, 0x11, 0x13, 0x15, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27,
        0x28, 0x29, 0x2a, 0xff, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0xff, 0x32, 0x33, 0x34, 0x35, 0xff, 0xff,
        0x38, 0x39};
    if (offset == 0x40) return 0x31;
    return offset < std::size(kRegisters) ? kRegisters[offset] : 0xff;
}

}  // namespace

std::uint8_t CirrusVga::blitter_read(std::uint64_t offset) {
    const unsigned index = blitter_register(offset);
    return index == 0xff ? 0xff : graphics_read(index);
}

void CirrusVga::blitter_write(std::uint64_t offset, std::uint8_t value) {
    if (const unsigned index = blitter_register(offset); index != 0xff) graphics_write(index, value);
}

std::uint64_t CirrusVga::Memory::io_read(std::uint64_t offset, unsigned) {
    return offset < kBlitterRegisters ? vga.port_read(0x3c0 + static_cast<unsigned>(offset)) : vga.blitter_read(offset - kBlitterRegisters);
}
void CirrusVga::Memory::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    const auto byte = static_cast<std::uint8_t>(value);
    if (offset < kBlitterRegisters) vga.port_write(0x3c0 + static_cast<unsigned>(offset), byte);
    else vga.blitter_write(offset - kBlitterRegisters, byte);
}

/// An address in the window at 0xa0000, moved by the bank registers.
std::uint64_t CirrusVga::banked(std::uint64_t offset) const {
    const bool two_banks = graphics_[0x0b] & 0x01;
    const unsigned bank = two_banks && (offset & 0x8000) ? graphics_[0x0a] : graphics_[0x09];
    const unsigned shift = graphics_[0x0b] & 0x20 ? 14 : 12;
    return (offset & (two_banks ? 0x7fff : 0xffff)) + (std::uint64_t{bank} << shift);
}

std::uint64_t CirrusVga::Window::io_read(std::uint64_t offset, unsigned) {
    if (!vga.extended()) return vga.vga_.window_read(static_cast<std::uint32_t>(offset));
    if (offset >= 0x10000) return vga.window_has_registers(offset) ? vga.blitter_read(offset & 0xff) : 0xff;
    return vga.aperture_.io_read(vga.banked(offset), 1);
}
void CirrusVga::Window::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    const auto byte = static_cast<std::uint8_t>(value);
    if (!vga.extended()) return vga.vga_.window_write(static_cast<std::uint32_t>(offset), byte);
    if (offset >= 0x10000) {
        if (vga.window_has_registers(offset)) vga.blitter_write(offset & 0xff, byte);
        return;
    }
    vga.aperture_.io_write(vga.banked(offset), value, 1);
}

std::uint64_t CirrusVga::Aperture::io_read(std::uint64_t offset, unsigned) {
    if (offset < vga.vga_.memory_size()) return vga.vga_.memory()[offset];
    return takes_data(offset) ? 0xff : 0;
}
void CirrusVga::Aperture::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    const auto byte = static_cast<unsigned char>(value);
    if (takes_data(offset)) vga.feed_blitter(byte);
    else if (offset < vga.vga_.memory_size() && !vga.feed_blitter(byte)) vga.vga_.memory()[offset] = byte;
}

unsigned CirrusVga::pixel_bits() const {
    switch (sequencer_[0x07] >> 1 & 7) {
        case 1:
        case 3: return (hidden_dac_ & 0x0f) == 1 ? 16 : 15;
        case 2: return 24;
        case 4: return 32;
        default: return 8;
    }
}

Picture CirrusVga::picture() {
    if (!extended()) {
        Picture picture = vga_.picture();
        draw_cursor(picture);
        return picture;
    }
    VgaCore::LinearMode mode;
    mode.bits = pixel_bits();
    mode.start_high = (crtc_[0x1b] & 0x01u) << 16 | (crtc_[0x1b] & 0x0cu) << 15 | (crtc_[0x1d] & 0x80u) << 12;
    mode.line_high = (crtc_[0x1b] & 0x10u) << 4;
    Picture picture = vga_.linear_picture(mode);
    draw_cursor(picture);
    return picture;
}

/// Two planes of bits: 0 shows what is below, 1 the opposite of it, 2 and 3 the first and the last colour of the cursor's palette.
void CirrusVga::draw_cursor(Picture& picture) const {
    const std::uint8_t attributes = sequencer_[0x12];
    if (!(attributes & kCursorOn)) return;
    const bool large = attributes & kCursorLarge;
    const unsigned size = large ? 64 : 32, line_bytes = size / 8;
    const unsigned shape = large ? sequencer_[0x13] & 0x3cu : sequencer_[0x13] & 0x3fu;
    const unsigned char* shapes = vga_.memory() + vga_.memory_size() - kCursorShapes + shape * kCursorShape;
    const unsigned between_lines = large ? 2 * line_bytes : line_bytes, between_planes = large ? line_bytes : size * line_bytes;
    for (unsigned y = 0; y < size && cursor_y_ + y < picture.height; ++y)
        for (unsigned x = 0; x < size && cursor_x_ + x < picture.width; ++x) {
            const unsigned char* line = shapes + y * between_lines + x / 8;
            const auto plane = [&](unsigned number) { return line[number * between_planes] >> (7 - x % 8) & 1; };
            std::uint8_t* pixel = picture.at(cursor_x_ + x, cursor_y_ + y);
            const int kind = plane(0) | plane(1) << 1;
            for (unsigned part = 0; part < 3; ++part) {
                if (kind == 1) pixel[part] ^= 0xff;
                if (kind < 2) continue;
                const std::uint8_t six = cursor_colours_[(kind == 2 ? 0 : 45) + part] & 0x3f;
                pixel[part] = static_cast<std::uint8_t>(six << 2 | (six & 1) * 3);
            }
        }
}

}  // namespace rhea
