/// The types of virtio-serial and its ports.
#include "machine/virtio/virtio_serial.h"

#include "chardev/registry.h"
#include "machine/devices/chardev_property.h"
#include "machine/virtio/types.h"

namespace rhea {

namespace {

constexpr qom::Property kProperties[] = {
    qom::property("max_ports", qom::kUint32, 31),
    qom::property("emergency-write", qom::kBit, true),
};
constexpr qom::Property kSerialPciProperties[] = {
    qom::property("ioeventfd", qom::kBit, true),
    qom::property("vectors", qom::kUint32, 2).shown_by<vectors_of>(),
    qom::property("class", qom::kUint32, 0),
};
constexpr qom::Property kChardevProperties[] = {qom::property("chardev", qom::kChardev)};
constexpr const qom::Type* kInterfaces[] = {&qom::kHotplugHandler};
constexpr VirtioPciKind kKind{.class_code = 0x0780};
constexpr std::int64_t kUnset = 0xffffffff;

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    Platform& platform = creation.platform;
    const auto ports = creation.values.integer("max_ports");
    if (ports == 0) return fail("Maximum number of serial ports not specified");
    if (ports > VirtioSerial::kMostPorts) return fail(fmt::format("maximum ports supported: {}", VirtioSerial::kMostPorts));
    return std::make_unique<VirtioSerial>(creation.values, platform.clocks, platform.removal,
                                          platform.tree.name_bus(creation.id, "virtio-serial-bus"));
}

Result<std::unique_ptr<qom::Object>> create_port(qom::Creation& creation) {
    Chardev* chardev = RHEA_TRY(chardev_of(creation.platform.chardevs, creation.values));
    auto& bus = static_cast<VirtioSerialBus&>(*creation.bus);
    const bool console = &creation.values.type() == &kVirtConsole;
    std::int64_t number = creation.values.integer("nr");
    if (number == kUnset) {
        // The first port is a console's.
        for (number = console ? 0 : 1; bus.port(static_cast<unsigned>(number)); ++number) {}
    } else if (number == 0 && !console) {
        return fail("Port number 0 on virtio-serial devices reserved for virtconsole devices for backward compatibility.");
    } else if (bus.port(static_cast<unsigned>(number))) {
        return fail(fmt::format("virtio-serial-bus: A port already exists at id {}", number));
    }
    if (number >= bus.most_ports())
        return fail(fmt::format("virtio-serial-bus: Out-of-range port id specified, max. allowed: {}", bus.most_ports() - 1));
    const auto name = creation.values.text("name");
    for (const Bus::Entry& entry : bus.entries())
        if (name && static_cast<VirtioSerialPort*>(entry.device)->values().text("name") == name)
            return fail(fmt::format("virtio-serial-bus: A port already exists by name {}", *name));
    return std::make_unique<VirtioSerialPort>(creation.values, static_cast<unsigned>(number), chardev, creation.platform.events);
}

QObject number_of(const VirtioSerialPort& port) { return std::int64_t{port.number()}; }
constexpr qom::Property kNumberedProperties[] = {
    qom::property("nr", qom::kUint32, kUnset).shown_by<number_of>(),
    qom::property("name", qom::kText),
};

}  // namespace

constinit const qom::Type kVirtioSerial{.name = "virtio-serial-device",
                                        .parent = &VirtioDevice::kType,
                                        .interfaces = kInterfaces,
                                        .properties = kProperties,
                                        .category = "Input",
                                        .create = create};
constinit const qom::Type kVirtioSerialBus{.name = "virtio-serial-bus", .parent = &Bus::kType};
constinit const qom::Type kVirtioSerialPort{.name = "virtio-serial-port",
                                            .parent = &Device::kType,
                                            .abstract = true,
                                            .properties = kNumberedProperties,
                                            .bus = "virtio-serial-bus"};
constinit const qom::Type kVirtSerialPort{.name = "virtserialport",
                                          .parent = &kVirtioSerialPort,
                                          .properties = kChardevProperties,
                                          .category = "Input",
                                          .create = create_port};
constinit const qom::Type kVirtConsole{
    .name = "virtconsole", .parent = &kVirtSerialPort, .category = "Input", .create = create_port};
constinit const qom::Type kSerialPciBase{.name = "virtio-serial-pci-base", .parent = &VirtioPci::kType, .abstract = true, .properties = kSerialPciProperties};
constinit const qom::Type kSerialPci{.name = "virtio-serial-pci",
    .parent = &kSerialPciBase,
    .interfaces = kGenericInterfaces,
    .properties = kDisableProperties,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioSerial,
    .part_name = "virtio-backend",
    .category = "Input",
    .alias = "virtio-serial",
    .create = make_virtio_pci<kKind, VirtioPci::Form::generic>};
constinit const qom::Type kSerialPciTransitional{.name = "virtio-serial-pci-transitional",
    .parent = &kSerialPciBase,
    .interfaces = kTransitionalInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioSerial,
    .part_name = "virtio-backend",
    .category = "Input",
    .create = make_virtio_pci<kKind, VirtioPci::Form::transitional>};
constinit const qom::Type kSerialPciNonTransitional{.name = "virtio-serial-pci-non-transitional",
    .parent = &kSerialPciBase,
    .interfaces = kGenericInterfaces,
    .late_instance_properties = virtio_aliases,
    .part = &kVirtioSerial,
    .part_name = "virtio-backend",
    .category = "Input",
    .create = make_virtio_pci<kKind, VirtioPci::Form::non_transitional>};


}  // namespace rhea
