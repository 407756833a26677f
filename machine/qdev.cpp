#include "machine/qdev.h"

#include <filesystem>

#include <fmt/format.h>

#include "machine/boot_devices.h"
#include "machine/compat_properties.h"
#include "machine/data_files.h"
#include "machine/machine.h"
#include "machine/pc_board.h"
#include "machine/qom/type.h"
#include "qobject/keyval.h"

namespace rhea {

namespace {

const qom::Type* known_device_type(std::string_view name) {
    const qom::Type* type = qom::find_device_type(name);
    return type && type->is_a(Device::kType) ? type : nullptr;
}

/// The buses that hang on a device, the newest first.
template <class Visit>
void for_each_bus(const Device& device, Visit&& visit) {
    std::vector<Bus*> buses;
    device.for_each_child([&](qom::Object& child) {
        if (auto* bus = dynamic_cast<Bus*>(&child)) buses.push_back(bus);
    });
    for (auto at = buses.rbegin(); at != buses.rend(); ++at) visit(**at);
}

/// The way of a search for a bus: depth first, the newest devices first. A full one is taken when no other is there.
template <class Match>
Bus* search(Bus& bus, const Match& match) {
    Bus* found = match(bus) ? &bus : nullptr;
    if (found && !found->full()) return found;
    const auto& entries = bus.entries();
    for (auto at = entries.rbegin(); at != entries.rend(); ++at) {
        Bus* room = nullptr;
        for_each_bus(*at->device, [&](Bus& child) {
            if (room && !room->full()) return;
            if (Bus* below = search(child, match)) room = below;
        });
        if (room && !room->full()) return room;
        if (room && !found) found = room;
    }
    return found;
}

Result<Device*> device_on(const Bus& bus, std::string_view name) {
    const auto& entries = bus.entries();
    // An id before a type's name before its alias.
    for (auto at = entries.rbegin(); at != entries.rend(); ++at)
        if (!at->device->id().empty() && at->device->id() == name) return at->device;
    for (auto at = entries.rbegin(); at != entries.rend(); ++at)
        if (at->device->type_name() == name) return at->device;
    for (auto at = entries.rbegin(); at != entries.rend(); ++at)
        if (!at->device->type().alias.empty() && at->device->type().alias == name) return at->device;
    return fail(Error::device_not_found(name));
}

Result<std::optional<std::string>> take_string(QDict& options, const std::string& name) {
    auto value = options.take(name);
    if (!value) return std::optional<std::string>{};
    if (!value->string()) return fail(Error::invalid_parameter_type(name, "string"));
    return std::optional<std::string>(std::move(*value->string()));
}

Result<const qom::Type*> driver_type(std::string_view name, bool hotplugged) {
    const qom::Type* type = known_device_type(name);
    if (!type) return fail(fmt::format("'{}' is not a valid device model name", name));
    if (type->abstract) return fail(Error::invalid_parameter_value("driver", "a non-abstract device type"));
    if (!type->pluggable || (hotplugged && !type->hotpluggable) || !type->create)
        return fail(Error::invalid_parameter_value("driver", "a pluggable device type"));
    return type;
}

}  // namespace

Result<void> check_audiodev(const Machine& machine, const qom::Values& values, std::string_view name) {
    const qom::Property* property = values.type().find(name);
    if (!property || property->type != &qom::kAudiodev) return {};
    const auto wanted = values.text(name);
    for (const cli::Arguments& audio : machine.config().audiodevs)
        if (const QObject* id = audio.members.find("id"); id && id->string() && wanted == *id->string()) return {};
    return fail(fmt::format("Property '{}.{}' can't find value '{}'", values.type().name, name, wanted.value_or("")));
}

namespace {

Result<Bus*> bus_for(Machine& machine, const qom::Type& type, const std::optional<std::string>& path) {
    const std::string_view kind = type.bus_kind();
    if (path) {
        Bus* bus = RHEA_TRY(find_bus(machine, *path));
        if (bus->type_name() != kind && !bus->type().is_a(kind))
            return fail(fmt::format("Device '{}' can't go on {} bus", type.name, bus->type_name()));
        return bus;
    }
    if (kind.empty()) return nullptr;
    Bus* bus = find_bus_of(machine, kind);
    if (!bus) return fail(fmt::format("No '{}' bus found for device '{}'", kind, type.name));
    return bus;
}

std::int64_t acpi_index(const Device& device) {
    return device.type().find("acpi-index") ? device.values().integer("acpi-index") : 0;
}

/// The number by which an operating system names a PCI device is its own.
Result<void> check_acpi_index(const qom::Tree& devices, const Device& device) {
    constexpr std::int64_t kMost = 16383;
    const std::int64_t index = acpi_index(device);
    if (index > kMost) return fail(fmt::format("acpi-index should be less or equal to {}", kMost));
    bool used = false;
    if (index) devices.for_each_device([&](Device& other) { used |= acpi_index(other) == index; });
    if (used) return fail(fmt::format("a PCI device with acpi-index = {} already exist", index));
    return {};
}

/// The ROM that somebody wants in a PCI device, if its register for one is not turned off.
Result<void> check_rom_file(const Machine& machine, const qom::Values& values) {
    const auto file = values.text("romfile");
    if (!values.given("romfile") || !file || file->empty() || values.integer("rombar") == 0) return {};
    if (find_data_file(machine.config().data_dirs, *file)) return {};
    return fail(fmt::format("failed to find romfile \"{}\"", *file));
}

/// It is on its bus, and not in the tree yet.
Result<std::unique_ptr<Device>> make_device(Machine& machine, qom::Creation& creation, const QDict& properties, InputMode mode) {
    RHEA_CHECK(apply_globals(machine, creation.values));
    for (const QDictEntry& property : properties) {
        // Lists and objects do not survive the way of the old option format.
        if (creation.hotplugged && (property.value.list() || property.value.dict())) continue;
        RHEA_CHECK(creation.values.set(property.key, property.value, mode));
        RHEA_CHECK(check_audiodev(machine, creation.values, property.key));
    }
    const qom::Values values = creation.values;
    RHEA_CHECK(check_rom_file(machine, values));
    auto made = RHEA_TRY(values.type().create(creation));
    std::unique_ptr<Device> device(static_cast<Device*>(made.release()));
    device->values().merge(values);
    fit_rom(machine, *device);
    const auto roms = machine.board() ? machine.board()->firmware().boot_indexes() : std::vector<std::int64_t>();
    RHEA_CHECK(check_boot_index(machine.devices(), roms, *device));
    RHEA_CHECK(check_acpi_index(machine.devices(), *device));
    device->set_id(creation.id);
    if (creation.hotplugged) device->set_hotplugged();
    if (creation.bus) RHEA_CHECK(device->plug_into(*creation.bus));
    return device;
}

}  // namespace

namespace {

/// Whether what is said of a type holds for one: it is of that type, or there is such a device inside.
bool is_meant(const qom::Type& type, std::string_view said) { return type.is_a(said) || (type.part && type.part->is_a(said)); }

}  // namespace

void apply_version(const Machine& machine, qom::Values& values) {
    qom::Values defaults(values.type());
    for_each_compat_property(machine.type(), values.type(), [&](const CompatProperty& row) {
        if (!values.type().find(row.property)) return;
        const auto set = defaults.set(row.property, QObject(row.value), InputMode::keyval);
        (void)set;      // rows are right: a test has tried them all
    });
    defaults.merge(values);
    values.merge(defaults);
}

Result<void> apply_globals(const Machine& machine, qom::Values& values) {
    apply_version(machine, values);
    for (const cli::Global& global : machine.config().globals) {
        if (!is_meant(values.type(), global.driver)) continue;
        auto set = values.set(global.property, QObject(global.value), InputMode::keyval);
        if (!set) return fail(std::move(set).error().prefixed(fmt::format("can't apply global {}.{}={}: ", global.driver, global.property, global.value)));
    }
    return {};
}

void warn_of_globals(const Machine& machine, const cli::Reporter& reporter) {
    for (const cli::Global& global : machine.config().globals) {
        const qom::Type* type = qom::find_type(global.driver);
        if (!type) {
            reporter.warning(fmt::format("global {}.{} has invalid class name", global.driver, global.property));
        } else if (!type->pluggable && !type->abstract) {
            bool used = false;
            machine.devices().for_each_device([&](Device& device) { used |= device.type().is_a(*type); });
            if (!used) reporter.warning(fmt::format("global {}.{}={} not used", global.driver, global.property, global.value));
        }
    }
}

void fit_rom(const Machine& machine, Device& device) {
    auto* function = dynamic_cast<PciDevice*>(&device);
    const auto file = function && device.values().given("romfile") ? device.values().text("romfile") : std::nullopt;
    if (!file || function->bar(PciDevice::kRomBar).kind == PciBar::Kind::none) return;
    if (file->empty()) return function->resize_rom(0);
    const auto path = find_data_file(machine.config().data_dirs, *file);
    std::error_code failed;
    const auto size = path ? std::filesystem::file_size(*path, failed) : 0;
    if (!failed && size > 0 && size <= PciDevice::kLargestRom && !device.values().given("romsize")) function->resize_rom(size);
}

Result<Bus*> find_bus(Machine& machine, std::string_view path) {
    Bus* bus = machine.system_bus();
    std::string_view rest = path;
    const auto take = [&rest] {
        while (rest.starts_with('/')) rest.remove_prefix(1);
        const auto part = rest.substr(0, rest.find('/'));
        rest.remove_prefix(part.size());
        return part;
    };
    if (!path.starts_with('/')) {
        const auto name = take();
        bus = bus ? search(*bus, [&](const Bus& candidate) { return candidate.bus_name() == name; }) : nullptr;
        if (!bus) return fail(fmt::format("Bus '{}' not found", name));
    } else if (!bus) {
        return fail(fmt::format("Bus '{}' not found", path));
    }
    while (true) {
        const auto device_name = take();
        if (device_name.empty()) break;
        Device* device = RHEA_TRY(device_on(*bus, device_name));
        std::vector<Bus*> buses;
        for_each_bus(*device, [&](Bus& child) { buses.push_back(&child); });
        const auto bus_name = take();
        if (bus_name.empty()) {
            if (buses.size() == 1) return buses.front();
            return fail(buses.empty() ? fmt::format("Device '{}' has no child bus", device_name)
                                      : fmt::format("Device '{}' has multiple child buses", device_name));
        }
        bus = nullptr;
        for (Bus* child : buses)
            if (child->bus_name() == bus_name) bus = child;
        if (!bus) return fail(fmt::format("Bus '{}' not found", bus_name));
    }
    if (bus->full()) return fail(fmt::format("Bus '{}' is full", path));
    return bus;
}

Bus* find_bus_of(Machine& machine, std::string_view kind) {
    Bus* root = machine.system_bus();
    const qom::Type* type = qom::find_type(kind);
    return root && type ? search(*root, [type](const Bus& bus) { return bus.type().is_a(*type); }) : nullptr;
}

Result<Device*> plug_device(Machine& machine, const QDict& options, InputMode mode, bool hotplugged) {
    QDict properties = options;
    auto driver = RHEA_TRY(take_string(properties, "driver"));
    if (!driver) return fail(Error::missing_parameter("driver"));
    const qom::Type* type = RHEA_TRY(driver_type(*driver, hotplugged));
    auto path = RHEA_TRY(take_string(properties, "bus"));
    Bus* bus = RHEA_TRY(bus_for(machine, *type, path));
    if (hotplugged && bus && !bus->hotpluggable())
        return fail(fmt::format("Bus '{}' does not support hotplugging", bus->bus_name()));
    auto id = RHEA_TRY(take_string(properties, "id"));
    if (id && !is_well_formed_id(*id)) return fail(ill_formed_id());
    if (id && machine.devices().find_id(*id)) return fail(fmt::format("Duplicate device ID '{}'", *id));

    qom::Creation creation{machine.platform(), qom::Values(*type), id.value_or(""), bus, hotplugged};
    auto device = make_device(machine, creation, properties, mode);
    if (device) return &machine.devices().plug(std::move(*device), creation.id);
    if (creation.id.empty()) machine.devices().skip_anonymous();
    return fail(std::move(device).error());
}

}  // namespace rhea
