#pragma once
/// Devices that come and go while the machine is there.
///
/// A bus has a handler; device_del asks it. A handler whose guest has to agree (ACPI PCI hotplug) notes the request, tells the guest,
/// and calls `DeviceRemoval::remove` when the guest lets go or the machine is reset; one without such manners (USB, SCSI) calls it at
/// once.
#include <string_view>

#include "qobject/error.h"

namespace rhea {

class Device;

/// Part of the machine.
class DeviceRemoval {
public:
    virtual ~DeviceRemoval() = default;
    /// Takes the device and what hangs on it off its bus and out of the tree, from the loop: after the reply to the command or access
    /// that is under way. Sends DEVICE_DELETED.
    virtual void remove(Device& device) = 0;
    /// The guest refuses: DEVICE_UNPLUG_GUEST_ERROR. It may be asked again.
    virtual void refuse(Device& device) = 0;
};

/// What stands behind a bus's link "hotplug-handler".
class HotplugHandler {
public:
    virtual ~HotplugHandler() = default;
    /// It was plugged in while the machine is there: the guest is told.
    virtual void plugged(Device& device) = 0;
    /// Somebody wants it out. An error refuses at once. Where asking again makes no sense, the device's unplug is pending from here on.
    virtual Result<void> request_unplug(Device& device) = 0;
};

}  // namespace rhea
