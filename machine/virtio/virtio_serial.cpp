#include "machine/virtio/virtio_serial.h"

#include <algorithm>
#include <array>
#include <utility>

#include "machine/platform/events.h"

namespace rhea {

namespace {

constexpr std::uint64_t kMultiPort = 1u << 1, kEmergencyWrite = 1u << 2;
constexpr std::size_t kControlHeader = 8, kEmergencyOffset = 8, kPiece = 4096;
constexpr std::uint16_t kQueueSize = 128, kControlQueueSize = 32;

std::vector<std::uint16_t> queue_sizes(std::int64_t ports) {
    std::vector<std::uint16_t> sizes(2 * (static_cast<std::size_t>(ports) + 1), kQueueSize);
    sizes[2] = sizes[3] = kControlQueueSize;
    return sizes;
}

std::uint32_t load(std::span<const std::uint8_t> bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) value |= std::uint32_t{bytes[i]} << (8 * i);
    return value;
}

}  // namespace

// --- A port

VirtioSerialPort::VirtioSerialPort(qom::Values values, unsigned number, Chardev* chardev, EventBus& events)
    : Device(std::move(values)), number_(number), events_(events), port_(chardev, *this) {
    // A channel waits for the guest to open it; a console is always open.
    if (chardev && !is_console()) chardev->set_frontend_open(false);
    if (chardev && is_console()) host_open_ = true;
}

VirtioSerialPort::~VirtioSerialPort() {
    if (!device_) return;
    forget_output();
    device_->tell_guest(number_, VirtioSerial::kPortRemove, 1);
}

Result<void> VirtioSerialPort::plug_into(Bus& bus) {
    RHEA_CHECK(Device::plug_into(bus));
    device_ = &static_cast<VirtioSerialBus&>(bus).device();
    // In the order of QEMU's making: the far end is there before the port is.
    if (host_open_) device_->tell_guest(number_, VirtioSerial::kPortOpen, 1);
    device_->tell_guest(number_, VirtioSerial::kPortAdd, 1);
    return {};
}

std::size_t VirtioSerialPort::can_receive() {
    if (!device_ || (device_->many_ports() && !guest_open_)) return 0;
    return device_->room(*this);
}

void VirtioSerialPort::receive(std::span<const std::uint8_t> bytes) {
    const unsigned queue = VirtioSerial::input_queue(number_);
    while (!bytes.empty()) {
        auto element = device_->pop(queue);
        if (!element) break;
        const auto part = element->write(*device_->transport(), 0, bytes);
        device_->push(queue, *element, static_cast<std::uint32_t>(part));
        bytes = bytes.subspan(part);
    }
    device_->tell(queue);
}

void VirtioSerialPort::can_write() {
    throttled_ = false;
    if (device_) take_output();
}

void VirtioSerialPort::opened(bool open) {
    if (!is_console()) set_host_open(open);
}

void VirtioSerialPort::set_host_open(bool open) {
    if (host_open_ == open) return;
    host_open_ = open;
    if (!device_) return;
    // What the client did not take is nobody's any more.
    if (!open) forget_output();
    device_->tell_guest(number_, VirtioSerial::kPortOpen, open ? 1 : 0);
}

bool VirtioSerialPort::write(std::span<const std::uint8_t> bytes) {
    if (port_.write(bytes)) return true;
    // A console does not make the guest wait for whoever looks at it.
    if (is_console()) return true;
    throttled_ = true;
    return false;
}

void VirtioSerialPort::take_output() {
    const unsigned queue = VirtioSerial::input_queue(number_) + 1;
    if (throttled_) return;
    std::array<std::uint8_t, kPiece> piece;
    for (;;) {
        if (!sending_) {
            sending_ = device_->pop(queue);
            sent_ = 0;
            if (!sending_) break;
        }
        while (const auto size = sending_->read(*device_->transport(), sent_, piece)) {
            if (!write(std::span(piece).first(size))) return device_->tell(queue);  // goes on when the client has read
            sent_ += size;
        }
        device_->push(queue, *std::exchange(sending_, std::nullopt), 0);
    }
    device_->tell(queue);
}

void VirtioSerialPort::forget_output() {
    throttled_ = false;
    if (!sending_) return;
    device_->queues()[VirtioSerial::input_queue(number_) + 1].forget(*std::exchange(sending_, std::nullopt));
}

void VirtioSerialPort::set_guest_open(bool open) {
    guest_open_ = open;
    if (!is_console() && port_.chardev()) port_.chardev()->set_frontend_open(open);
    if (!id().empty()) events_.emit(VserportChangeEvent{id(), open});
    if (open) port_.accept_input();
}

// --- The device

VirtioSerialBus::VirtioSerialBus(VirtioSerial& device, std::string name, unsigned most_ports)
    : Bus(kVirtioSerialBus, std::move(name)), device_(device), most_ports_(most_ports) {}

VirtioSerialPort* VirtioSerialBus::port(unsigned number) const {
    for (const Entry& entry : entries())
        if (auto* port = static_cast<VirtioSerialPort*>(entry.device); port->number() == number) return port;
    return nullptr;
}

VirtioSerial::VirtioSerial(qom::Values said, Clocks& clocks, DeviceRemoval& removal, std::string bus_name)
    : VirtioDevice(said, VirtioId::console, queue_sizes(said.integer("max_ports")), said.boolean("emergency-write") ? 12 : 8),
      clocks_(clocks),
      removal_(removal),
      running_again_(clocks, ClockType::virtual_time, [this] {
          for (const Bus::Entry& entry : bus_.entries()) static_cast<VirtioSerialPort*>(entry.device)->port_.accept_input();
      }),
      bus_(*this, std::move(bus_name), static_cast<unsigned>(values().integer("max_ports"))) {
    add_part(bus_.bus_name(), bus_);
    bus_.set_hotplug_handler(this, this);
}

VirtioSerial::~VirtioSerial() {
    for (const Bus::Entry& entry : bus_.entries()) static_cast<VirtioSerialPort*>(entry.device)->device_ = nullptr;
}

std::uint64_t VirtioSerial::own_features(std::uint64_t common) const {
    return common | (bus_.most_ports() > 1 ? kMultiPort : 0) | (values().boolean("emergency-write") ? kEmergencyWrite : 0);
}

bool VirtioSerial::many_ports() const { return has(kMultiPort); }

std::uint8_t VirtioSerial::config_byte(std::size_t offset) const {
    // Columns and rows are not known; then the number of ports.
    return offset >= 4 && offset < 8 ? byte_of(bus_.most_ports(), offset - 4) : 0;
}

void VirtioSerial::write_config(std::size_t offset, std::span<const std::uint8_t> bytes) {
    if (!values().boolean("emergency-write") || offset > kEmergencyOffset || kEmergencyOffset >= offset + bytes.size()) return;
    const std::uint8_t byte = bytes[kEmergencyOffset - offset];
    if (byte == 0) return;
    for (const Bus::Entry& entry : bus_.entries())
        if (auto* port = static_cast<VirtioSerialPort*>(entry.device); port->is_console() && port->host_open()) {
            port->write(std::span(&byte, 1));
            return;
        }
}

void VirtioSerial::status_changes(std::uint8_t status) {
    if (!(status & kDriverOk)) {
        for (const Bus::Entry& entry : bus_.entries()) {
            auto* port = static_cast<VirtioSerialPort*>(entry.device);
            port->forget_output();
            if (port->guest_open()) port->set_guest_open(false);
        }
    } else if (VirtioSerialPort* first = many_ports() ? nullptr : bus_.port(0)) {
        // Nobody else will say so.
        first->guest_open_ = true;
    }
}

std::size_t VirtioSerial::room(const VirtioSerialPort& port) {
    const unsigned queue = input_queue(port.number());
    if (!(status() & kDriverOk) || queue_empty(queue)) return 0;
    if (!clocks_.running()) {
        running_again_.set(clocks_.now(ClockType::virtual_time));
        return 0;
    }
    return queues()[queue].writable_bytes(*transport(), kPiece);
}

void VirtioSerial::tell_guest(std::uint32_t port, ControlEvent event, std::uint16_t value, std::string_view text) {
    if (!queues()[kControlIn].ready()) return;
    const auto element = pop(kControlIn);
    if (!element) return;
    std::vector<std::uint8_t> message;
    const auto put = [&message](std::uint32_t number, unsigned size) {
        for (unsigned i = 0; i < size; ++i) message.push_back(byte_of(number, i));
    };
    put(port, 4);
    put(event, 2);
    put(value, 2);
    message.insert(message.end(), text.begin(), text.end());
    const auto written = element->write(*transport(), 0, message);
    complete(kControlIn, *element, static_cast<std::uint32_t>(written));
}

void VirtioSerial::handle_control(std::span<const std::uint8_t> message) {
    const std::uint32_t number = load(message.first(4)), event = load(message.subspan(4, 2)), value = load(message.subspan(6, 2));
    if (event == kDeviceReady) {
        if (value)
            for (const Bus::Entry& entry : bus_.entries()) tell_guest(static_cast<VirtioSerialPort*>(entry.device)->number(), kPortAdd, 1);
        return;
    }
    VirtioSerialPort* found = bus_.port(number);
    if (!found) return;
    if (event == kPortOpen) return found->set_guest_open(value != 0);
    if (event != kPortReady || !value) return;
    if (found->is_console()) tell_guest(number, kConsolePort, 1);
    if (const auto name = found->port_name(); !name.empty()) tell_guest(number, kPortName, 1, name + '\0');
    if (found->host_open()) tell_guest(number, kPortOpen, 1);
}

void VirtioSerial::handle_queue(unsigned queue) {
    if (queue == kControlIn) return;
    if (queue == kControlOut) {
        while (auto element = pop(queue)) {
            std::array<std::uint8_t, kControlHeader> message{};
            if (element->read(*transport(), 0, message) == kControlHeader) handle_control(message);
            push(queue, *element, 0);
        }
        return tell(queue);
    }
    VirtioSerialPort* found = bus_.port(port_of(queue));
    if (queue % 2 == 0) {
        if (found && found->guest_open()) found->port_.accept_input();
    } else if (found && found->host_open()) {
        found->take_output();
    } else {
        while (auto element = pop(queue)) push(queue, *element, 0);  // nobody listens
        tell(queue);
    }
}

void VirtioSerial::handle_queue_reset(unsigned queue) {
    if (queue % 2 == 0 || queue == kControlOut) return;
    if (VirtioSerialPort* found = bus_.port(port_of(queue))) found->forget_output();
}

}  // namespace rhea
