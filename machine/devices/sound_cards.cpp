#include "machine/devices/sound_cards.h"

#include "machine/devices/present_function.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

using namespace presence;

constexpr Presence kAc97Presence{
    {.vendor = 0x8086, .device = 0x2415, .class_code = 0x0401, .revision = 1, .status = 0x0280, .interrupt_pin = 1},
    {{{0, kIo, 0x400}, {1, kIo, 0x100}}}};
constexpr Presence kEs1370Presence{
    {.vendor = 0x1274, .device = 0x5000, .class_code = 0x0401, .status = 0x0400, .interrupt_pin = 1, .subsystem_vendor = 0x4942, .subsystem = 0x4c4c},
    {{{0, kIo, 0x100}}}, {}, 0, {{{0x3e, 0x0c}, {0x3f, 0x80}}}};

/// On ISA it is found by its ports, behind which nothing answers.
Result<std::unique_ptr<qom::Object>> create_isa(qom::Creation& creation) { return std::make_unique<Device>(creation.values); }

constexpr qom::Property kAudiodev[] = {qom::property("audiodev", qom::kAudiodev)};
constexpr qom::Property kSb16Properties[] = {
    qom::property("audiodev", qom::kAudiodev), qom::property("version", qom::kUint32, 0x0405), qom::property("iobase", qom::kUint32, 0x220),
    qom::property("irq", qom::kUint32, 5),     qom::property("dma", qom::kUint32, 1),          qom::property("dma16", qom::kUint32, 5),
};
constexpr qom::Property kCs4231aProperties[] = {
    qom::property("audiodev", qom::kAudiodev),
    qom::property("iobase", qom::kUint32, 0x534),
    qom::property("irq", qom::kUint32, 9),
    qom::property("dma", qom::kUint32, 3),
};
constexpr qom::Property kGusProperties[] = {
    qom::property("audiodev", qom::kAudiodev),    qom::property("freq", qom::kUint32, 44100), qom::property("iobase", qom::kUint32, 0x240),
    qom::property("irq", qom::kUint32, 7), qom::property("dma", qom::kUint32, 3),
};
constexpr qom::Property kAdlibProperties[] = {
    qom::property("audiodev", qom::kAudiodev),
    qom::property("iobase", qom::kUint32, 0x220),
    qom::property("freq", qom::kUint32, 44100),
};
constexpr const qom::Type* kInterfaces[] = {&qom::kConventionalPci};
constexpr qom::Nodes kAc97Nodes[] = {kBusMasterContainer, bar_node<0>("ac97-nam"), bar_node<1>("ac97-nabm"), kBusMaster};
constexpr qom::Nodes kEs1370Nodes[] = {kBusMasterContainer, bar_node<0>("es1370"), kBusMaster};

/// Where an ISA card's ports are, from its base.
template <const auto& Ports>
qom::Region ports_of(const qom::Object& card, unsigned number) {
    const auto base = static_cast<std::uint64_t>(static_cast<const Device&>(card).values().integer("iobase"));
    return {qom::kPortSpace, base + Ports[number].first, Ports[number].second};
}
using PortRange = std::pair<std::uint16_t, std::uint16_t>;      // first, count
constexpr PortRange kSb16Ports[] = {{4, 3}, {10, 1}, {12, 4}}, kCs4231aPorts[] = {{0, 4}}, kGusPorts[] = {{0, 1}, {6, 10}, {0x100, 8}, {0x106, 2}},
                    kAdlibPorts[] = {{0, 4}, {8, 2}, {0x168, 4}};
template <const auto& Ports>
constexpr qom::Nodes isa_nodes(std::string_view name) {
    return {.name = name, .type = &qom::kMemoryRegion, .count = static_cast<unsigned>(std::size(Ports)), .region = ports_of<Ports>};
}
constexpr qom::Nodes kSb16Nodes[] = {isa_nodes<kSb16Ports>("sb16")};
constexpr qom::Nodes kCs4231aNodes[] = {isa_nodes<kCs4231aPorts>("cs4231a").early()};
constexpr qom::Nodes kGusNodes[] = {isa_nodes<kGusPorts>("gus")};
constexpr qom::Nodes kAdlibNodes[] = {isa_nodes<kAdlibPorts>("adlib")};

}  // namespace

constinit const qom::Type kAc97{.name = "AC97",
                                .parent = &PciDevice::kType,
                                .interfaces = kInterfaces,
                                .properties = kAudiodev,
                                .nodes = kAc97Nodes,
                                .category = "Sound",
                                .summary = "Intel 82801AA AC97 Audio",
                                .alias = "ac97",
                                .create = make_present<kAc97Presence>};
constinit const qom::Type kEs1370{.name = "ES1370",
                                  .parent = &PciDevice::kType,
                                  .interfaces = kInterfaces,
                                  .properties = kAudiodev,
                                  .nodes = kEs1370Nodes,
                                  .category = "Sound",
                                  .summary = "ENSONIQ AudioPCI ES1370",
                                  .alias = "es1370",
                                  .create = make_present<kEs1370Presence>};
constinit const qom::Type kSb16{.name = "sb16",
                                .parent = &kIsaDevice,
                                .properties = kSb16Properties,
                                .nodes = kSb16Nodes,
                                .category = "Sound",
                                .summary = "Creative Sound Blaster 16",
                                .create = create_isa};
constinit const qom::Type kCs4231a{.name = "cs4231a",
                                   .parent = &kIsaDevice,
                                   .properties = kCs4231aProperties,
                                   .nodes = kCs4231aNodes,
                                   .category = "Sound",
                                   .summary = "Crystal Semiconductor CS4231A",
                                   .create = create_isa};
constinit const qom::Type kGus{.name = "gus",
                               .parent = &kIsaDevice,
                               .properties = kGusProperties,
                               .nodes = kGusNodes,
                               .category = "Sound",
                               .summary = "Gravis Ultrasound GF1",
                               .create = create_isa};
constinit const qom::Type kAdlib{.name = "adlib",
                                 .parent = &kIsaDevice,
                                 .properties = kAdlibProperties,
                                 .nodes = kAdlibNodes,
                                 .category = "Sound",
                                 .summary = "Yamaha YM3812 (OPL2)",
                                 .create = create_isa};

}  // namespace rhea
