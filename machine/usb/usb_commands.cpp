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

constexpr unsigned kPiixSlot = 1, kPiixFunction = 2;

/// Makes a device that belongs to the board.
Result<std::unique_ptr<Device>> make(Machine& machine, const qom::Type& type, Bus& bus) {
    qom::Creation creation{machine.platform(), qom::Values(type), {}, &bus, false};
    RHEA_CHECK(apply_globals(machine, creation.values));
    auto made = RHEA_TRY(type.create(creation));
    return std::unique_ptr<Device>(static_cast<Device*>(made.release()));
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

Result<void> add_onboard_usb(Machine& machine) {
    PciBus& pci = machine.board()->pci();
    auto device = RHEA_TRY(make(machine, kPiix3Uhci, pci));
    RHEA_CHECK(pci.plug(static_cast<PciDevice&>(*device), kPiixSlot << 3 | kPiixFunction));
    machine.devices().add_onboard(std::move(device));
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
