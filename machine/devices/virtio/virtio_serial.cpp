#include "machine/devices/virtio/virtio_serial.h"

#include <algorithm>
#include <utility>

namespace rhea::virtio {

namespace {

constexpr std::uint64_t kMultiPort = 1u << 1, kEmergencyWrite = 1u << 2;
constexpr std::size_t kControlHeader = 8, kConfigSize = 12, kMaxControl = 1024;
constexpr std::size_t kPiece = 4096;

std::vector<std::uint16_t> queue_sizes(std::uint32_t ports) {
    std::vector<std::uint16_t> sizes(2 * (ports + 1), VirtioSerial::kQueueSize);
    sizes[2] = sizes[3] = 32;  // control messages
    return sizes;
}

}  // namespace

// --- A port

VirtioSerialPort::VirtioSerialPort(VirtioSerial& device, std::uint32_t number, std::string name, bool console, Chardev* chardev)
    : device_(device), number_(number), name_(std::move(name)), console_(console), port_((device.add(*this), chardev), *this) {}

VirtioSerialPort::~VirtioSerialPort() { device_.remove(*this); }

std::size_t VirtioSerialPort::can_receive() { return guest_open_ || console_ ? device_.room(*this) : 0; }

void VirtioSerialPort::receive(std::span<const std::uint8_t> bytes) {
    const unsigned queue = VirtioSerial::input_queue(number_);
    while (!bytes.empty()) {
        auto element = device_.pop(queue);
        if (!element) return;
        const auto part = std::min<std::uint64_t>(bytes.size(), element->in_size());
        element->write(*device_.transport(), 0, bytes.first(part));
        device_.push(queue, *element, static_cast<std::uint32_t>(part));
        if (part == 0) return;
        bytes = bytes.subspan(part);
    }
}

void VirtioSerialPort::can_write() { take_output(); }

void VirtioSerialPort::opened(bool open) {
    host_open_ = open;
    device_.tell(number_, VirtioSerial::kPortOpen, open ? 1 : 0);
}

void VirtioSerialPort::take_output() {
    const unsigned queue = VirtioSerial::input_queue(number_) + 1;
    for (;;) {
        if (!sending_) {
            sending_ = device_.pop(queue);
            sent_ = 0;
            if (!sending_) return;
        }
        std::array<std::uint8_t, kPiece> piece;
        while (const auto size = sending_->read(*device_.transport(), sent_, piece)) {
            if (!port_.write(std::span(piece).first(size))) return;  // goes on when the client has read
            sent_ += size;
        }
        device_.push(queue, *std::exchange(sending_, std::nullopt), 0);
    }
}

void VirtioSerialPort::set_guest_open(bool open) {
    if (guest_open_ == open) return;
    guest_open_ = open;
    if (guest_opened_) guest_opened_(open);
    if (open) port_.accept_input();
}

void VirtioSerialPort::reset() {
    sending_.reset();
    set_guest_open(false);
}

// --- The device

VirtioSerial::VirtioSerial(std::uint32_t max_ports)
    : VirtioDevice(VirtioId::console, queue_sizes(std::clamp<std::uint32_t>(max_ports, 1, kMaxPorts)), kConfigSize),
      ports_(std::clamp<std::uint32_t>(max_ports, 1, kMaxPorts)) {}

VirtioSerial::~VirtioSerial() = default;

std::uint64_t VirtioSerial::own_features() const { return kMultiPort | kEmergencyWrite; }

std::uint8_t VirtioSerial::read_config(std::size_t offset) const {
    // Columns and rows are not known; then the number of ports.
    const auto ports = max_ports();
    return offset >= 4 && offset < 8 ? static_cast<std::uint8_t>(ports >> (8 * (offset - 4))) : 0;
}

std::optional<std::uint32_t> VirtioSerial::free_number(bool console) const {
    for (std::uint32_t number = console ? 0 : 1; number < ports_.size(); ++number)
        if (!ports_[number]) return number;
    return std::nullopt;
}

void VirtioSerial::add(VirtioSerialPort& port) {
    ports_.at(port.number()) = &port;
    tell(port.number(), kPortAdd, 1);
}

void VirtioSerial::remove(VirtioSerialPort& port) {
    ports_[port.number()] = nullptr;
    tell(port.number(), kPortRemove, 1);
}

std::size_t VirtioSerial::room(const VirtioSerialPort& port) {
    if (!(status() & kDriverOk) || !transport() || !queues()[input_queue(port.number())].available(*transport())) return 0;
    return kPiece;
}

void VirtioSerial::tell(std::uint32_t port, ControlEvent event, std::uint16_t value, std::string_view text) {
    // Before the driver says that it is there it would not understand; it is told of all ports then.
    if (!driver_knows_ports_ || !has(kMultiPort) || control_.size() >= kMaxControl) return;
    std::string message;
    const auto put = [&message](std::uint32_t number, unsigned size) {
        for (unsigned i = 0; i < size; ++i) message += static_cast<char>(number >> (8 * i));
    };
    put(port, 4);
    put(event, 2);
    put(value, 2);
    message += text;
    control_.push_back(std::move(message));
    send_control();
}

void VirtioSerial::send_control() {
    while (!control_.empty()) {
        auto element = pop(kControlIn);
        if (!element) return;
        const std::string message = std::move(control_.front());
        control_.erase(control_.begin());
        const auto written =
            element->write(*transport(), 0, std::span(reinterpret_cast<const std::uint8_t*>(message.data()), message.size()));
        push(kControlIn, *element, static_cast<std::uint32_t>(written));
    }
}

void VirtioSerial::handle_control(std::uint32_t number, std::uint16_t event, std::uint16_t value) {
    if (event == kDeviceReady) {
        driver_knows_ports_ = value != 0;
        for (const auto* port : ports_)
            if (port && value) tell(port->number(), kPortAdd, 1);
        return;
    }
    VirtioSerialPort* found = port(number);
    if (!found) return;
    if (event == kPortOpen) return found->set_guest_open(value != 0);
    if (event != kPortReady || !value) return;
    if (found->console()) tell(number, kConsolePort, 1);
    if (!found->port_name().empty()) tell(number, kPortName, 1, std::string(found->port_name()) + '\0');
    if (found->host_open()) tell(number, kPortOpen, 1);
}

void VirtioSerial::handle_queue(unsigned queue) {
    if (queue == kControlIn) return send_control();
    if (queue == kControlOut) {
        while (auto element = pop(queue)) {
            std::uint8_t raw[kControlHeader] = {};
            const bool whole = element->read(*transport(), 0, raw) == kControlHeader;
            push(queue, *element, 0);
            if (!whole) continue;
            const auto number = static_cast<std::uint32_t>(raw[0] | raw[1] << 8 | raw[2] << 16) | std::uint32_t{raw[3]} << 24;
            handle_control(number, static_cast<std::uint16_t>(raw[4] | raw[5] << 8), static_cast<std::uint16_t>(raw[6] | raw[7] << 8));
        }
        return;
    }
    const std::uint32_t number = queue < 2 ? 0 : queue / 2 - 1;
    VirtioSerialPort* found = port(number);
    if (queue % 2 == 0) {
        if (found) found->port_.accept_input();
    } else if (found) {
        found->take_output();
    } else {
        while (auto element = pop(queue)) push(queue, *element, 0);  // nobody listens
    }
}

void VirtioSerial::handle_reset() {
    driver_knows_ports_ = false;
    control_.clear();
    for (auto* port : ports_)
        if (port) port->reset();
}

}  // namespace rhea::virtio
