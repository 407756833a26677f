#pragma once
/// virtio-serial, the console device with many ports (VIRTIO 1.1, section 5.3): two queues for each port and two for control
/// messages, by which ports are named and opened. Port 0 is a console's. The ports are devices on its bus.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "machine/char_port.h"
#include "machine/clock.h"
#include "machine/hotplug.h"
#include "machine/virtio/virtio_device.h"
#include "monitor/event_bus.h"

namespace rhea {

class VirtioSerial;

extern const qom::Type kVirtioSerialBus, kVirtioSerialPort, kVirtSerialPort, kVirtConsole;

/// "virtserialport", or "virtconsole" for a console.
class VirtioSerialPort final : public Device, private CharPortUser {
public:
    /// `chardev` may be null. It outlives the port, and so does `events`.
    VirtioSerialPort(qom::Values values, unsigned number, Chardev* chardev, EventBus& events);
    ~VirtioSerialPort() override;
    Result<void> plug_into(Bus& bus) override;

    unsigned number() const { return number_; }
    std::string port_name() const { return values().text("name").value_or(""); }
    bool is_console() const { return &type() == &kVirtConsole; }
    bool guest_open() const { return guest_open_; }
    bool host_open() const { return host_open_; }
    bool throttled() const { return throttled_; }

private:
    friend class VirtioSerial;
    // CharPortUser
    std::size_t can_receive() override;
    void receive(std::span<const std::uint8_t> bytes) override;
    void can_write() override;
    void opened(bool open) override;

    /// The guest has sent something.
    void take_output();
    /// What was written of `bytes`; none: the client has not read yet.
    bool write(std::span<const std::uint8_t> bytes);
    void set_guest_open(bool open);
    void set_host_open(bool open);
    void forget_output();

    unsigned number_;
    EventBus& events_;
    VirtioSerial* device_ = nullptr;             // null: not plugged in, or it is gone
    bool guest_open_ = false, host_open_ = false, throttled_ = false;
    std::optional<VirtioElement> sending_;       // of the guest's output: not yet taken by the client
    std::uint64_t sent_ = 0;
    CharPort port_;                              // goes first: it may call
};

class VirtioSerialBus final : public Bus {
public:
    VirtioSerialBus(VirtioSerial& device, std::string name, unsigned most_ports);
    VirtioSerialPort* port(unsigned number) const;
    unsigned most_ports() const { return most_ports_; }
    VirtioSerial& device() const { return device_; }

private:
    VirtioSerial& device_;
    unsigned most_ports_;
};

/// Ports come and go at once.
class VirtioSerial final : public VirtioDevice, public HotplugHandler {
public:
    static constexpr std::uint32_t kMostPorts = 511;

    /// max_ports is 1 to kMostPorts.
    VirtioSerial(qom::Values values, Clocks& clocks, DeviceRemoval& removal, std::string bus_name);
    ~VirtioSerial() override;
    VirtioSerialBus& port_bus() { return bus_; }

    void plugged(Device&) override {}
    Result<void> request_unplug(Device& device) override {
        removal_.remove(device);
        return {};
    }
    std::uint8_t config_byte(std::size_t offset) const override;
    void write_config(std::size_t offset, std::span<const std::uint8_t> bytes) override;

protected:
    std::uint64_t own_features(std::uint64_t common) const override;
    void handle_queue(unsigned queue) override;
    void handle_queue_reset(unsigned queue) override;
    void status_changes(std::uint8_t status) override;

private:
    friend class VirtioSerialPort;
    enum ControlEvent : std::uint16_t {
        kDeviceReady, kPortAdd, kPortRemove, kPortReady, kConsolePort, kResize, kPortOpen, kPortName,
    };
    static constexpr unsigned kControlIn = 2, kControlOut = 3;
    static unsigned input_queue(std::uint32_t port) { return port == 0 ? 0 : 2 * port + 2; }
    static std::uint32_t port_of(unsigned queue) { return queue < 2 ? 0 : queue / 2 - 1; }
    bool many_ports() const;

    /// A message for the guest; lost when it has no room for one.
    void tell_guest(std::uint32_t port, ControlEvent event, std::uint16_t value, std::string_view text = {});
    void handle_control(std::span<const std::uint8_t> message);
    std::size_t room(const VirtioSerialPort& port);

    Clocks& clocks_;
    DeviceRemoval& removal_;
    Timer running_again_;                        // input waits for a machine that runs
    VirtioSerialBus bus_;
};

}  // namespace rhea
