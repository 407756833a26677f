#include "machine/device_types.h"

#include <charconv>

#include <fmt/format.h>

#include "machine/devices/i6300esb.h"
#include "machine/devices/ib700.h"
#include "machine/drive_board.h"
#include "machine/machine.h"
#include "machine/pc_board.h"
#include "qobject/keyval.h"

namespace rhea {

namespace {

/// One -device while it is being made: what is left of its options are properties.
struct Request {
    Machine& machine;
    std::string type, id;
    QDict properties;
    InputMode mode;

    Error not_found(std::string_view property) const {
        return Error::generic(fmt::format("Property '{}.{}' not found", type, property));
    }
    Result<void> check_done() const {
        for (const QDictEntry& property : properties) return fail(not_found(property.key));
        return {};
    }
};

Result<bool> take_bool(Request& request, const std::string& name, bool otherwise) {
    auto value = request.properties.take(name);
    if (!value) return otherwise;
    if (const bool* on = value->boolean(); on && request.mode == InputMode::json) return *on;
    if (value->string()) return parse_option_bool(name, *value->string());
    return fail(Error::invalid_parameter_type(name, "boolean"));
}

/// "addr": a slot, or "slot.function" in hexadecimal; a JSON number is slot * 8 + function.
Result<std::optional<unsigned>> take_address(Request& request) {
    auto value = request.properties.take("addr");
    if (!value) return std::optional<unsigned>{};
    std::int64_t number = 0;
    if (value->number() && value->number()->get_int(number) && number >= -1 && number < 256)
        return number < 0 ? std::optional<unsigned>{} : std::optional<unsigned>(static_cast<unsigned>(number));
    if (value->string()) {
        if (auto address = parse_pci_address(*value->string())) return address;
        return fail(fmt::format("Property '{}.addr' doesn't take value '{}'", request.type, *value->string()));
    }
    return fail(Error::invalid_parameter_type("addr", "integer"));
}

Result<Device*> plug_ib700(Request& request) {
    RHEA_CHECK(request.check_done());
    Machine& m = request.machine;
    return &m.devices().plug(std::make_unique<Ib700>(m.ports(), m.clocks(), m.life()), request.id);
}

Result<Device*> plug_i6300esb(Request& request) {
    Machine& m = request.machine;
    const auto address = RHEA_TRY(take_address(request));
    const bool multifunction = RHEA_TRY(take_bool(request, "multifunction", false));
    RHEA_CHECK(request.check_done());
    auto device = std::make_unique<I6300Esb>(m.clocks(), m.life());
    if (multifunction) device->set_multifunction();
    RHEA_CHECK(m.board()->pci().plug(*device, address));
    return &m.devices().plug(std::move(device), request.id);
}

Result<Device*> plug_ide_hd(Request& request) { return plug_ide_drive(request.machine, request.properties, request.id, false); }
Result<Device*> plug_ide_cd(Request& request) { return plug_ide_drive(request.machine, request.properties, request.id, true); }
Result<Device*> plug_floppy(Request& request) { return plug_floppy_drive(request.machine, request.properties, request.id); }

struct DeviceType {
    std::string_view name, bus_kind;
    bool takes_bus;                    ///< it wants "bus" among its own properties
    Result<Device*> (*plug)(Request& request);
};
constexpr DeviceType kTypes[] = {
    {"ib700", "ISA", false, plug_ib700},  {"i6300esb", "PCI", false, plug_i6300esb}, {"ide-hd", "IDE", true, plug_ide_hd},
    {"ide-cd", "IDE", true, plug_ide_cd}, {"floppy", "floppy-bus", true, plug_floppy},
};

struct Bus { std::string_view name, kind; };
constexpr Bus kBuses[] = {{"pci.0", "PCI"}, {"isa.0", "ISA"}, {"ide.0", "IDE"}, {"ide.1", "IDE"}, {"floppy-bus.0", "floppy-bus"}};

Result<void> check_bus(const Request& request, const DeviceType& type, const std::optional<std::string>& name) {
    if (!request.machine.board()) {
        if (name) return fail(fmt::format("Bus '{}' not found", *name));
        return fail(fmt::format("No '{}' bus found for device '{}'", type.bus_kind, type.name));
    }
    if (!name) return {};
    for (const Bus& bus : kBuses) {
        if (bus.name != *name) continue;
        if (bus.kind == type.bus_kind) return {};
        return fail(fmt::format("Device '{}' can't go on {} bus", type.name, bus.kind));
    }
    return fail(fmt::format("Bus '{}' not found", *name));
}

Result<std::optional<std::string>> take_string(QDict& options, const std::string& name) {
    auto value = options.take(name);
    if (!value) return std::optional<std::string>{};
    if (!value->string()) return fail(Error::invalid_parameter_type(name, "string"));
    return std::optional<std::string>(std::move(*value->string()));
}

}  // namespace

QDict global_properties(const Machine& machine, std::string_view type) {
    QDict properties;
    for (const cli::Global& global : machine.config().globals)
        if (global.driver == type) properties.put(global.property, global.value);
    return properties;
}

void warn_of_globals(const Machine& machine, const cli::Reporter& reporter) {
    for (const cli::Global& global : machine.config().globals) {
        bool known = false, on_board = false;
        for (const DeviceType& type : kTypes) known |= type.name == global.driver;
        for (const auto& device : machine.devices().devices()) on_board |= device->type_name() == global.driver;
        if (known) continue;
        if (on_board)
            reporter.warning(fmt::format("global {}.{}={} not used", global.driver, global.property, global.value));
        else
            reporter.warning(fmt::format("global {}.{} has invalid class name", global.driver, global.property));
    }
}

Result<Device*> plug_device(Machine& machine, const QDict& options, InputMode mode) {
    QDict properties = options;
    auto driver = RHEA_TRY(take_string(properties, "driver"));
    if (!driver) return fail(Error::missing_parameter("driver"));
    const DeviceType* type = nullptr;
    for (const DeviceType& known : kTypes)
        if (known.name == *driver) type = &known;
    if (!type) return fail(fmt::format("'{}' is not a valid device model name", *driver));

    auto id = RHEA_TRY(take_string(properties, "id"));
    if (id && !is_well_formed_id(*id)) return fail(ill_formed_id());
    if (id && machine.devices().find_id(*id)) return fail(duplicate_id(*id, "device"));
    auto bus = RHEA_TRY(take_string(properties, "bus"));
    for (const QDictEntry& global : global_properties(machine, *driver))
        if (!properties.contains(global.key)) properties.put(global.key, global.value);
    Request request{machine, *driver, id.value_or(""), std::move(properties), mode};
    RHEA_CHECK(check_bus(request, *type, bus));
    if (bus && type->takes_bus) request.properties.put("bus", *bus);
    return type->plug(request);
}

}  // namespace rhea
