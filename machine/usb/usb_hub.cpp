#include "machine/usb/usb_hub.h"

#include <fmt/format.h>

#include "machine/platform.h"
#include "machine/usb/usb_types.h"

namespace rhea {

namespace {

constexpr unsigned kMostPorts = 8, kDeepest = 5;
constexpr UsbProduct kProduct{"QEMU USB Hub", kUsbFull};

Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    return std::make_unique<UsbHub>(creation.values);
}

constexpr qom::Property kProperties[] = {
    qom::property("ports", qom::kUint32, 8),
    qom::property("port-power", qom::kBool, false),
};

}  // namespace

UsbHub::UsbHub(qom::Values values) : UsbDevice(std::move(values), kProduct) {}

UsbHub::~UsbHub() {
    // With a bus that is gone, the ports are, too.
    if (!parent_bus()) return;
    for (UsbPort* port : ports_) static_cast<UsbBus*>(parent_bus())->remove_port(*port);
}

Result<void> UsbHub::plugged_in(UsbBus& bus, UsbPort& port) {
    const auto count = values().integer("ports");
    if (count < 1 || count > kMostPorts) return fail(fmt::format("num_ports ({}) out of range (1..{})", count, kMostPorts));
    if (port.hubs == kDeepest) return fail("usb hub chain too deep");
    // A port that is too fast for a hub gets none, and no ports behind it.
    RHEA_CHECK(attach());
    for (unsigned i = 1; i <= static_cast<unsigned>(count); ++i)
        ports_.push_back(&bus.add_port(fmt::format("{}.{}", port.path, i), kUsbLow | kUsbFull, port.hubs + 1));
    return {};
}

constinit const qom::Type kUsbHub{.name = "usb-hub",
                                  .parent = &kUsbDevice,
                                  .properties = kProperties,
                                  .instance_properties = kUsbAttached,
                                  .category = "Controller/Bridge/Hub",
                                  .create = create};

}  // namespace rhea
