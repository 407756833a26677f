/// PCI functions that a guest finds with their identity, base address registers and properties, and that do nothing yet behind them:
/// network cards, USB and sound controllers.
#include "machine/devices/pci_presence.h"

#include <fmt/format.h>

#include "machine/devices/block_properties.h"
#include "machine/devices/present_function.h"
#include "machine/net/network.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

using namespace presence;

/// A network card: its cable's end is there, the rings behind it are not. What comes in is lost and counted.
class PresentCard final : public PresentFunction, private net::NicUser {
public:
    PresentCard(qom::Creation& creation, const Presence& presence, const std::vector<net::Client*>& netdev)
        : PresentFunction(creation.values, presence),
          nic_(creation.platform.network, *this, std::string(creation.values.type().name), creation.id, net::mac_of(creation), netdev) {}

    QObject read(const qom::Property& property) const override {
        return property.name == "mac" ? QObject(net::mac_text(nic_.mac())) : PresentFunction::read(property);
    }

private:
    net::Nic nic_;
};

template <const Presence& P>
Result<std::unique_ptr<qom::Object>> create_card(qom::Creation& creation) {
    const auto netdev = RHEA_TRY(net::netdev_of(creation, creation.values.type().name));
    return std::make_unique<PresentCard>(creation, P, netdev);
}

constexpr Presence kE1000Presence{{.vendor = 0x8086, .device = 0x100e, .class_code = 0x0200, .revision = 3, .interrupt_pin = 1},
                                  {{{0, kMemory, 0x20000}, {1, kIo, 0x40}, {6, kMemory, 0x40000}}}};
constexpr Presence kRtl8139Presence{{.vendor = 0x10ec, .device = 0x8139, .class_code = 0x0200, .revision = 0x20, .interrupt_pin = 1},
                                    {{{0, kIo, 0x100}, {1, kMemory, 0x100}, {6, kMemory, 0x40000}}}};
constexpr Presence kUhci3Presence{{.vendor = 0x8086, .device = 0x7020, .class_code = 0x0c03, .revision = 1, .interrupt_pin = 4},
                                  {{{4, kIo, 0x20}}}};
constexpr Presence kUhci4Presence{{.vendor = 0x8086, .device = 0x7112, .class_code = 0x0c03, .revision = 1, .interrupt_pin = 4},
                                  {{{4, kIo, 0x20}}}};
constexpr Presence kAc97Presence{{.vendor = 0x8086, .device = 0x2415, .class_code = 0x0401, .revision = 1, .interrupt_pin = 1},
                                 {{{0, kIo, 0x400}, {1, kIo, 0x100}}}};
constexpr Presence kHdaPresence{{.vendor = 0x8086, .device = 0x2668, .class_code = 0x0403, .revision = 1, .interrupt_pin = 1},
                                {{{0, kMemory, 0x4000}}}};
constexpr const qom::Type* kInterfaces[] = {&qom::kConventionalPci};
constexpr qom::Property kE1000Properties[] = {
    qom::property("mac", qom::kMacAddress),
    qom::property("netdev", qom::kNetdev),
    qom::property("autonegotiation", qom::kBit, true),
    qom::property("mitigation", qom::kBit, true),
    qom::property("extra_mac_registers", qom::kBit, true),
    qom::property("migrate_tso_props", qom::kBit, true),
    qom::property("init-vet", qom::kBit, true),
};
constexpr qom::Property kRtl8139Properties[] = {
    qom::property("mac", qom::kMacAddress),
    qom::property("netdev", qom::kNetdev),
};
constexpr qom::Property kUhciProperties[] = {
    qom::property("bandwidth", qom::kUint32, 1280),
    qom::property("maxframes", qom::kUint32, 128),
};
constexpr qom::Property kAc97Properties[] = {
    qom::property("audiodev", qom::kAudiodev),
};
constexpr qom::Property kHdaProperties[] = {
    qom::property("debug", qom::kUint32, 0),
    qom::property("msi", qom::kOnOffAuto, "auto"),
    qom::property("old_msi_addr", qom::kBool, false),
};
constexpr qom::Nodes kE1000Nodes[] = {{"bus master container", &qom::kMemoryRegion}, {"bus master", &qom::kMemoryRegion},
                                      {"e1000-mmio", &qom::kMemoryRegion}, {"e1000-io", &qom::kMemoryRegion},
                                      {"e1000.rom", &qom::kMemoryRegion}};
constexpr qom::Nodes kNodes[] = {{"bus master container", &qom::kMemoryRegion}, {"bus master", &qom::kMemoryRegion}};

}  // namespace

constinit const qom::Type kE1000Base{.name = "e1000-base", .parent = &PciDevice::kType, .abstract = true, .interfaces = kInterfaces};
constinit const qom::Type kE1000{.name = "e1000",
                                 .parent = &kE1000Base,
                                 .properties = kE1000Properties,
                                 .instance_properties = kBootIndex,
                                 .nodes = kE1000Nodes,
                                 .category = "Network",
                                 .summary = "Intel Gigabit Ethernet",
                                 .alias = "e1000-82540em",
                                 .create = create_card<kE1000Presence>};
constinit const qom::Type kRtl8139{.name = "rtl8139",
                                   .parent = &PciDevice::kType,
                                   .interfaces = kInterfaces,
                                   .properties = kRtl8139Properties,
                                   .instance_properties = kBootIndex,
                                   .nodes = kNodes,
                                   .category = "Network",
                                   .create = create_card<kRtl8139Presence>};
constinit const qom::Type kPciUhci{.name = "pci-uhci-usb", .parent = &PciDevice::kType, .abstract = true, .interfaces = kInterfaces};
constinit const qom::Type kPiix3Uhci{.name = "piix3-usb-uhci",
                                     .parent = &kPciUhci,
                                     .properties = kUhciProperties,
                                     .nodes = kNodes,
                                     .category = "USB",
                                     .hotpluggable = false,
                                     .create = make_present<kUhci3Presence>};
constinit const qom::Type kPiix4Uhci{.name = "piix4-usb-uhci",
                                     .parent = &kPciUhci,
                                     .properties = kUhciProperties,
                                     .nodes = kNodes,
                                     .category = "USB",
                                     .hotpluggable = false,
                                     .create = make_present<kUhci4Presence>};
constinit const qom::Type kAc97{.name = "AC97",
                                .parent = &PciDevice::kType,
                                .interfaces = kInterfaces,
                                .properties = kAc97Properties,
                                .nodes = kNodes,
                                .category = "Sound",
                                .summary = "Intel 82801AA AC97 Audio",
                                .alias = "ac97",
                                .create = make_present<kAc97Presence>};
constinit const qom::Type kHdaGeneric{.name = "intel-hda-generic",
                                      .parent = &PciDevice::kType,
                                      .abstract = true,
                                      .interfaces = kInterfaces,
                                      .properties = kHdaProperties};
constinit const qom::Type kIntelHda{.name = "intel-hda",
                                    .parent = &kHdaGeneric,
                                    .nodes = kNodes,
                                    .category = "Sound",
                                    .summary = "Intel HD Audio Controller (ich6)",
                                    .create = make_present<kHdaPresence>};

}  // namespace rhea
