#pragma once
/// -usbdevice, and what is told of USB.
#include <string>
#include <string_view>

#include "qobject/error.h"

namespace rhea {

class Device;
class Machine;

/// Plugs in a device by its name of -usbdevice ("tablet"). The name has been checked.
Result<Device*> plug_usb_device(Machine& machine, std::string_view name);

/// On a board with usb=on: its controllers, at the places that PIIX3 and ICH9 have for them.
Result<void> add_piix_usb(Machine& machine);
Result<void> add_ich9_usb(Machine& machine);

/// A line for each device on a USB bus. Fails with "USB support not enabled".
Result<std::string> usb_text(const Machine& machine);

}  // namespace rhea
