#include "machine/usb/usb_commands.h"

#include <fmt/format.h>

#include <algorithm>

#include "machine/machine.h"
#include "machine/pc_board.h"
#include "machine/qdev.h"
#include "machine/usb/usb_bus.h"
#include "machine/usb/usb_types.h"

namespace rhea {

namespace {

struct ShortName {
    std::string_view name;
    const qom::Type* type;
};
constexpr ShortName kShortNames[] = {
    {"tablet", &kUsbTablet}, {"mouse", &kUsbMouse}, {"keyboard", &kUsbKbd}, {"wacom-tablet", &kUsbWacomTablet}, {"braille", &kUsbBraille}};

constexpr unsigned kPiixSlot = 1, kPiixFunction = 2, kIch9Slot = 29, kIch9EhciFunction = 7;

/// Makes a device that belongs to the board.
Result<std::unique_ptr<Device>> make(Machine& machine, const qom::Type& type, Bus& bus, const std::function<Result<void>(qom::Values&)>& configure = {}) {
    qom::Creation creation{machine.platform(), qom::Values(type), {}, &bus, false};
    RHEA_CHECK(apply_globals(machine, creation.values));
    if (configure) RHEA_CHECK(configure(creation.values));
    const qom::Values values = creation.values;
    auto made = RHEA_TRY(type.create(creation));
    std::unique_ptr<Device> device(static_cast<Device*>(made.release()));
    device->values().merge(values);
    return device;
}

}  // namespace

Result<Device*> plug_usb_device(Machine& machine, std::string_view name) {
    const auto* found = std::find_if(std::begin(kShortNames), std::end(kShortNames), [&](const ShortName& row) { return row.name == name; });
    Bus* bus = find_bus_of(machine, UsbBus::kType.name);
    if (found == std::end(kShortNames) || !bus)
        return fail(fmt::format("Error: no usb bus to attach usbdevice {}, please try -machine usb=on and check that the machine model supports USB", name));
    if (found->type == &kUsbBraille) return fail(fmt::format("Failed to create USB device '{}'", found->type->name));      // there is no Braille display
    auto device = RHEA_TRY(make(machine, *found->type, *bus));
    RHEA_CHECK(device->plug_into(*bus));
    return &machine.devices().add_onboard(std::move(device));
}

namespace {

/// Where a board has a USB controller.
struct OnboardUsb {
    const qom::Type& type;
    unsigned slot, function;
    int first_port = -1;      ///< of the EHCI controller's; -1: it is no companion
};

Result<UsbBus*> add_controller(Machine& machine, const OnboardUsb& wanted, bool multifunction, const UsbBus* master) {
    PciBus& pci = machine.board()->pci();
    auto device = RHEA_TRY(make(machine, wanted.type, pci, [&](qom::Values& values) -> Result<void> {
        if (wanted.first_port < 0) return {};
        RHEA_CHECK(values.set("masterbus", QObject(master->bus_name()), InputMode::json));
        return values.set("firstport", QObject(wanted.first_port), InputMode::json);
    }));
    auto& controller = static_cast<PciDevice&>(*device);
    if (multifunction) controller.set_multifunction();
    RHEA_CHECK(pci.plug(controller, wanted.slot << 3 | wanted.function));
    UsbBus* bus = nullptr;
    machine.devices().add_onboard(std::move(device)).for_each_child([&bus](qom::Object& child) {
        if (auto* found = dynamic_cast<UsbBus*>(&child)) bus = found;
    });
    return bus;
}

}  // namespace

Result<void> add_piix_usb(Machine& machine) {
    RHEA_CHECK(add_controller(machine, {kPiix3Uhci, kPiixSlot, kPiixFunction}, false, nullptr));
    return {};
}

Result<void> add_ich9_usb(Machine& machine) {
    const UsbBus* master = RHEA_TRY(add_controller(machine, {kIch9Ehci1, kIch9Slot, kIch9EhciFunction}, true, nullptr));
    const OnboardUsb companions[] = {{kIch9Uhci1, kIch9Slot, 0, 0}, {kIch9Uhci2, kIch9Slot, 1, 2}, {kIch9Uhci3, kIch9Slot, 2, 4}};
    for (const OnboardUsb& companion : companions) RHEA_CHECK(add_controller(machine, companion, true, master));
    return {};
}


Result<std::string> usb_text(const Machine& machine) {
    const auto buses = usb_buses(machine.devices());
    if (buses.empty()) return fail("USB support not enabled");
    std::string text;
    for (const UsbBus* bus : buses)
        for (const UsbPort* port : bus->used()) {
            const UsbDevice* device = port->device;
            if (!device) continue;
            fmt::format_to(std::back_inserter(text), "  Device {}.0, Port {}, Speed {} Mb/s, Product {}{}{}\n", bus->number(), port->path,
                           device->speed(), device->product().name, device->id().empty() ? "" : ", ID: ", device->id());
        }
    return text;
}

}  // namespace rhea
