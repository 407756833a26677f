/// PCI functions with a SCSI bus behind them. A guest finds them; they serve no requests.
#include <fmt/format.h>

#include "machine/devices/present_function.h"
#include "machine/qom/basic_types.h"
#include "machine/qom/tree.h"
#include "machine/scsi/scsi_bus.h"

namespace rhea {

namespace {

using namespace presence;

struct Controller {
    Presence presence;
    ScsiAddress highest;
};

class ScsiController final : public PresentFunction {
public:
    ScsiController(qom::Values values, const Controller& kind, std::string bus_name, DeviceRemoval& removal)
        : PresentFunction(std::move(values), kind.presence), bus_(std::move(bus_name), kind.highest, removal) {
        add_part(bus_.bus_name(), bus_);
        if (type().is_a(qom::kHotplugHandler)) bus_.set_hotplug_handler(bus_.hotplug_handler(), this);
    }

private:
    ScsiBus bus_;
};

template <const Controller& C>
Result<std::unique_ptr<qom::Object>> make(qom::Creation& creation) {
    Platform& platform = creation.platform;
    return std::make_unique<ScsiController>(creation.values, C, platform.tree.name_bus(creation.id, "scsi"), platform.removal);
}

constexpr Controller kLsi895Controller{{{.vendor = 0x1000, .device = 0x0012, .class_code = 0x0100, .interrupt_pin = 1, .subsystem_vendor = 0, .subsystem = 0x1000},
                                        {{{0, kIo, 0x100}, {1, kMemory, 0x400}, {2, kMemory, 0x2000}}}, {}, 0xff},
                                       {0, 7, 0}};
constexpr Controller kLsi810Controller{{{.vendor = 0x1000, .device = 0x0001, .class_code = 0x0100, .interrupt_pin = 1, .subsystem_vendor = 0, .subsystem = 0x1000},
                                        {{{0, kIo, 0x100}, {1, kMemory, 0x400}, {2, kMemory, 0x2000}}}, {}, 0xff},
                                       {0, 7, 0}};
constexpr Controller kMegasasController{
    {{.vendor = 0x1000, .device = 0x0060, .class_code = 0x0104, .interrupt_pin = 1, .subsystem_vendor = 0x1000, .subsystem = 0x1013},
     {{{0, kMemory64, 0x4000}, {2, kIo, 0x100}, {3, kMemory64, 0x40000}}},
     {{msi(0x50, "msi"), {0x11, 0x68, 12, {0x0e, 0, 0, 0x20, 0, 0, 0, 0x38}, "msix"}}}},
    {0, 64, 255}};
constexpr Controller kMegasas2Controller{
    {{.vendor = 0x1000, .device = 0x0079, .class_code = 0x0104, .interrupt_pin = 1, .subsystem_vendor = 0x1000, .subsystem = 0x9261},
     {{{0, kIo, 0x100}, {1, kMemory64, 0x4000}, {3, kMemory64, 0x40000}}},
     {{msi(0x50, "msi"), {0x11, 0x68, 12, {0x0e, 0, 0x01, 0x20, 0, 0, 0x01, 0x38}, "msix"},
       {0x10, 0xa0, 0x3c, {0x02, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0x11, 0x04}}}}},
    {0, 64, 255}};
constexpr Controller kMptsasController{
    {{.vendor = 0x1000, .device = 0x0054, .class_code = 0x0100, .interrupt_pin = 1, .subsystem_vendor = 0x1000, .subsystem = 0x8000},
     {{{0, kIo, 0x100}, {1, kMemory, 0x4000}, {2, kMemory, 0x10000}}},
     {{msi(0x40, "msi")}}},
    {0, 8, 1}};
constexpr Controller kPvscsiController{
    {{.vendor = 0x15ad, .device = 0x07c0, .class_code = 0x0100, .revision = 2, .interrupt_pin = 1, .subsystem_vendor = 0x15ad, .subsystem = 0x07c0},
     {{{0, kMemory, 0x8000}}},
     {{msi(0x7c)}}, 0xff},
    {0, 64, 0}};

constexpr std::string_view kSerial = "QEMU123456";
/// One of the vendor's addresses, with where the function sits.
QObject sas_address_of(const PciDevice& device) {
    constexpr std::uint64_t kVendorPart = std::uint64_t{0x3525400000000000};
    const auto said = static_cast<std::uint64_t>(device.values().integer("sas_address"));
    return said ? QObject(said) : QObject(kVendorPart | std::uint64_t{device.slot()} << 8 | device.function());
}
QObject serial_of(const PciDevice& device) { return device.values().text("hba_serial").value_or(std::string(kSerial)); }

constexpr qom::Property kSasAddress[] = {qom::property("sas_address", qom::kUint64, 0).shown_by<sas_address_of>()};
constexpr qom::Property kMsi[] = {qom::property("msi", qom::kOnOffAuto, "auto")};
constexpr qom::Property kMegasasQueue[] = {
    qom::property("max_sge", qom::kUint32, 80),
    qom::property("max_cmds", qom::kUint32, 1000),
    qom::property("hba_serial", qom::kText).shown_by<serial_of>(),
};
constexpr qom::Property kMegasas2Queue[] = {
    qom::property("max_sge", qom::kUint32, 80),
    qom::property("max_cmds", qom::kUint32, 1008),
    qom::property("hba_serial", qom::kText).shown_by<serial_of>(),
};
constexpr qom::Property kMegasasRest[] = {
    qom::property("msix", qom::kOnOffAuto, "auto"),
    qom::property("use_jbod", qom::kBit, false),
};
constexpr auto kMegasasProperties = qom::join(kMegasasQueue, kSasAddress, kMsi, kMegasasRest);
constexpr auto kMegasas2Properties = qom::join(kMegasas2Queue, kSasAddress, kMsi, kMegasasRest);
constexpr auto kMptsasProperties = qom::join(kSasAddress, kMsi);
constexpr qom::Property kPvscsiProperties[] = {
    qom::property("use_msg", qom::kUint8, 1),
    qom::property("x-old-pci-configuration", qom::kBit, false),
    qom::property("x-disable-pcie", qom::kBit, false),
};

constexpr const qom::Type* kConventional[] = {&qom::kConventionalPci};
constexpr const qom::Type* kExpress[] = {&qom::kExpressPci};
constexpr const qom::Type* kPvscsiInterfaces[] = {&qom::kHotplugHandler, &qom::kExpressPci, &qom::kConventionalPci};
constexpr qom::Nodes kLsiNodes[] = {kBusMasterContainer, bar_node<1>("lsi-mmio"), bar_node<2>("lsi-ram"), bar_node<0>("lsi-io"), kBusMaster};
constexpr qom::Pins kLsiPins[] = {{"", false, 1, false}};
constexpr qom::Region kVectorsPlace[] = {{"megasas-mmio[0]", 0x2000, 0xf0}}, kPendingPlace[] = {{"megasas-mmio[0]", 0x3800, 8}};
template <unsigned Memory, unsigned Io>
constexpr auto kMegasasNodes = std::to_array<qom::Nodes>({kBusMasterContainer, bar_node<Memory>("megasas-mmio"), bar_node<Io>("megasas-io"),
                                                          bar_node<3>("megasas-queue"), qom::regions("msix-table", kVectorsPlace),
                                                          qom::regions("msix-pba", kPendingPlace), kBusMaster});
constexpr qom::Nodes kMptsasNodes[] = {kBusMasterContainer, bar_node<1>("mptsas-mmio"), bar_node<0>("mptsas-io"), bar_node<2>("mptsas-diag"), kBusMaster};
constexpr qom::Nodes kPvscsiNodes[] = {kBusMasterContainer, bar_node<0>("pvscsi-io"), kBusMaster};

}  // namespace

constinit const qom::Type kLsi53c895a{.name = "lsi53c895a",
                                      .parent = &PciDevice::kType,
                                      .interfaces = kConventional,
                                      .nodes = kLsiNodes,
                                      .pins = kLsiPins,
                                      .category = "Storage",
                                      .alias = "lsi",
                                      .create = make<kLsi895Controller>};
constinit const qom::Type kLsi53c810{
    .name = "lsi53c810", .parent = &kLsi53c895a, .category = "Storage", .create = make<kLsi810Controller>};
constinit const qom::Type kMegasasBase{.name = "megasas-base", .parent = &PciDevice::kType, .abstract = true};
constinit const qom::Type kMegasas{.name = "megasas",
                                   .parent = &kMegasasBase,
                                   .interfaces = kConventional,
                                   .properties = kMegasasProperties,
                                   .nodes = kMegasasNodes<0, 2>,
                                   .category = "Storage",
                                   .summary = "LSI MegaRAID SAS 1078",
                                   .create = make<kMegasasController>};
constinit const qom::Type kMegasasGen2{.name = "megasas-gen2",
                                       .parent = &kMegasasBase,
                                       .interfaces = kExpress,
                                       .properties = kMegasas2Properties,
                                       .nodes = kMegasasNodes<1, 0>,
                                       .category = "Storage",
                                       .summary = "LSI MegaRAID SAS 2108",
                                       .create = make<kMegasas2Controller>};
constinit const qom::Type kMptsas1068{.name = "mptsas1068",
                                      .parent = &PciDevice::kType,
                                      .interfaces = kConventional,
                                      .properties = kMptsasProperties,
                                      .nodes = kMptsasNodes,
                                      .category = "Storage",
                                      .summary = "LSI SAS 1068",
                                      .create = make<kMptsasController>};
constinit const qom::Type kPvscsi{.name = "pvscsi",
                                  .parent = &PciDevice::kType,
                                  .interfaces = kPvscsiInterfaces,
                                  .properties = kPvscsiProperties,
                                  .nodes = kPvscsiNodes,
                                  .category = "Storage",
                                  .create = make<kPvscsiController>};

}  // namespace rhea
