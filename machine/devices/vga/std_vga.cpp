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
constexpr qom::Nodes kNodes[] = {{"bus master container", &qom::kMemoryRegion}, {"bus master", &qom::kMemoryRegion}};
constexpr qom::Property kProperties[] = {
    qom::property("vgamem_mb", qom::kUint32, 16),
    qom::property("mmio", qom::kBit, true),
    qom::property("qemu-extended-regs", qom::kBit, true),
    qom::property("edid", qom::kBit, true),
    qom::property("xres", qom::kUint32, 0),
    qom::property("yres", qom::kUint32, 0),
    qom::property("xmax", qom::kUint32, 0),
    qom::property("ymax", qom::kUint32, 0),
    qom::property("refresh_rate", qom::kUint32, 0),
    qom::property("global-vmstate", qom::kBool, false),
    qom::property("big-endian-framebuffer", qom::kBool).from<is_big_endian>(),
};

}  // namespace

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
}

void StdVga::reset() {
    PciDevice::reset();
    vga_.reset();
}

}  // namespace rhea
