/// Network cards that a guest finds with their identity, base address registers, capabilities and properties; the rings behind them are
/// not there.
#include "machine/devices/network_cards.h"

#include "machine/devices/block_properties.h"
#include "machine/devices/present_function.h"
#include "machine/net/network.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

using namespace presence;

constexpr Presence kE1000ePresence{
    {.vendor = 0x8086, .device = 0x10d3, .class_code = 0x0200, .interrupt_pin = 1, .subsystem_vendor = 0x8086, .subsystem = 0},
    {{{0, kMemory, 0x20000}, {1, kMemory, 0x20000}, {2, kIo, 0x20}, {3, kMemory, 0x4000}, {6, kMemory, 0x40000}}},
    {{{0x11, 0xa0, 12, {0x04, 0x00, 0x03, 0, 0, 0, 0x03, 0x20}},
      {0x10, 0xe0, 20, {0x01, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0x11, 0x04, 0, 0, 0, 0, 0x11}},
      msi(0xd0),
      {0x01, 0xc8, 8, {0x22}}}},
    0,
    {},
    "efi-e1000e.rom"};

/// Its cable's end is there; what comes in is lost and counted.
class PresentCard final : public PresentFunction, private net::NicUser {
public:
    PresentCard(qom::Creation& creation, const Presence& presence, const std::vector<net::Client*>& netdev)
        : PresentFunction(creation.values, presence, creation.bus),
          nic_(creation.platform.network, *this, std::string(creation.values.type().name), creation.id, net::mac_of(creation), netdev) {
        if (&presence == &kE1000ePresence && static_cast<const PciBus&>(*creation.bus).express()) add_extended();
    }

    QObject read(const qom::Property& property) const override {
        return property.name == "mac" ? QObject(net::mac_text(nic_.mac())) : PresentFunction::read(property);
    }

private:
    /// Errors, and a serial number that is made of the address.
    void add_extended() {
        constexpr unsigned kSerial = 0x140, kSerialSize = 12;
        extend_config();
        add_error_reporting(kSerial, false);
        const net::MacAddress& mac = nic_.mac();
        set_config(kSerial, 0x00010003, 4);
        set_config(kSerial + 4, 0xff000000u | static_cast<std::uint32_t>(mac[3] << 16 | mac[4] << 8 | mac[5]), 4);
        set_config(kSerial + 8, static_cast<std::uint32_t>(mac[0]) << 24 | static_cast<std::uint32_t>(mac[1] << 16 | mac[2] << 8 | 0xff), 4);
        for (unsigned reg = kSerial; reg < kSerial + kSerialSize; reg += 4) set_writable(reg, 0, 4);
    }

    net::Nic nic_;
};

template <const Presence& P>
Result<std::unique_ptr<qom::Object>> create_card(qom::Creation& creation) {
    const auto netdev = RHEA_TRY(net::netdev_of(creation, creation.values.type().name));
    return std::make_unique<PresentCard>(creation, P, netdev);
}

constexpr Presence e1000(std::uint16_t device) {
    return {{.vendor = 0x8086, .device = device, .class_code = 0x0200, .revision = 3, .interrupt_pin = 1},
            {{{0, kMemory, 0x20000}, {1, kIo, 0x40}, {6, kMemory, 0x40000}}}, {}, 0, {}, "efi-e1000.rom"};
}
constexpr Presence k82540em = e1000(0x100e), k82544gc = e1000(0x100c), k82545em = e1000(0x100f);
constexpr Presence kVmxnet3Presence{
    {.vendor = 0x15ad, .device = 0x07b0, .class_code = 0x0200, .revision = 1, .interrupt_pin = 1, .subsystem_vendor = 0x15ad, .subsystem = 0x07b0},
    {{{0, kMemory, 0x1000}, {1, kMemory, 0x1000}, {2, kMemory, 0x2000}, {6, kMemory, 0x40000}}},
    {{msi(0x84), {0x11, 0x9c, 12, {0x18, 0x00, 0x02, 0, 0, 0, 0x02, 0x10}}}},
    0,
    {},
    "efi-vmxnet3.rom",
    0x48,
    2};
constexpr Presence kPcnetPresence{{.vendor = 0x1022,
                                   .device = 0x2000,
                                   .class_code = 0x0200,
                                   .revision = 0x10,
                                   .status = 0x0280,
                                   .interrupt_pin = 1,
                                   .subsystem_vendor = 0,
                                   .subsystem = 0},
                                  {{{0, kIo, 0x20}, {1, kMemory, 0x20}, {6, kMemory, 0x40000}}},
                                  {},
                                  0,
                                  {{{0x3e, 0x06}, {0x3f, 0xff}}},
                                  "efi-pcnet.rom"};
constexpr Presence kNe2kPresence{{.vendor = 0x10ec, .device = 0x8029, .class_code = 0x0200, .interrupt_pin = 1},
                                 {{{0, kIo, 0x100}, {6, kMemory, 0x40000}}}, {}, 0, {}, "efi-ne2k_pci.rom"};
constexpr Presence kTulipPresence{
    {.vendor = 0x1011, .device = 0x0019, .class_code = 0x0200, .interrupt_pin = 1, .subsystem_vendor = 0x103c, .subsystem = 0x104f},
    {{{0, kIo, 0x80}, {1, kMemory, 0x80}}}};
/// Intel's 8255x family: later ones have power management.
struct I8255x {
    std::string_view name, summary, rom;
    std::uint16_t device;
    std::uint8_t revision;
    bool power = true;
    std::uint16_t subsystem_vendor = 0x1af4, subsystem = 0x1100;
};
constexpr I8255x kI8255xModels[] = {
    {"i82550", "Intel i82550 Ethernet", "i82550.rom", 0x1209, 0x0e},
    {"i82551", "Intel i82551 Ethernet", "i82551.rom", 0x1209, 0x0f},
    {"i82557a", "Intel i82557A Ethernet", "i82557a.rom", 0x1229, 0x01, false},
    {"i82557b", "Intel i82557B Ethernet", "i82557b.rom", 0x1229, 0x02, false},
    {"i82557c", "Intel i82557C Ethernet", "i82557c.rom", 0x1229, 0x03, false},
    {"i82558a", "Intel i82558A Ethernet", "i82558a.rom", 0x1229, 0x04},
    {"i82558b", "Intel i82558B Ethernet", "i82558b.rom", 0x1229, 0x05},
    {"i82559a", "Intel i82559A Ethernet", "i82559a.rom", 0x1229, 0x06},
    {"i82559b", "Intel i82559B Ethernet", "i82559b.rom", 0x1229, 0x07},
    {"i82559c", "Intel i82559C Ethernet", "i82559c.rom", 0x1229, 0x0c, true, 0x8086, 0x0040},
    {"i82559er", "Intel i82559ER Ethernet", "i82559er.rom", 0x1209, 0x09},
    {"i82562", "Intel i82562 Ethernet", "i82562.rom", 0x1209, 0x0e},
    {"i82801", "Intel i82801 Ethernet", "i82801.rom", 0x2449, 0x03},
};
constexpr Presence i8255x_presence(const I8255x& model) {
    Presence presence{{.vendor = 0x8086,
                       .device = model.device,
                       .class_code = 0x0200,
                       .revision = model.revision,
                       .status = 0x0280,
                       .interrupt_pin = 1,
                       .subsystem_vendor = model.subsystem_vendor,
                       .subsystem = model.subsystem},
                      {{{0, kMemory, 0x1000, true}, {1, kIo, 0x40}, {2, kMemory, 0x20000}, {6, kMemory, 0x20000}}},
                      {},
                      0x20,
                      {{{0x3e, 0x08}, {0x3f, 0x18}}},
                      "pxe-eepro100.rom"};
    if (model.power) presence.capabilities[0] = {0x01, 0xdc, 8, {0x21, 0x7e}};
    return presence;
}
template <std::size_t I> constexpr Presence kI8255xPresence = i8255x_presence(kI8255xModels[I]);
template <std::size_t I>
constexpr qom::Nodes kI8255xNodes[] = {kBusMasterContainer, kBusMaster, bar_node<0>("eepro100-mmio"), bar_node<1>("eepro100-io"),
                                       bar_node<2>("eepro100-flash"), bar_node<6>(kI8255xModels[I].rom)};
constexpr Presence kRtl8139Presence{{.vendor = 0x10ec, .device = 0x8139, .class_code = 0x0200, .revision = 0x20, .interrupt_pin = 1},
                                    {{{0, kIo, 0x100}, {1, kMemory, 0x100}, {6, kMemory, 0x40000}}}, {}, 0, {}, "efi-rtl8139.rom"};

constexpr const qom::Type* kInterfaces[] = {&qom::kConventionalPci};
constexpr const qom::Type* kExpressInterfaces[] = {&qom::kExpressPci};
constexpr const qom::Type* kBothInterfaces[] = {&qom::kExpressPci, &qom::kConventionalPci};
constexpr qom::Property kCardProperties[] = {
    qom::property("mac", qom::kMacAddress),
    qom::property("netdev", qom::kNetdev),
};
constexpr qom::Property kOwnE1000Properties[] = {
    qom::property("autonegotiation", qom::kBit, true),
    qom::property("mitigation", qom::kBit, true),
    qom::property("extra_mac_registers", qom::kBit, true),
    qom::property("migrate_tso_props", qom::kBit, true),
    qom::property("init-vet", qom::kBit, true),
};
constexpr auto kE1000Properties = qom::join(kCardProperties, kOwnE1000Properties);
constexpr qom::Property kOwnE1000eProperties[] = {
    qom::property("disable_vnet_hdr", qom::kUint8, 0).describe("Do not use virtio headers, perform SW offloads emulation instead"),
    qom::property("subsys_ven", qom::kUint16, 0x8086).describe("PCI device Subsystem Vendor ID"),
    qom::property("subsys", qom::kUint16, 0).describe("PCI device Subsystem ID"),
    qom::property("init-vet", qom::kBool, true),
};
constexpr auto kE1000eProperties = qom::join(kCardProperties, kOwnE1000eProperties);
constexpr qom::Property kOwnVmxnet3Properties[] = {
    qom::property("x-old-msi-offsets", qom::kBit, false),
    qom::property("x-disable-pcie", qom::kBit, false),
};
constexpr auto kVmxnet3Properties = qom::join(kCardProperties, kOwnVmxnet3Properties);

constexpr qom::Nodes kE1000Nodes[] = {kBusMasterContainer, kBusMaster, bar_node<0>("e1000-mmio"), bar_node<1>("e1000-io"), bar_node<6>("e1000.rom")};
constexpr qom::Nodes kRtl8139Nodes[] = {kBusMasterContainer, kBusMaster, bar_node<0>("rtl8139"), bar_node<1>("rtl8139-mem"), bar_node<6>("rtl8139.rom")};
constexpr qom::Region kE1000eTable[] = {{"e1000e-msix[0]", 0, 80}}, kE1000ePending[] = {{"e1000e-msix[0]", 0x2000, 8}},
                      kVmxnet3Table[] = {{"vmxnet3-msix-bar[0]", 0, 400}}, kVmxnet3Pending[] = {{"vmxnet3-msix-bar[0]", 0x1000, 8}};
constexpr qom::Nodes kE1000eNodes[] = {kBusMasterContainer, kBusMaster, bar_node<0>("e1000e-mmio"), bar_node<1>("e1000e-flash"),
                                       bar_node<2>("e1000e-io"), bar_node<3>("e1000e-msix"), qom::regions("msix-table", kE1000eTable),
                                       qom::regions("msix-pba", kE1000ePending), bar_node<6>("e1000e.rom")};
constexpr qom::Nodes kVmxnet3Nodes[] = {kBusMasterContainer, kBusMaster, bar_node<0>("vmxnet3-b0"), bar_node<1>("vmxnet3-b1"),
                                        bar_node<2>("vmxnet3-msix-bar"), qom::regions("msix-table", kVmxnet3Table),
                                        qom::regions("msix-pba", kVmxnet3Pending), bar_node<6>("vmxnet3.rom")};
constexpr qom::Nodes kPcnetNodes[] = {kBusMasterContainer, kBusMaster, bar_node<1>("pcnet-mmio"), bar_node<0>("pcnet-io"), bar_node<6>("pcnet.rom")};
constexpr qom::Nodes kNe2kNodes[] = {kBusMasterContainer, kBusMaster, bar_node<0>("ne2000"), bar_node<6>("ne2000.rom")};
constexpr qom::Nodes kTulipNodes[] = {kBusMasterContainer, kBusMaster, bar_node<0>("tulip-io"), bar_node<1>("tulip-mem")};

template <const Presence& P>
constexpr qom::Type card(std::string_view name, std::string_view summary, std::span<const qom::Nodes> nodes, std::span<const qom::Property> properties = kCardProperties,
                         const qom::Type& parent = PciDevice::kType, std::span<const qom::Type* const> interfaces = kInterfaces) {
    return {.name = name,
            .parent = &parent,
            .interfaces = interfaces,
            .properties = properties,
            .instance_properties = kBootIndex,
            .nodes = nodes,
            .category = "Network",
            .summary = summary,
            .create = create_card<P>};
}

template <std::size_t... I>
constexpr std::array<qom::Type, sizeof...(I)> i8255x_types(std::index_sequence<I...>) {
    return {card<kI8255xPresence<I>>(kI8255xModels[I].name, kI8255xModels[I].summary, kI8255xNodes<I>)...};
}

}  // namespace

constinit const qom::Type kE1000Base{.name = "e1000-base", .parent = &PciDevice::kType, .abstract = true, .interfaces = kInterfaces};
constinit const qom::Type kE1000 = [] {
    qom::Type type = card<k82540em>("e1000", "Intel Gigabit Ethernet", kE1000Nodes, kE1000Properties, kE1000Base, {});
    type.alias = "e1000-82540em";
    return type;
}();
constinit const qom::Type kE1000_82544gc = card<k82544gc>("e1000-82544gc", "Intel Gigabit Ethernet", kE1000Nodes, kE1000Properties, kE1000Base, {});
constinit const qom::Type kE1000_82545em = card<k82545em>("e1000-82545em", "Intel Gigabit Ethernet", kE1000Nodes, kE1000Properties, kE1000Base, {});
constinit const qom::Type kE1000e =
    card<kE1000ePresence>("e1000e", "Intel 82574L GbE Controller", kE1000eNodes, kE1000eProperties, PciDevice::kType, kExpressInterfaces);
constinit const qom::Type kVmxnet3 =
    card<kVmxnet3Presence>("vmxnet3", "VMWare Paravirtualized Ethernet v3", kVmxnet3Nodes, kVmxnet3Properties, PciDevice::kType, kBothInterfaces);
constinit const std::array<qom::Type, 13> kI8255x = i8255x_types(std::make_index_sequence<std::size(kI8255xModels)>());
constinit const qom::Type kPcnet = card<kPcnetPresence>("pcnet", {}, kPcnetNodes);
constinit const qom::Type kNe2kPci = card<kNe2kPresence>("ne2k_pci", {}, kNe2kNodes);
constinit const qom::Type kTulip = card<kTulipPresence>("tulip", {}, kTulipNodes);
constinit const qom::Type kRtl8139 = card<kRtl8139Presence>("rtl8139", {}, kRtl8139Nodes);

}  // namespace rhea
