#pragma once
/// virtio-serial, the console device with many ports (VIRTIO 1.1, section 5.3): two queues for each port and two for control
/// messages, by which ports are named and opened. Port 0 is a console's.
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "machine/char_port.h"
#include "machine/devices/virtio/virtio_device.h"

namespace rhea::virtio {

class VirtioSerial;

/// One port: "virtserialport", or "virtconsole" for a console.
class VirtioSerialPort final : private CharPortUser {
public:
    /// All outlive it. `number` < the device's ports, and free.
    VirtioSerialPort(VirtioSerial& device, std::uint32_t number, std::string name, bool console, Chardev* chardev);
    ~VirtioSerialPort() override;

    std::uint32_t number() const { return number_; }
    const std::string& port_name() const { return name_; }
    bool console() const { return console_; }
    bool guest_open() const { return guest_open_; }
    bool host_open() const { return host_open_; }
    Chardev* chardev() const { return port_.chardev(); }
    /// The guest opened or closed its side (VSERPORT_CHANGE).
    void on_guest_open(std::function<void(bool open)> call) { guest_opened_ = std::move(call); }

private:
    friend class VirtioSerial;
    // CharPortUser
    std::size_t can_receive() override;
    void receive(std::span<const std::uint8_t> bytes) override;
    void can_write() override;
    void opened(bool open) override;

    /// The guest has sent something, or made room.
    void take_output();
    void set_guest_open(bool open);
    void reset();

    VirtioSerial& device_;
    std::uint32_t number_;
    std::string name_;
    bool console_, guest_open_ = false, host_open_ = false;
    std::function<void(bool)> guest_opened_;
    std::optional<VirtioElement> sending_;       // of the guest's output: not yet taken by the client
    std::uint64_t sent_ = 0;
    CharPort port_;                              // goes first: it may call
};

class VirtioSerial : public VirtioDevice {
public:
    static constexpr std::uint32_t kMaxPorts = 511;
    static constexpr std::uint16_t kQueueSize = 128;

    /// `max_ports`: 1 to kMaxPorts.
    explicit VirtioSerial(std::uint32_t max_ports = 31);
    ~VirtioSerial() override;

    std::uint32_t max_ports() const { return static_cast<std::uint32_t>(ports_.size()); }
    /// Port 0 is kept for a console. Nothing: there is no room.
    std::optional<std::uint32_t> free_number(bool console) const;
    VirtioSerialPort* port(std::uint32_t number) const { return number < ports_.size() ? ports_[number] : nullptr; }

    std::uint8_t read_config(std::size_t offset) const override;

protected:
    std::uint64_t own_features() const override;
    void handle_queue(unsigned queue) override;
    void handle_reset() override;

private:
    friend class VirtioSerialPort;
    enum ControlEvent : std::uint16_t {
        kDeviceReady, kPortAdd, kPortRemove, kPortReady, kConsolePort, kResize, kPortOpen, kPortName,
    };
    static constexpr unsigned kControlIn = 2, kControlOut = 3;
    static unsigned input_queue(std::uint32_t port) { return port == 0 ? 0 : 2 * port + 2; }

    void add(VirtioSerialPort& port);
    void remove(VirtioSerialPort& port);
    void tell(std::uint32_t port, ControlEvent event, std::uint16_t value, std::string_view text = {});
    void send_control();
    void handle_control(std::uint32_t port, std::uint16_t event, std::uint16_t value);
    std::size_t room(const VirtioSerialPort& port);

    std::vector<VirtioSerialPort*> ports_;
    std::vector<std::string> control_;           // messages that wait for a buffer
    bool driver_knows_ports_ = false;
};

}  // namespace rhea::virtio
