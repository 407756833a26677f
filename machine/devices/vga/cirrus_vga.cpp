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
constexpr unsigned kHiddenDacReads = 4;  // of 0x3c6; the next one reaches the register behind it

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
    : PciDevice(creation.values, kIdentity), vga_(std::move(memory)), map_mono_(creation.platform.ports, region("cirrus-io", 0x3b4, 2, mono_)),
      map_registers_(creation.platform.ports, region("cirrus-io", 0x3c0, 16, registers_)),
      map_colour_(creation.platform.ports, region("cirrus-io", 0x3d4, 2, colour_)),
      map_mono_status_(creation.platform.ports, region("cirrus-io", 0x3ba, 1, mono_status_)),
      map_colour_status_(creation.platform.ports, region("cirrus-io", 0x3da, 1, colour_status_)),
      map_window_(creation.platform.memory, region("cirrus-low-memory", 0xa0000, 0x20000, window_, GuestMemory::kLegacyPriority)) {
    add_bar(kApertureBar, {.kind = PciBar::Kind::memory32, .size = kApertureSize, .handler = &aperture_, .max_access = 1, .prefetch = true});
    add_bar(kRegistersBar, {.kind = PciBar::Kind::memory32, .size = kRegistersSize, .handler = &nothing_});
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
        case 0x3c5: return sequencer_index_ < 0x06 ? vga_.port_read(port) : sequencer_[sequencer_index_];
        case 0x3ce: return graphics_index_;
        case 0x3cf: return graphics_index_ < 0x09 ? vga_.port_read(port) : graphics_[graphics_index_];
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
        case 0x3c4: sequencer_index_ = value & 0x1f; break;
        case 0x3c5:
            if (sequencer_index_ < 0x06) break;
            if (sequencer_index_ == 0x06) value = (value & 0x17) == kUnlock ? kUnlock : kLocked;
            else if (sequencer_index_ == 0x17) value = static_cast<std::uint8_t>((sequencer_[0x17] & 0x38) | (value & 0xc7));
            sequencer_[sequencer_index_] = value;
            return;
        case 0x3ce: graphics_index_ = value & 0x3f; break;
        case 0x3cf:
            if (graphics_index_ < 0x09) break;
            graphics_[graphics_index_] = value;
            return;
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

/// An address in the window at 0xa0000, moved by the bank registers.
std::uint64_t CirrusVga::banked(std::uint64_t offset) const {
    const bool two_banks = graphics_[0x0b] & 0x01;
    const unsigned bank = two_banks && (offset & 0x8000) ? graphics_[0x0a] : graphics_[0x09];
    const unsigned shift = graphics_[0x0b] & 0x20 ? 14 : 12;
    return (offset & (two_banks ? 0x7fff : 0xffff)) + (std::uint64_t{bank} << shift);
}

std::uint64_t CirrusVga::Window::io_read(std::uint64_t offset, unsigned) {
    if (!vga.extended() || offset >= 0x10000) return vga.vga_.window_read(static_cast<std::uint32_t>(offset));
    return vga.aperture_.io_read(vga.banked(offset), 1);
}
void CirrusVga::Window::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    if (!vga.extended() || offset >= 0x10000) return vga.vga_.window_write(static_cast<std::uint32_t>(offset), static_cast<std::uint8_t>(value));
    vga.aperture_.io_write(vga.banked(offset), value, 1);
}

std::uint64_t CirrusVga::Aperture::io_read(std::uint64_t offset, unsigned) {
    return offset < vga.vga_.memory_size() ? vga.vga_.memory()[offset] : 0xff;
}
void CirrusVga::Aperture::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    if (offset < vga.vga_.memory_size()) vga.vga_.memory()[offset] = static_cast<unsigned char>(value);
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
    if (!extended()) return vga_.picture();
    VgaCore::LinearMode mode;
    mode.bits = pixel_bits();
    mode.start_high = (crtc_[0x1b] & 0x01u) << 16 | (crtc_[0x1b] & 0x0cu) << 15 | (crtc_[0x1d] & 0x80u) << 12;
    mode.line_high = (crtc_[0x1b] & 0x10u) << 4;
    return vga_.linear_picture(mode);
}

}  // namespace rhea
