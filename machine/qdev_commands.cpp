#include "machine/qdev_commands.h"

#include <fmt/format.h>

#include "json/writer.h"
#include "machine/hotplug.h"
#include "machine/machine.h"
#include "machine/qdev.h"
#include "monitor/command_table.h"

namespace rhea {

struct DeviceAdd { std::string driver; std::optional<std::string> bus, id; };
struct DeviceDel { std::string id; };

template <>
inline constexpr auto description<DeviceAdd> = object("q_obj_device_add-arg", member<&DeviceAdd::driver>("driver"),
                                                      member<&DeviceAdd::bus>("bus"), member<&DeviceAdd::id>("id"));
template <> inline constexpr auto description<DeviceDel> = object("q_obj_device_del-arg", member<&DeviceDel::id>("id"));

namespace {

/// device_add goes by way of the old option format: values become text, an id that is no text gets lost, and so do lists and objects.
QDict as_options(const QDict& arguments) {
    QDict options;
    for (const QDictEntry& entry : arguments) {
        if (entry.value.string()) options.put(entry.key, entry.value);
        else if (entry.key == "id") continue;
        else if (const bool* on = entry.value.boolean()) options.put(entry.key, QObject(*on ? "on" : "off"));
        else if (entry.value.number()) options.put(entry.key, QObject(json::to_string(entry.value)));
    }
    return options;
}

Result<Empty> device_add(Machine& machine, const QDict& arguments) {
    const QDict options = as_options(arguments);
    if (const QObject* id = options.find("id"); id && !is_well_formed_id(*id->string())) return fail(Error::invalid_parameter_value("id", "an identifier"));
    Device* device = RHEA_TRY(plug_device(machine, options, InputMode::keyval, true));
    if (HotplugHandler* handler = device->hotplug_handler()) handler->plugged(*device);
    return Empty{};
}

/// Its arguments are whatever the driver has for properties, so that no one type describes them.
void invoke_device_add(const Command&, void* context, const QDict& arguments, const Caller&, ResultSink& sink) {
    auto added = device_add(*static_cast<Machine*>(context), arguments);
    if (added) sink.result(type_of<Empty>(), &*added);
    else sink.error(added.error());
}

Result<Empty> device_del(Machine& machine, const DeviceDel& args) {
    qom::Tree& tree = machine.devices();
    // An id is a path from the peripherals on; none leads to themselves.
    qom::Object* object = args.id.empty() ? tree.find("/machine/peripheral") : args.id.front() == '/' ? tree.find(args.id) : tree.find_id(args.id);
    if (!object) return fail(Error::device_not_found(args.id));
    auto* device = dynamic_cast<Device*>(object);
    if (!device) return fail(fmt::format("{} is not a hotpluggable device", args.id));
    Bus* bus = device->parent_bus();
    if (bus && !bus->hotpluggable()) return fail(fmt::format("Bus '{}' does not support hotplugging", bus->bus_name()));
    if (!device->type().hotpluggable) return fail(fmt::format("Device '{}' does not support hotplugging", device->type_name()));
    if (device->unplug_pending()) return fail(fmt::format("Device {} is already in the process of unplug", args.id));
    HotplugHandler* handler = device->hotplug_handler();
    if (!handler) return fail(fmt::format("Device '{}' does not support hotplugging", device->type_name()));
    RHEA_CHECK(handler->request_unplug(*device));
    return Empty{};
}

constexpr std::string_view kDeviceAddFeatures[] = {"json-cli", "json-cli-hotplug"};

constexpr Command device_add_command() {
    Command c;
    c.name = "device_add";
    c.doc = "Plugs in a device.";
    c.arguments = &type_ref<DeviceAdd>;
    c.result = &type_ref<Empty>;
    c.invoke = invoke_device_add;
    c.features = kDeviceAddFeatures;
    return c;
}

constexpr Command kCommands[] = {
    device_add_command(),
    command<device_del>("device_del", "Asks for a device to be unplugged."),
};

}  // namespace

void add_device_commands(CommandTable& table, Machine& machine) { table.add(kCommands, machine); }

}  // namespace rhea
