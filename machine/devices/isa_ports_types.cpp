/// The serial and parallel ports and debug ports as QOM and -device see them.
#include <fmt/format.h>

#include "machine/devices/chardev_property.h"
#include "machine/devices/isa_debug.h"
#include "machine/devices/isa_parallel.h"
#include "machine/devices/isa_serial.h"
#include "machine/devices/isa_bus.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr std::int64_t kUnset = 0xffffffff;
constexpr const qom::Type* kInterfaces[] = {&qom::kAcpiAml};

/// The number of a port of its kind: the one given, else the next of the bus.
Result<unsigned> port_index(const qom::Creation& creation, unsigned ports, std::string_view kind) {
    std::int64_t index = creation.values.integer("index");
    if (index == kUnset) {
        index = 0;
        for (const Bus::Entry& entry : creation.bus->entries()) index += &entry.device->type() == &creation.values.type();
    }
    if (index >= ports) return fail(fmt::format("Max. supported number of ISA {} ports is {}.", kind, ports));
    return static_cast<unsigned>(index);
}

std::uint32_t value_or(const qom::Values& values, std::string_view name, std::uint32_t otherwise) {
    const auto value = values.integer(name);
    return value == kUnset ? otherwise : static_cast<std::uint32_t>(value);
}

Result<IrqLine> irq_of(const qom::Creation& creation, unsigned number) {
    if (number >= Gsi::kIsaLines) return fail(fmt::format("Maximum value for \"irq\" is: {}", Gsi::kIsaLines - 1));
    return static_cast<IsaBus*>(creation.bus)->irq(number);
}

qom::Region ports_of(const Device& port, std::uint64_t count) {
    return {qom::kPortSpace, static_cast<std::uint64_t>(port.values().integer("iobase")), count};
}
qom::Region serial_place(const IsaSerial& port) { return ports_of(port, Uart16550::kRegisters); }
qom::Region parallel_place(const IsaParallel& port) { return ports_of(port, 8); }
qom::Region debugcon_place(const IsaDebugcon& port) { return ports_of(port, 1); }
qom::Region debug_exit_place(const IsaDebugExit& port) { return ports_of(port, static_cast<std::uint64_t>(port.values().integer("iosize"))); }

Result<std::unique_ptr<qom::Object>> create_serial(qom::Creation& creation) {
    // The property is that of the UART inside, and errors name that.
    Chardev* chardev = RHEA_TRY(chardev_of(creation.platform.chardevs, creation.values, "serial"));
    const unsigned index = RHEA_TRY(port_index(creation, IsaSerial::kPorts, "serial"));
    const unsigned number = value_or(creation.values, "irq", IsaSerial::kIrqs[index]);
    auto irq = RHEA_TRY(irq_of(creation, number));
    const auto base = static_cast<std::uint16_t>(value_or(creation.values, "iobase", IsaSerial::kBases[index]));
    auto port = std::make_unique<IsaSerial>(creation.platform.ports, creation.platform.clocks, base, irq, chardev);
    show_port(*port, {index, base, number, chardev});
    return port;
}

Result<std::unique_ptr<qom::Object>> create_parallel(qom::Creation& creation) {
    Chardev* chardev = RHEA_TRY(chardev_of(creation.platform.chardevs, creation.values));
    if (!chardev) return fail("Can't create parallel device, empty char device");
    const unsigned index = RHEA_TRY(port_index(creation, IsaParallel::kPorts, "parallel"));
    const unsigned number = value_or(creation.values, "irq", IsaParallel::kIrq);
    auto irq = RHEA_TRY(irq_of(creation, number));
    const auto base = static_cast<std::uint16_t>(value_or(creation.values, "iobase", IsaParallel::kBases[index]));
    auto port = std::make_unique<IsaParallel>(creation.platform.ports, base, irq, chardev);
    show_port(*port, {index, base, number, chardev});
    return port;
}

Result<std::unique_ptr<qom::Object>> create_debugcon(qom::Creation& creation) {
    Chardev* chardev = RHEA_TRY(chardev_of(creation.platform.chardevs, creation.values));
    if (!chardev) return fail("Can't create debugcon device, empty char device");
    return std::make_unique<IsaDebugcon>(creation.platform.ports, chardev, value_or(creation.values, "iobase", IsaDebugcon::kBase),
                                         value_or(creation.values, "readback", IsaDebugcon::kReadback));
}

Result<std::unique_ptr<qom::Object>> create_debug_exit(qom::Creation& creation) {
    const auto size = std::max<std::int64_t>(1, creation.values.integer("iosize"));
    return std::make_unique<IsaDebugExit>(creation.platform.ports, creation.platform.control,
                                          static_cast<std::uint32_t>(creation.values.integer("iobase")), static_cast<std::uint32_t>(size));
}

constexpr qom::Property kSerialProperties[] = {
    qom::property("index", qom::kUint32, kUnset),
    qom::property("iobase", qom::kUint32, kUnset),
    qom::property("irq", qom::kUint32, kUnset),
};
/// Those of the UART inside.
constexpr qom::Property kUartProperties[] = {
    qom::property("chardev", qom::kChardev),
    qom::property("baudbase", qom::kUint32, 115200),
    qom::property("wakeup", qom::kBool, false),
};
constexpr qom::Children kSerialChildren[] = {{"serial", &SerialObject::kType}};
constexpr qom::Nodes kSerialNodes[] = {qom::region<serial_place>("serial")};
constexpr qom::Property kParallelProperties[] = {
    qom::property("index", qom::kUint32, kUnset),
    qom::property("iobase", qom::kUint32, kUnset),
    qom::property("irq", qom::kUint32, 7),
    qom::property("chardev", qom::kChardev),
};
constexpr qom::Nodes kParallelNodes[] = {qom::region<parallel_place>("parallel")};
constexpr qom::Property kDebugconProperties[] = {
    qom::property("iobase", qom::kUint32, 0xe9),
    qom::property("chardev", qom::kChardev),
    qom::property("readback", qom::kUint32, 0xe9),
};
constexpr qom::Nodes kDebugconNodes[] = {qom::region<debugcon_place>("isa-debugcon")};
constexpr qom::Property kDebugExitProperties[] = {
    qom::property("iobase", qom::kUint32, 0x501),
    qom::property("iosize", qom::kUint32, 2),
};
constexpr qom::Nodes kDebugExitNodes[] = {qom::region<debug_exit_place>("isa-debug-exit")};

}  // namespace

void show_port(Device& port, const IsaPortPlace& place) {
    const auto keep = [&port](std::string_view name, QObject value) { port.values().keep(*port.type().find(name), std::move(value)); };
    keep("index", std::int64_t{place.index});
    keep("iobase", std::int64_t{place.base});
    keep("irq", std::int64_t{place.irq});
    if (place.chardev) keep("chardev", place.chardev->label());
}

QObject SerialObject::read(const qom::Property& property) const { return port_.get(*port_.type().find(property.name)); }

constinit const qom::Type SerialObject::kType{.name = "serial", .parent = &Device::kType, .properties = kUartProperties, .pluggable = false};
constinit const qom::Type IsaSerial::kType{.name = "isa-serial",
                                           .parent = &kIsaDevice,
                                           .interfaces = kInterfaces,
                                           .properties = kSerialProperties,
                                           .instance_properties = kUartProperties,
                                           .nodes = kSerialNodes,
                                           .children = kSerialChildren,
                                           .category = "Input",
                                           .create = create_serial};
constinit const qom::Type IsaParallel::kType{.name = "isa-parallel",
                                             .parent = &kIsaDevice,
                                             .interfaces = kInterfaces,
                                             .properties = kParallelProperties,
                                             .nodes = kParallelNodes,
                                             .category = "Input",
                                             .create = create_parallel};
constinit const qom::Type IsaDebugcon::kType{.name = "isa-debugcon",
                                             .parent = &kIsaDevice,
                                             .properties = kDebugconProperties,
                                             .nodes = kDebugconNodes,
                                             .category = "Misc",
                                             .create = create_debugcon};
constinit const qom::Type IsaDebugExit::kType{.name = "isa-debug-exit",
                                              .parent = &kIsaDevice,
                                              .properties = kDebugExitProperties,
                                              .nodes = kDebugExitNodes,
                                              .category = "Misc",
                                              .create = create_debug_exit};

}  // namespace rhea
