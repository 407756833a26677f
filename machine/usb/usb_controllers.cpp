/// The USB controllers that a PCI bus takes. A guest finds them; they move no data.
#include <fmt/format.h>

#include "machine/devices/present_function.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/tree.h"
#include "machine/usb/usb_bus.h"
#include "machine/usb/usb_types.h"

namespace rhea {

namespace {

using namespace presence;

/// Release number of the serial bus, in configuration space.
constexpr std::uint8_t kRelease = 0x60, kUsb1 = 0x10, kUsb2 = 0x20, kUsb3 = 0x30;

class UsbController final : public PresentFunction {
public:
    UsbController(qom::Values values, const Presence& presence, const Bus* bus = nullptr) : PresentFunction(std::move(values), presence, bus) {}
    /// Without one it serves ports of another controller's.
    UsbBus& add_bus(Platform& platform, std::string name, bool companions) {
        bus_ = std::make_unique<UsbBus>(std::move(name), platform.tree, platform.removal, companions);
        add_part(bus_->bus_name(), *bus_);
        return *bus_;
    }

private:
    std::unique_ptr<UsbBus> bus_;
};

/// What an xHCI is inside its function, with the registers of each of its ports as a region.
class XhciCore final : public Device {
public:
    XhciCore(unsigned usb2, unsigned usb3) : Device(qom::Values(kBaseXhci)), usb2_(usb2), usb3_(usb3) { set_realized(); }

    void list_extras(const std::function<void(Extra)>& visit) const override;
    qom::Region port(unsigned number) const {
        constexpr std::uint64_t kFirst = 0x440, kEach = 0x10;
        return {"xhci[0]", kFirst + number * kEach, kEach};
    }

private:
    unsigned usb2_, usb3_;
};

qom::Region xhci_place(const XhciCore& core) {
    return core.parent() ? static_cast<const PciDevice*>(core.parent())->bar_region(0) : qom::Region{};
}
constexpr qom::Region kXhciPlaces[] = {{"xhci[0]", 0, 0x40}, {"xhci[0]", 0x40, 0x400}, {"xhci[0]", 0x1000, 0x220}, {"xhci[0]", 0x2000, 0x820}};
constexpr qom::Nodes xhci_part(std::string_view name, unsigned which) { return qom::regions(name, std::span(kXhciPlaces).subspan(which, 1)); }
constexpr qom::Nodes kXhciCoreNodes[] = {qom::region<xhci_place>("xhci"), xhci_part("capabilities", 0), xhci_part("operational", 1),
                                         xhci_part("runtime", 2), xhci_part("doorbell", 3)};
constexpr qom::Nodes kXhciPort{.name = "port", .type = &qom::kMemoryRegion, .region = [](const qom::Object& core, unsigned number) {
                                   return static_cast<const XhciCore&>(core).port(number);
                               }};

void XhciCore::list_extras(const std::function<void(Extra)>& visit) const {
    for (const qom::Nodes& nodes : kXhciCoreNodes) visit({.name = qom::numbered(nodes.name, 0), .nodes = &nodes});
    // Those of the new speed come first.
    for (unsigned i = 0; i < usb3_; ++i) visit({.name = fmt::format("usb3 port #{}[0]", i + 1), .nodes = &kXhciPort, .number = i});
    for (unsigned i = 0; i < usb2_; ++i) visit({.name = fmt::format("usb2 port #{}[0]", i + 1), .nodes = &kXhciPort, .number = usb3_ + i});
}

struct Ports {
    unsigned count, speeds;
};

Result<void> serve_master(Platform& platform, const std::string& master, unsigned first, Ports ports) {
    for (UsbBus* bus : usb_buses(platform.tree)) {
        if (bus->bus_name() != master) continue;
        if (!bus->takes_companions())
            return fail(fmt::format("Can't use USB bus '{}' as masterbus, it doesn't support companion controllers", master));
        return bus->add_companion(first, ports.count, ports.speeds);
    }
    return fail(fmt::format("USB bus '{}' not found", master));
}

Result<std::unique_ptr<qom::Object>> make(qom::Creation& creation, const Presence& presence, Ports ports, bool companions = false) {
    const qom::Values& values = creation.values;
    auto controller = std::make_unique<UsbController>(values, presence);
    const auto master = values.type().find("masterbus") ? values.text("masterbus") : std::nullopt;
    if (master) {
        RHEA_CHECK(serve_master(creation.platform, *master, static_cast<unsigned>(values.integer("firstport")), ports));
        return controller;
    }
    UsbBus& bus = controller->add_bus(creation.platform, creation.platform.tree.name_bus(creation.id, "usb-bus"), companions);
    for (unsigned i = 1; i <= ports.count; ++i) bus.add_port(std::to_string(i), ports.speeds);
    return controller;
}

template <const Presence& P>
Result<std::unique_ptr<qom::Object>> create_uhci(qom::Creation& creation) {
    return make(creation, P, {2, kUsbLow | kUsbFull});
}

template <const Presence& P>
Result<std::unique_ptr<qom::Object>> create_ehci(qom::Creation& creation) {
    return make(creation, P, {6, kUsbHigh}, true);
}

Result<std::unique_ptr<qom::Object>> create_ohci(qom::Creation& creation);

/// One socket has a wire for the old speeds and one for the new, as far as there are enough of each.
template <const Presence& P>
Result<std::unique_ptr<qom::Object>> create_xhci(qom::Creation& creation) {
    constexpr std::int64_t kMost = 15;
    const auto old = std::min(creation.values.integer("p2"), kMost), super = std::min(creation.values.integer("p3"), kMost);
    auto controller = std::make_unique<UsbController>(creation.values, P, creation.bus);
    controller->add_child("xhci-core", std::make_unique<XhciCore>(static_cast<unsigned>(old), static_cast<unsigned>(super)));
    UsbBus& bus = controller->add_bus(creation.platform, creation.platform.tree.name_bus(creation.id, "usb-bus"), false);
    for (std::int64_t i = 0; i < std::max(old, super); ++i)
        bus.add_port(std::to_string(i + 1), (i < old ? kUsbLow | kUsbFull | kUsbHigh : 0) | (i < super ? kUsbSuper : 0));
    return controller;
}

constexpr Presence uhci(std::uint16_t device, std::uint8_t revision, std::uint8_t pin) {
    return {{.vendor = 0x8086, .device = device, .class_code = 0x0c03, .revision = revision, .interrupt_pin = pin},
            {{{4, kIo, 0x20}}}, {}, 0, {{{kRelease, kUsb1}, {0x6a, 1}}}};
}
constexpr Presence ehci(std::uint16_t device, std::uint8_t revision) {
    return {{.vendor = 0x8086, .device = device, .class_code = 0x0c03, .prog_if = 0x20, .revision = revision, .interrupt_pin = 4},
            {{{0, kMemory, 0x1000}}}, {}, 0, {{{kRelease, kUsb2}, {0x61, 0x20}, {0x68, 1}, {0x6f, 0xc0}}}};
}
constexpr Presence kPiix3Presence = uhci(0x7020, 1, 4), kPiix4Presence = uhci(0x7112, 1, 4), kUhci1Presence = uhci(0x2934, 3, 1),
                   kUhci2Presence = uhci(0x2935, 3, 2), kUhci3Presence = uhci(0x2936, 3, 3), kUhci4Presence = uhci(0x2937, 3, 1),
                   kUhci5Presence = uhci(0x2938, 3, 2), kUhci6Presence = uhci(0x2939, 3, 3);
constexpr Presence kEhciPresence = ehci(0x24cd, 16), kEhci1Presence = ehci(0x293a, 3), kEhci2Presence = ehci(0x293c, 3);
constexpr Presence::Capability kXhciVectors{0x11, 0x90, 12, {0x0f, 0, 0, 0x30, 0, 0, 0, 0x38}};
constexpr std::uint8_t kXhciExpress = 0xa0;
constexpr Presence kQemuXhciPresence{
    {.vendor = 0x1b36, .device = 0x000d, .class_code = 0x0c03, .prog_if = 0x30, .revision = 1, .interrupt_pin = 1},
    {{{0, kMemory64, 0x4000}}}, {{kXhciVectors}}, 0, {{{kRelease, kUsb3}}}, {}, kXhciExpress};
constexpr Presence kNecXhciPresence{
    {.vendor = 0x1033, .device = 0x0194, .class_code = 0x0c03, .prog_if = 0x30, .revision = 3, .interrupt_pin = 1},
    {{{0, kMemory64, 0x4000}}},
    {{{0x05, 0x70, 14, {0x88}, "msi"}, {0x11, 0x90, 12, {0x0f, 0, 0, 0x30, 0, 0, 0, 0x38}, "msix"}}}, 0, {{{kRelease, kUsb3}}}, {}, kXhciExpress, 1};
constexpr Presence kOhciPresence{{.vendor = 0x106b, .device = 0x003f, .class_code = 0x0c03, .prog_if = 0x10, .interrupt_pin = 1},
                                 {{{0, kMemory, 0x100}}}};

Result<std::unique_ptr<qom::Object>> create_ohci(qom::Creation& creation) {
    constexpr unsigned kMost = 15;
    const auto ports = static_cast<unsigned>(creation.values.integer("num-ports"));
    if (ports > kMost) return fail(fmt::format("OHCI num-ports={} is too big (limit is {} ports)", ports, kMost));
    return make(creation, kOhciPresence, {ports, kUsbLow | kUsbFull});
}

constexpr const qom::Type* kConventional[] = {&qom::kConventionalPci};
constexpr const qom::Type* kBoth[] = {&qom::kExpressPci, &qom::kConventionalPci};
constexpr qom::ValueType kHostLink{"link<device>", &type_ref<std::string>};
constexpr qom::Property kUhciProperties[] = {
    qom::property("bandwidth", qom::kUint32, 1280),
    qom::property("maxframes", qom::kUint32, 128),
};
constexpr qom::Property kMasterProperties[] = {
    qom::property("masterbus", qom::kText),
    qom::property("firstport", qom::kUint32, 0),
};
constexpr auto kCompanionProperties = qom::join(kMasterProperties, kUhciProperties);
constexpr qom::Property kEhciProperties[] = {qom::property("maxframes", qom::kUint32, 128)};
/// The function, from itself and from what is inside it.
QObject host_of(const Device& device) {
    return dynamic_cast<const PciDevice*>(&device) || !device.parent() ? device.qom_path() : device.parent()->qom_path();
}
constexpr qom::Property kXhciInstance[] = {
    qom::property("streams", qom::kBit, true),
    qom::property("p2", qom::kUint32, 4),
    qom::property("p3", qom::kUint32, 4),
    qom::property("host", kHostLink).shown_by<host_of>(),
};
constexpr qom::Property kNecProperties[] = {
    qom::property("msi", qom::kOnOffAuto, "auto"),
    qom::property("msix", qom::kOnOffAuto, "auto"),
    qom::property("superspeed-ports-first", qom::kBit, true),
    qom::property("force-pcie-endcap", qom::kBit, false),
    qom::property("intrs", qom::kUint32, 16),
    qom::property("slots", qom::kUint32, 64),
};
constexpr qom::Property kOhciProperties[] = {
    qom::property("masterbus", qom::kText),
    qom::property("num-ports", qom::kUint32, 3),
    qom::property("firstport", qom::kUint32, 0),
};
constexpr qom::Nodes kUhciNodes[] = {kBusMasterContainer, bar_node<4>("uhci"), kBusMaster};
constexpr qom::Region kCapabilitiesPlace[] = {{"ehci[0]", 0, 0x10}}, kOperationalPlace[] = {{"ehci[0]", 0x20, 0x44}},
                      kPortsPlace[] = {{"ehci[0]", 0x64, 0x18}};
constexpr qom::Nodes kEhciNodes[] = {qom::regions("capabilities", kCapabilitiesPlace).early(), qom::regions("operational", kOperationalPlace).early(),
                                     bar_node<0>("ehci").early(), qom::regions("ports", kPortsPlace).early(), kBusMasterContainer, kBusMaster};
constexpr qom::Region kVectorsPlace[] = {{"xhci-core/xhci[0]", 0x3000, 0x100}}, kPendingPlace[] = {{"xhci-core/xhci[0]", 0x3800, 8}};
constexpr qom::Nodes kXhciNodes[] = {kBusMasterContainer, qom::regions("msix-table", kVectorsPlace), qom::regions("msix-pba", kPendingPlace), kBusMaster};
constexpr qom::Nodes kOhciNodes[] = {kBusMasterContainer, bar_node<0>("ohci"), kBusMaster};

constexpr qom::Type companion(const char* name, Result<std::unique_ptr<qom::Object>> (*create)(qom::Creation&)) {
    return {.name = name,
            .parent = &kPciUhci,
            .properties = kCompanionProperties,
            .nodes = kUhciNodes,
            .category = "USB",
            .hotpluggable = false,
            .create = create};
}
constexpr qom::Type board_uhci(const char* name, Result<std::unique_ptr<qom::Object>> (*create)(qom::Creation&)) {
    qom::Type type = companion(name, create);
    type.properties = kUhciProperties;
    type.hotpluggable = true;
    return type;
}
constexpr qom::Type ehci_type(const char* name, bool hotpluggable, Result<std::unique_ptr<qom::Object>> (*create)(qom::Creation&)) {
    return {.name = name, .parent = &kPciEhci, .nodes = kEhciNodes, .category = "USB",
            .hotpluggable = hotpluggable, .create = create};
}

}  // namespace

constinit const qom::Type kPciUhci{.name = "pci-uhci-usb", .parent = &PciDevice::kType, .abstract = true, .interfaces = kConventional};
constinit const qom::Type kPiix3Uhci = board_uhci("piix3-usb-uhci", create_uhci<kPiix3Presence>);
constinit const qom::Type kPiix4Uhci = board_uhci("piix4-usb-uhci", create_uhci<kPiix4Presence>);
constinit const qom::Type kIch9Uhci1 = companion("ich9-usb-uhci1", create_uhci<kUhci1Presence>);
constinit const qom::Type kIch9Uhci2 = companion("ich9-usb-uhci2", create_uhci<kUhci2Presence>);
constinit const qom::Type kIch9Uhci3 = companion("ich9-usb-uhci3", create_uhci<kUhci3Presence>);
constinit const qom::Type kIch9Uhci4 = companion("ich9-usb-uhci4", create_uhci<kUhci4Presence>);
constinit const qom::Type kIch9Uhci5 = companion("ich9-usb-uhci5", create_uhci<kUhci5Presence>);
constinit const qom::Type kIch9Uhci6 = companion("ich9-usb-uhci6", create_uhci<kUhci6Presence>);
constinit const qom::Type kPciEhci{
    .name = "pci-ehci-usb", .parent = &PciDevice::kType, .abstract = true, .interfaces = kConventional, .properties = kEhciProperties};
constinit const qom::Type kUsbEhci = ehci_type("usb-ehci", true, create_ehci<kEhciPresence>);
constinit const qom::Type kIch9Ehci1 = ehci_type("ich9-usb-ehci1", false, create_ehci<kEhci1Presence>);
constinit const qom::Type kIch9Ehci2 = ehci_type("ich9-usb-ehci2", false, create_ehci<kEhci2Presence>);
constinit const qom::Type kBaseXhci{.name = "base-xhci", .parent = &Device::kType, .properties = kXhciInstance, .pluggable = false};
constinit const qom::Type kPciXhci{.name = "pci-xhci", .parent = &PciDevice::kType, .abstract = true, .interfaces = kBoth};
constinit const qom::Type kQemuXhci{.name = "qemu-xhci",
                                    .parent = &kPciXhci,
                                    .instance_properties = kXhciInstance,
                                    .nodes = kXhciNodes,
                                    .part = &kBaseXhci,
                                    .part_name = "xhci-core",
                                    .category = "USB",
                                    .create = create_xhci<kQemuXhciPresence>};
constinit const qom::Type kNecXhci{.name = "nec-usb-xhci",
                                   .parent = &kPciXhci,
                                   .properties = kNecProperties,
                                   .instance_properties = kXhciInstance,
                                   .nodes = kXhciNodes,
                                   .part = &kBaseXhci,
                                   .part_name = "xhci-core",
                                   .category = "USB",
                                   .create = create_xhci<kNecXhciPresence>};
constinit const qom::Type kPciOhci{.name = "pci-ohci",
                                   .parent = &PciDevice::kType,
                                   .interfaces = kConventional,
                                   .properties = kOhciProperties,
                                   .nodes = kOhciNodes,
                                   .category = "USB",
                                   .summary = "Apple USB Controller",
                                   .create = create_ohci};

}  // namespace rhea
