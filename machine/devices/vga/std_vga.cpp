#include "machine/devices/vga/std_vga.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {
namespace {

constexpr PciIdentity kIdentity{.vendor = 0x1234, .device = 0x1111, .class_code = 0x0300, .revision = 2};
constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kLeastMiB = 1, kMostMiB = 512;
constexpr std::uint64_t kRomSize = 0x10000;
constexpr unsigned kFrameBufferBar = 0, kRegistersBar = 2;

QObject is_big_endian(const StdVga& vga) { return vga.big_endian(); }

/// What the properties say of the monitor; nothing: there is none to ask.
std::optional<EdidScreen> screen_of(const qom::Values& values) {
    if (!values.boolean("edid")) return std::nullopt;
    EdidScreen screen;
    const auto say = [&values](const char* name, std::uint32_t& where) {
        if (const auto said = values.integer(name)) where = static_cast<std::uint32_t>(said);
    };
    say("xres", screen.width);
    say("yres", screen.height);
    say("xmax", screen.max_width);
    say("ymax", screen.max_height);
    say("refresh_rate", screen.refresh_millihertz);
    return screen;
}

constexpr const qom::Type* kInterfaces[] = {&qom::kAcpiAml, &qom::kConventionalPci};
constexpr qom::Region kWindowPlace[] = {{qom::kPciSpace, 0xa0000, 0x20000, 1}}, kVbePlace[] = {{qom::kPortSpace, 0x1ce, 4}},
                      kPortPlaces[] = {{qom::kPortSpace, 0x3b4, 2},
                                       {qom::kPortSpace, 0x3ba, 1},
                                       {qom::kPortSpace, 0x3c0, 16},
                                       {qom::kPortSpace, 0x3d4, 2},
                                       {qom::kPortSpace, 0x3da, 1}};
constexpr qom::Nodes kNodes[] = {kBusMasterContainer,  kBusMaster,           bar_node<0>("vga.vram"),
                                 qom::regions("vga-lowmem", kWindowPlace),   qom::regions("vga", kPortPlaces),
                                 qom::regions("vbe", kVbePlace),             bar_node<2>("vga.mmio"),
                                 kVgaRegisterNodes[0], kVgaRegisterNodes[1], kVgaRegisterNodes[2],
                                 kVgaRegisterNodes[3], bar_node<6>("vga.rom")};
constexpr qom::Property kOwnProperties[] = {
    qom::property("vgamem_mb", qom::kUint32, 16),
    qom::property("mmio", qom::kBit, true),
    qom::property("qemu-extended-regs", qom::kBit, true),
    qom::property("edid", qom::kBit, true),
};
constexpr qom::Property kRestProperties[] = {
    qom::property("global-vmstate", qom::kBool, false),
    qom::property("big-endian-framebuffer", qom::kBool).from<is_big_endian>(),
};

constexpr auto kProperties = qom::join(kOwnProperties, kDisplayModes, kRestProperties);

QObject preferred(const PciDevice& device, std::string_view name, std::int64_t otherwise) {
    const auto said = device.values().integer(name);
    return said != 0 || !device.values().boolean("edid") ? said : otherwise;
}

}  // namespace

QObject preferred_width(const PciDevice& display) { return preferred(display, "xres", 1280); }
QObject preferred_height(const PciDevice& display) { return preferred(display, "yres", 800); }

constinit const qom::Type kPciVga{.name = "pci-vga", .parent = &PciDevice::kType, .abstract = true, .interfaces = kInterfaces};
constinit const qom::Type StdVga::kType{.name = "VGA",
                                        .parent = &kPciVga,
                                        .properties = kProperties,
                                        .nodes = kNodes,
                                        .category = "Display",
                                        .hotpluggable = false,
                                        .create = StdVga::create};

Result<std::unique_ptr<qom::Object>> StdVga::create(qom::Creation& creation) {
    const std::uint64_t asked = static_cast<std::uint64_t>(creation.values.integer("vgamem_mb"));
    const std::uint64_t bytes = std::bit_ceil(std::clamp(asked, kLeastMiB, kMostMiB)) * kMiB;
    auto memory = RHEA_TRY(VgaCore::allocate(bytes));
    return std::make_unique<StdVga>(creation, std::move(memory));
}

StdVga::StdVga(qom::Creation& creation, std::unique_ptr<GuestMemory> memory)
    : PciDevice(creation.values, kIdentity), vga_(std::move(memory)), legacy_(vga_, creation.platform.ports, creation.platform.memory),
      vbe_(vga_, creation.platform.ports), registers_(vga_, values().boolean("qemu-extended-regs"), screen_of(values())) {
    add_bar(kFrameBufferBar, {.kind = PciBar::Kind::memory32, .size = vga_.memory_size(), .memory = vga_.memory(), .prefetch = true});
    if (values().boolean("mmio"))
        add_bar(kRegistersBar, {.kind = PciBar::Kind::memory32, .size = VgaRegisterWindow::kSize, .handler = &registers_});
    add_bar(kRomBar, {.kind = PciBar::Kind::memory32, .size = kRomSize, .handler = &rom_});
    set_rom_file("vgabios-stdvga.bin");
}

void StdVga::reset() {
    PciDevice::reset();
    vga_.reset();
}

}  // namespace rhea
