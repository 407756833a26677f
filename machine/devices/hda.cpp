#include "machine/devices/hda.h"

#include <algorithm>

#include "machine/devices/present_function.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/tree.h"

namespace rhea {

namespace {

using namespace presence;

/// Gives its codecs their addresses, from one on.
class HdaBus final : public Bus {
public:
    static constexpr std::int64_t kAny = 0xffffffff, kMost = 15;

    explicit HdaBus(std::string name) : Bus(kHdaBus, std::move(name)) {}
    Result<std::int64_t> take_address(std::int64_t asked) {
        const std::int64_t address = asked == kAny ? next_ : asked;
        if (address >= kMost) return fail("HDA audio codec address is full");
        next_ = address + 1;
        return address;
    }

private:
    std::int64_t next_ = 0;
};

class HdaController final : public PresentFunction {
public:
    HdaController(qom::Values values, const Presence& presence, std::string bus_name)
        : PresentFunction(std::move(values), presence), bus_(std::move(bus_name)) {
        add_part(bus_.bus_name(), bus_);
    }

private:
    HdaBus bus_;
};

class HdaCodec final : public Device {
public:
    using Device::Device;
    std::int64_t address() const { return address_; }
    Result<void> plug_into(Bus& bus) override {
        address_ = RHEA_TRY(static_cast<HdaBus&>(bus).take_address(values().integer("cad")));
        return Device::plug_into(bus);
    }

private:
    std::int64_t address_ = 0;
};

template <const Presence& P>
Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    return std::make_unique<HdaController>(creation.values, P, creation.platform.tree.name_bus(creation.id, "hda"));
}
Result<std::unique_ptr<qom::Object>> create_codec(qom::Creation& creation) { return std::make_unique<HdaCodec>(creation.values); }

QObject address_of(const HdaCodec& codec) { return codec.address(); }

constexpr Presence hda(std::uint16_t device, std::uint8_t revision) {
    return {{.vendor = 0x8086, .device = device, .class_code = 0x0403, .revision = revision, .interrupt_pin = 1},
            {{{0, kMemory, 0x4000}}}, {{msi(0x60, "msi")}}, 0, {{{0x40, 0x01}}}};
}
constexpr Presence kIch6Presence = hda(0x2668, 1), kIch9Presence = hda(0x293e, 3);

constexpr qom::Property kControllerProperties[] = {
    qom::property("debug", qom::kUint32, 0),
    qom::property("msi", qom::kOnOffAuto, "auto"),
    qom::property("old_msi_addr", qom::kBool, false),
};
constexpr qom::Property kCodecProperties[] = {qom::property("cad", qom::kUint32, HdaBus::kAny).shown_by<address_of>()};
constexpr qom::Property kAudioProperties[] = {
    qom::property("audiodev", qom::kAudiodev),
    qom::property("debug", qom::kUint32, 0),
    qom::property("mixer", qom::kBool, true),
    qom::property("use-timer", qom::kBool, true),
};
constexpr const qom::Type* kInterfaces[] = {&qom::kConventionalPci};
constexpr qom::Region kRegistersPlace[] = {{"intel-hda-container[0]", 0, 0x2000}}, kAliasPlace[] = {{"intel-hda-container[0]", 0x2000, 0x2000}};
constexpr qom::Nodes kNodes[] = {kBusMasterContainer, bar_node<0>("intel-hda-container"), qom::regions("intel-hda", kRegistersPlace),
                                 qom::regions("intel-hda-alias", kAliasPlace), kBusMaster};

}  // namespace

constinit const qom::Type kHdaBus{.name = "HDA", .parent = &Bus::kType};
constinit const qom::Type kHdaGeneric{.name = "intel-hda-generic",
                                      .parent = &PciDevice::kType,
                                      .abstract = true,
                                      .interfaces = kInterfaces,
                                      .properties = kControllerProperties};
constinit const qom::Type kIntelHda{.name = "intel-hda",
                                    .parent = &kHdaGeneric,
                                    .nodes = kNodes,
                                    .category = "Sound",
                                    .summary = "Intel HD Audio Controller (ich6)",
                                    .create = create<kIch6Presence>};
constinit const qom::Type kIch9IntelHda{.name = "ich9-intel-hda",
                                        .parent = &kHdaGeneric,
                                        .nodes = kNodes,
                                        .category = "Sound",
                                        .summary = "Intel HD Audio Controller (ich9)",
                                        .create = create<kIch9Presence>};
constinit const qom::Type kHdaCodec{
    .name = "hda-codec", .parent = &Device::kType, .abstract = true, .properties = kCodecProperties, .bus = "HDA"};
constinit const qom::Type kHdaAudio{.name = "hda-audio", .parent = &kHdaCodec, .abstract = true, .properties = kAudioProperties};
constinit const qom::Type kHdaDuplex{.name = "hda-duplex",
                                     .parent = &kHdaAudio,
                                     .category = "Sound",
                                     .summary = "HDA Audio Codec, duplex (line-out, line-in)",
                                     .create = create_codec};
constinit const qom::Type kHdaOutput{.name = "hda-output",
                                     .parent = &kHdaAudio,
                                     .category = "Sound",
                                     .summary = "HDA Audio Codec, output-only (line-out)",
                                     .create = create_codec};
constinit const qom::Type kHdaMicro{.name = "hda-micro",
                                    .parent = &kHdaAudio,
                                    .category = "Sound",
                                    .summary = "HDA Audio Codec, duplex (speaker, microphone)",
                                    .create = create_codec};

}  // namespace rhea
