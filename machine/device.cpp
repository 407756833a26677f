#include "machine/device.h"

#include <algorithm>

#include <fmt/format.h>

#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

const qom::Object* parent_bus(const Device& device) { return device.parent_bus(); }
QObject realized(const Device& device) { return device.realized(); }
QObject hotplugged(const Device& device) { return device.hotplugged(); }
QObject hotpluggable(const Device& device) {
    return device.type().hotpluggable && (!device.parent_bus() || device.parent_bus()->hotpluggable());
}
/// The root of all buses never is.
QObject bus_realized(const Bus& bus) { return &bus.type() != &kSystemBus; }
const qom::Object* hotplug_handler(const Bus& bus) { return bus.hotplug_object(); }

constexpr qom::ValueType kBusLink{"link<bus>"}, kHandlerLink{"link<hotplug-handler>"};

constexpr qom::Property kDeviceProperties[] = {
    qom::property("realized", qom::kBool).from<realized>().internal(),
    qom::property("hotpluggable", qom::kBool).from<hotpluggable>().internal(),
    qom::property("hotplugged", qom::kBool).from<hotplugged>().internal(),
    qom::property("parent_bus", kBusLink).leads_to<parent_bus>().internal(),
};
constexpr const qom::Type* kDeviceInterfaces[] = {&qom::kResettable, &qom::kVmstateIf};
constexpr const qom::Type* kBusInterfaces[] = {&qom::kResettable};
constexpr qom::Property kBusProperties[] = {
    qom::property("hotplug-handler", kHandlerLink).leads_to<hotplug_handler>(),
    qom::property("realized", qom::kBool).from<bus_realized>(),
};

}  // namespace

constinit const qom::Type Device::kType{
    .name = "device", .parent = &qom::kObject, .abstract = true, .interfaces = kDeviceInterfaces, .properties = kDeviceProperties};
constinit const qom::Type Bus::kType{
    .name = "bus", .parent = &qom::kObject, .abstract = true, .interfaces = kBusInterfaces, .instance_properties = kBusProperties};

constinit const qom::Type kSystemDevice{
    .name = "sys-bus-device", .parent = &Device::kType, .abstract = true, .bus = "System", .pluggable = false};
constinit const qom::Type kIsaDevice{.name = "isa-device", .parent = &Device::kType, .abstract = true, .bus = "ISA"};
constinit const qom::Type kSystemBus{.name = "System", .parent = &Bus::kType};
constinit const qom::Type kIsaBus{.name = "ISA", .parent = &Bus::kType};
constinit const qom::Type kIdeBus{.name = "IDE", .parent = &Bus::kType};
constinit const qom::Type kFloppyBus{.name = "floppy-bus", .parent = &Bus::kType};
constinit const qom::Type kI2cBus{.name = "i2c-bus", .parent = &Bus::kType};

Device::~Device() {
    if (bus_) bus_->remove(*this);
}

HotplugHandler* Device::hotplug_handler() const { return hotplug_ ? hotplug_ : bus_ ? bus_->hotplug_handler() : nullptr; }

Result<void> Device::plug_into(Bus& bus) {
    bus.add(*this);
    return {};
}

Result<void> Device::check_settable(const qom::Property& property) const {
    if (!realized_ || property.access == qom::Access::always) return {};
    return fail(fmt::format("Attempt to set property '{}' on {} (type '{}') after it was realized", property.name,
                            id_.empty() ? "anonymous device" : fmt::format("device '{}'", id_), type_name()));
}

Bus::~Bus() {
    for (const Entry& entry : entries_) entry.device->bus_ = nullptr;
}

void Bus::add(Device& device) {
    entries_.push_back({&device, next_index_++});
    device.bus_ = this;
}

void Bus::remove(Device& device) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.device == &device; });
    device.bus_ = nullptr;
}

std::vector<std::string> Bus::details(const Device&) const { return {}; }

void Bus::list_extras(const std::function<void(Extra)>& visit) const {
    for (const Entry& entry : entries_) visit({qom::numbered("child", entry.index), entry.device});
}

}  // namespace rhea
