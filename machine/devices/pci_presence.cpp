/// Displays that a guest finds with their identity, base address registers and properties, and that show nothing.
#include "machine/devices/pci_presence.h"

#include <fmt/format.h>

#include "machine/devices/block_properties.h"
#include "machine/devices/present_function.h"
#include "machine/devices/vga/std_vga.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

using namespace presence;

constexpr Presence kBochsPresence{{.vendor = 0x1234, .device = 0x1111, .class_code = 0x0380, .revision = 2},
                                  {{{0, kMemory, 0x1000000, true}, {2, kMemory, 0x1000}, {6, kMemory, 0x8000}}}, {}, 0, {}, "vgabios-bochs-display.bin", 0x80};
constexpr Presence kSecondaryPresence{{.vendor = 0x1234, .device = 0x1111, .class_code = 0x0380, .revision = 2},
                                      {{{0, kMemory, 0x1000000, true}, {2, kMemory, 0x1000}}}};

QObject is_big_endian(const PciDevice&) { return false; }

constexpr Presence kSvgaPresence{
    {.vendor = 0x15ad, .device = 0x0405, .class_code = 0x0300, .subsystem_vendor = 0x15ad, .subsystem = 0x0405},
    {{{0, kIo, 0x10}, {1, kMemory, 0x1000000, true}, {2, kMemory, 0x10000, true}, {6, kMemory, 0x10000}}}, {}, 0, {}, "vgabios-vmware.bin"};

constexpr const qom::Type* kInterfaces[] = {&qom::kConventionalPci};
constexpr qom::Property kVgaMemory[] = {qom::property("vgamem_mb", qom::kUint32, 16)};
constexpr qom::Property kExtended[] = {
    qom::property("qemu-extended-regs", qom::kBit, true),
    qom::property("edid", qom::kBit, true),
};
constexpr qom::Property kBigEndian[] = {qom::property("big-endian-framebuffer", qom::kBool).from<is_big_endian>()};
constexpr auto kSecondaryProperties = qom::join(kVgaMemory, kExtended, kDisplayModes);
constexpr qom::Property kBochsMemory[] = {
    qom::property("vgamem", qom::kSize, 16777216),
    qom::property("edid", qom::kBool, true),
};
constexpr auto kBochsProperties = qom::join(kBochsMemory, kDisplayModes);
constexpr const qom::Type* kBochsInterfaces[] = {&qom::kExpressPci, &qom::kConventionalPci};
constexpr qom::Nodes kSecondaryNodes[] = {
    kBusMasterContainer, kBusMaster, bar_node<0>("vga.vram"), bar_node<2>("vga.mmio"), kVgaRegisterNodes[0], kVgaRegisterNodes[1], kVgaRegisterNodes[2],
    kVgaRegisterNodes[3]};
constexpr qom::Property kSvgaProperties[] = {
    qom::property("vgamem_mb", qom::kUint32, 16),
    qom::property("global-vmstate", qom::kBool, false),
};
constexpr qom::Nodes kSvgaNodes[] = {kBusMasterContainer, kBusMaster, bar_node<0>("vmsvga-io"), bar_node<1>("vga.vram"), bar_node<6>("vmware_vga.rom")};
constexpr qom::Region kVbePlace[] = {{"bochs-display-mmio[0]", 0x500, 0x16}}, kExtendedPlace[] = {{"bochs-display-mmio[0]", 0x600, 8}},
                      kEdidPlace[] = {{"bochs-display-mmio[0]", 0, 0x100}};
constexpr qom::Nodes kBochsNodes[] = {kBusMasterContainer, kBusMaster, bar_node<0>("bochs-display-vram"),
                                      qom::regions("bochs dispi interface", kVbePlace), qom::regions("qemu extended regs", kExtendedPlace),
                                      bar_node<2>("bochs-display-mmio"), bar_node<6>("bochs-display.rom"), qom::regions("edid", kEdidPlace)};

}  // namespace

constinit const qom::Type kSecondaryVga{.name = "secondary-vga",
                                        .parent = &kPciVga,
                                        .properties = kSecondaryProperties,
                                        .instance_properties = kBigEndian,
                                        .nodes = kSecondaryNodes,
                                        .category = "Display",
                                        .create = make_present<kSecondaryPresence>};
constinit const qom::Type kBochsDisplay{.name = "bochs-display",
                                        .parent = &PciDevice::kType,
                                        .interfaces = kBochsInterfaces,
                                        .properties = kBochsProperties,
                                        .instance_properties = kBigEndian,
                                        .nodes = kBochsNodes,
                                        .category = "Display",
                                        .create = make_present<kBochsPresence>};

constinit const qom::Type kVmwareSvga{.name = "vmware-svga",
                                      .parent = &PciDevice::kType,
                                      .interfaces = kInterfaces,
                                      .properties = kSvgaProperties,
                                      .nodes = kSvgaNodes,
                                      .category = "Display",
                                      .hotpluggable = false,
                                      .create = make_present<kSvgaPresence>};

}  // namespace rhea
