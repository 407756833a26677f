#include "machine/devices/vga/vga_ports.h"

#include "machine/devices/trace_points.h"

namespace rhea {
namespace {

AddressSpace::Region bytes(const char* name, std::uint64_t base, std::uint64_t size, IoHandler& handler) {
    return {.name = name, .base = base, .size = size, .handler = &handler, .min_access = 1, .max_access = 1};
}
AddressSpace::Region vbe_port(std::uint64_t base, IoHandler& handler) {
    return {.name = "vbe", .base = base, .size = 1, .handler = &handler, .min_access = 1, .max_access = 4};
}
AddressSpace::Region window(IoHandler& handler) {
    AddressSpace::Region region = bytes("vga-lowmem", 0xa0000, 0x20000, handler);
    region.priority = GuestMemory::kLegacyPriority;
    return region;
}

std::uint64_t ones(unsigned size) { return size >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * size) - 1; }

// Of the window of registers.
constexpr std::uint64_t kPortsAt = 0x400, kPortsEnd = 0x420, kVbeAt = 0x500, kVbeEnd = 0x516, kExtendedAt = 0x600, kExtendedEnd = 0x608;
constexpr std::uint32_t kLittleEndian = 0x1e1e1e1e, kBigEndian = 0xbebebebe;

}  // namespace

VgaLegacy::VgaLegacy(VgaCore& vga, AddressSpace& ports, AddressSpace& memory)
    : mono_(vga, 0x3b4), registers_(vga, 0x3c0), colour_(vga, 0x3d4), mono_status_(vga, 0x3ba), colour_status_(vga, 0x3da), window_(vga),
      map_mono_(ports, bytes("vga", 0x3b4, 2, mono_)), map_registers_(ports, bytes("vga", 0x3c0, 16, registers_)),
      map_colour_(ports, bytes("vga", 0x3d4, 2, colour_)), map_mono_status_(ports, bytes("vga", 0x3ba, 1, mono_status_)),
      map_colour_status_(ports, bytes("vga", 0x3da, 1, colour_status_)), map_window_(memory, window(window_)) {}

// One byte each: an access belongs to the port where it begins.
VbePorts::VbePorts(VgaCore& vga, AddressSpace& ports)
    : index_(vga, false), data_(vga, true), map_index_(ports, vbe_port(0x1ce, index_)), map_odd_data_(ports, vbe_port(0x1cf, data_)),
      map_data_(ports, vbe_port(0x1d0, data_)) {}

std::uint64_t VbePorts::Port::io_read(std::uint64_t, unsigned size) {
    if (size != 2) return ones(size);
    if (!data) return vga.vbe_index();
    const std::uint16_t value = vga.vbe_read(vga.vbe_index());
    trace_device<"vga_vbe_read">("index {:#x}, val {:#x}", vga.vbe_index(), value);
    return value;
}

void VbePorts::Port::io_write(std::uint64_t, std::uint64_t value, unsigned size) {
    if (size != 2) return;
    if (data) trace_device<"vga_vbe_write">("index {:#x}, val {:#x}", vga.vbe_index(), value);
    if (data) vga.vbe_write(vga.vbe_index(), static_cast<std::uint16_t>(value));
    else vga.set_vbe_index(static_cast<std::uint16_t>(value));
}

std::uint64_t VgaRegisterWindow::io_read(std::uint64_t offset, unsigned size) {
    if (offset < Edid().size() && screen_) {
        const Edid edid = make_edid(*screen_);
        std::uint64_t value = 0;
        for (unsigned i = 0; i < size && offset + i < edid.size(); ++i) value |= std::uint64_t{edid[offset + i]} << 8 * i;
        return value;
    }
    if (offset >= kPortsAt && offset < kPortsEnd) {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{vga_.port_read(0x3c0 + static_cast<unsigned>(offset - kPortsAt) + i)} << 8 * i;
        return value;
    }
    if (offset >= kVbeAt && offset < kVbeEnd) return vga_.vbe_read(static_cast<unsigned>(offset - kVbeAt) / 2);
    if (extended_ && offset >= kExtendedAt && offset < kExtendedEnd)
        return offset < kExtendedAt + 4 ? kExtendedEnd - kExtendedAt : vga_.big_endian() ? kBigEndian : kLittleEndian;
    return ones(size);
}

void VgaRegisterWindow::io_write(std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (offset >= kPortsAt && offset < kPortsEnd) {
        for (unsigned i = 0; i < size; ++i)
            vga_.port_write(0x3c0 + static_cast<unsigned>(offset - kPortsAt) + i, static_cast<std::uint8_t>(value >> 8 * i));
    } else if (offset >= kVbeAt && offset < kVbeEnd) {
        vga_.vbe_write(static_cast<unsigned>(offset - kVbeAt) / 2, static_cast<std::uint16_t>(value));
    } else if (extended_ && offset == kExtendedAt + 4) {
        if (value == kBigEndian) vga_.set_big_endian(true);
        if (value == kLittleEndian) vga_.set_big_endian(false);
    }
}

}  // namespace rhea
