#pragma once
/// USB: buses with ports, and the devices that are plugged into them. A hub gives its bus more ports; there is one bus for a whole
/// tree of hubs. Devices come and go at once; nothing is transferred yet, so that an address on the bus stays 0. Loop thread only.
#include <list>
#include <string>
#include <vector>

#include "machine/device.h"
#include "machine/hotplug.h"

namespace rhea {

namespace qom { class Tree; }
class UsbBus;
class UsbDevice;

/// Speeds, as bits.
inline constexpr unsigned kUsbLow = 1, kUsbFull = 2, kUsbHigh = 4, kUsbSuper = 8;

struct UsbPort {
    std::string path;            ///< from the controller on: "2.1" is the first port of a hub in port 2
    unsigned speeds = 0;
    UsbDevice* device = nullptr;
    unsigned hubs = 0;           ///< between it and the controller
};

/// What kind of device it is.
struct UsbProduct {
    std::string_view name;       ///< "QEMU USB Hub"
    unsigned speeds;
    bool attached = true;        ///< as soon as it is plugged in
};

class UsbDevice : public Device {
public:
    UsbDevice(qom::Values values, const UsbProduct& product) : Device(std::move(values)), product_(product) {}
    ~UsbDevice() override;

    const UsbProduct& product() const { return product_; }
    UsbPort* port() const { return port_; }
    bool attached() const { return attached_; }
    /// "12", in Mbit/s: of the cable when it is attached.
    std::string_view speed() const;
    /// Shows the device to the controller, or says why the port cannot have it.
    Result<void> attach();
    void detach() { attached_ = false; }

    /// Into the port that "port" names, else the first free one.
    Result<void> plug_into(Bus& bus) override;

protected:
    /// It has its port.
    virtual Result<void> plugged_in(UsbBus& bus, UsbPort& port) { (void)bus, (void)port; return {}; }
    /// What it is said to have before it is attached.
    void set_idle_speed(unsigned speed) { speed_ = speed; }

private:
    friend class UsbBus;
    UsbProduct product_;
    UsbPort* port_ = nullptr;
    bool attached_ = false;
    unsigned speed_ = kUsbFull;
};

class UsbBus final : public Bus, public HotplugHandler {
public:
    static const qom::Type kType;      ///< "usb-bus"

    /// `companions`: controllers for slower devices may take over its ports. `tree` and `removal` outlive it.
    UsbBus(std::string name, qom::Tree& tree, DeviceRemoval& removal, bool companions = false);
    ~UsbBus() override;

    unsigned number() const { return number_; }
    UsbPort& add_port(std::string path, unsigned speeds, unsigned hubs = 0);
    void remove_port(UsbPort& port);
    /// Another controller serves `count` ports from `first` on at its `speeds`, too.
    Result<void> add_companion(unsigned first, unsigned count, unsigned speeds);
    bool takes_companions() const { return companions_; }

    /// Takes a free port for a device; when only one is left, a hub comes in between.
    Result<UsbPort*> claim(const qom::Values& values, std::string_view product);
    /// For a device that cannot be made once it has its port: the port goes back to the end of the free ones. Fails when there is none.
    Result<void> try_port(const qom::Values& values, std::string_view product);
    void release(UsbPort& port);
    /// Ports that are in use, in the order of their being taken.
    const std::vector<UsbPort*>& used() const { return used_; }

    std::vector<std::string> details(const Device& device) const override;

    // HotplugHandler
    void plugged(Device&) override {}
    Result<void> request_unplug(Device& device) override;

private:
    unsigned number_;
    qom::Tree& tree_;
    DeviceRemoval& removal_;
    bool companions_;
    std::list<UsbPort> ports_;
    std::vector<UsbPort*> free_, used_;
    std::vector<bool> has_companion_;
};

/// Every USB bus, by number.
std::vector<UsbBus*> usb_buses(const qom::Tree& tree);
std::string usb_speeds_text(unsigned speeds);

extern const qom::Type kUsbDevice, kUsbHub;

}  // namespace rhea
