#include "machine/usb/usb_bus.h"

#include <fmt/format.h>

#include <algorithm>

#include "machine/qom/basic_types.h"
#include "machine/qom/tree.h"
#include "machine/usb/usb_hub.h"
#include "machine/usb/usb_types.h"

namespace rhea {

namespace {

struct Speed {
    unsigned bit;
    std::string_view name, rate;
};
constexpr Speed kSpeeds[] = {{kUsbLow, "low", "1.5"}, {kUsbFull, "full", "12"}, {kUsbHigh, "high", "480"}, {kUsbSuper, "super", "5000"}};

unsigned next_number(const qom::Tree& tree) {
    const auto buses = usb_buses(tree);
    return buses.empty() ? 0 : buses.back()->number() + 1;
}

}  // namespace

std::string usb_speeds_text(unsigned speeds) {
    std::string text;
    for (const Speed& speed : kSpeeds)
        if (speeds & speed.bit & ~kUsbLow) text += fmt::format("{}{}", text.empty() ? "" : "+", speed.name);
    return text;
}

std::vector<UsbBus*> usb_buses(const qom::Tree& tree) {
    std::vector<UsbBus*> buses;
    tree.for_each_device([&](Device& device) {
        device.for_each_child([&](qom::Object& child) {
            if (auto* bus = dynamic_cast<UsbBus*>(&child)) buses.push_back(bus);
        });
    });
    std::sort(buses.begin(), buses.end(), [](const UsbBus* a, const UsbBus* b) { return a->number() < b->number(); });
    return buses;
}

// --- devices

UsbDevice::~UsbDevice() {
    if (port_) static_cast<UsbBus*>(parent_bus())->release(*port_);
}

std::string_view UsbDevice::speed() const {
    return std::find_if(std::begin(kSpeeds), std::end(kSpeeds), [this](const Speed& speed) { return speed.bit == speed_; })->rate;
}

Result<void> UsbDevice::attach() {
    if (attached_ || !port_) return {};
    const unsigned common = product_.speeds & port_->speeds;
    if (!common)
        return fail(fmt::format("Warning: speed mismatch trying to attach usb device \"{}\" ({} speed) to bus \"{}\", port \"{}\" ({} speed)",
                                product_.name, usb_speeds_text(product_.speeds), parent_bus()->bus_name(), port_->path,
                                usb_speeds_text(port_->speeds)));
    for (const Speed& speed : kSpeeds)
        if (common & speed.bit) speed_ = speed.bit;
    attached_ = true;
    return {};
}

Result<void> UsbDevice::plug_into(Bus& where) {
    auto& bus = static_cast<UsbBus&>(where);
    port_ = RHEA_TRY(bus.claim(values(), product_.name));
    port_->device = this;
    bus.add(*this);
    auto made = plugged_in(bus, *port_);
    if (made && product_.attached) made = attach();
    if (made) return {};
    bus.release(*port_);
    bus.remove(*this);
    return made;
}

// --- the bus

UsbBus::UsbBus(std::string name, qom::Tree& tree, DeviceRemoval& removal, bool companions)
    : Bus(kType, std::move(name)), number_(next_number(tree)), tree_(tree), removal_(removal), companions_(companions) {
    set_hotplug_handler(this, this);
}

UsbBus::~UsbBus() {
    for (const UsbPort* port : used_) port->device->port_ = nullptr;
}

UsbPort& UsbBus::add_port(std::string path, unsigned speeds, unsigned hubs) {
    ports_.push_back({std::move(path), speeds, nullptr, hubs});
    free_.push_back(&ports_.back());
    return ports_.back();
}

void UsbBus::remove_port(UsbPort& port) {
    std::erase(free_, &port);
    std::erase(used_, &port);
    if (port.device) port.device->port_ = nullptr;
    ports_.remove_if([&](const UsbPort& other) { return &other == &port; });
}

Result<void> UsbBus::add_companion(unsigned first, unsigned count, unsigned speeds) {
    const auto total = static_cast<unsigned>(std::count_if(ports_.begin(), ports_.end(), [](const UsbPort& port) { return port.hubs == 0; }));
    has_companion_.resize(total);
    if (count > total || first > total - count) return fail(fmt::format("firstport must be between 0 and {}", total - std::min(count, total)));
    for (unsigned i = first; i < first + count; ++i)
        if (has_companion_[i])
            return fail(fmt::format("firstport {} asks for ports {}-{}, but port {} has a companion assigned already", first, first,
                                    first + count - 1, i));
    auto port = std::next(ports_.begin(), first);
    for (unsigned i = first; i < first + count; ++i, ++port) {
        has_companion_[i] = true;
        port->speeds |= speeds;
    }
    return {};
}

Result<void> UsbBus::try_port(const qom::Values& values, std::string_view product) {
    release(*RHEA_TRY(claim(values, product)));
    return {};
}

Result<UsbPort*> UsbBus::claim(const qom::Values& values, std::string_view product) {
    const auto path = values.text("port");
    auto found = free_.begin();
    if (path && !path->empty()) {
        found = std::find_if(free_.begin(), free_.end(), [&](const UsbPort* port) { return port->path == *path; });
        if (found == free_.end()) return fail(fmt::format("usb port {} (bus {}) not found (in use?)", *path, bus_name()));
    } else {
        if (free_.size() == 1 && !values.type().is_a(kUsbHub))
            if (auto hub = std::make_unique<UsbHub>(qom::Values(kUsbHub)); hub->plug_into(*this)) tree_.add_onboard(std::move(hub));
        if (free_.empty())
            return fail(fmt::format("tried to attach usb device {} to a bus with no free ports", product));
        found = free_.begin();
    }
    UsbPort* port = *found;
    free_.erase(found);
    used_.push_back(port);
    return port;
}

void UsbBus::release(UsbPort& port) {
    if (port.device) {
        port.device->port_ = nullptr;
        port.device->attached_ = false;
    }
    port.device = nullptr;
    std::erase(used_, &port);
    free_.push_back(&port);
}

Result<void> UsbBus::request_unplug(Device& device) {
    // What is plugged into a hub goes with it.
    if (const auto* hub = dynamic_cast<const UsbHub*>(&device))
        for (const UsbPort* port : hub->ports())
            if (port->device) RHEA_CHECK(request_unplug(*port->device));
    removal_.remove(device);
    return {};
}

std::vector<std::string> UsbBus::details(const Device& on) const {
    const auto& device = static_cast<const UsbDevice&>(on);
    return {fmt::format("addr {}.0, port {}, speed {}, name {}{}", number_, device.port() ? device.port()->path : "-", device.speed(),
                        device.product().name, device.attached() ? ", attached" : "")};
}

// --- QOM

namespace {

QObject is_attached(const UsbDevice& device) { return device.attached(); }

constexpr qom::Property kProperties[] = {
    qom::property("port", qom::kText),
    qom::property("serial", qom::kText),
    qom::property("msos-desc", qom::kBit, true),
    qom::property("pcap", qom::kText),
};
constexpr const qom::Type* kBusInterfaces[] = {&qom::kHotplugHandler};

}  // namespace

constinit const qom::Property kUsbAttached[1] = {qom::property("attached", qom::kBool).from<is_attached>()};
constinit const qom::Type kUsbDevice{
    .name = "usb-device", .parent = &Device::kType, .abstract = true, .properties = kProperties, .bus = "usb-bus"};
constinit const qom::Type UsbBus::kType{.name = "usb-bus", .parent = &Bus::kType, .interfaces = kBusInterfaces};

}  // namespace rhea
