#pragma once
/// The bus of virtio-serial, and the ports on it.
#include "machine/char_port.h"
#include "machine/hotplug.h"
#include "machine/virtio/virtio_pci.h"

namespace rhea {

extern const qom::Type kVirtioSerialBus, kVirtioSerialPort, kVirtSerialPort, kVirtConsole;

class VirtioSerialPort final : public Device, private CharPortUser {
public:
    /// `chardev` may be null, and outlives it.
    VirtioSerialPort(qom::Values values, unsigned number, Chardev* chardev)
        : Device(std::move(values)), number_(number), port_(chardev, *this) {
        // A channel waits for the guest to open it; a console is always open.
        if (chardev && !type().is_a(kVirtConsole)) chardev->set_frontend_open(false);
    }
    unsigned number() const { return number_; }

private:
    unsigned number_;
    CharPort port_;
};

class VirtioSerialBus final : public Bus {
public:
    VirtioSerialBus(std::string name, unsigned most_ports);
    VirtioSerialPort* port(unsigned number) const;
    unsigned most_ports() const { return most_ports_; }

private:
    unsigned most_ports_;
};

/// Ports come and go at once.
class VirtioSerial final : public VirtioDevice, public HotplugHandler {
public:
    VirtioSerial(qom::Values values, DeviceRemoval& removal, std::string bus_name);

    void plugged(Device&) override {}
    Result<void> request_unplug(Device& device) override {
        removal_.remove(device);
        return {};
    }

private:
    DeviceRemoval& removal_;
    VirtioSerialBus bus_;
};


}  // namespace rhea
