#include "machine/devices/i8042.h"

#include <algorithm>
#include <iterator>

#include "machine/devices/ps2_keyboard.h"
#include "machine/devices/ps2_mouse.h"
#include "machine/devices/trace_points.h"
#include "machine/gsi.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr std::size_t kBuffer = 256;

// Status register.
constexpr std::uint8_t kOutputFull = 0x01, kSelfTested = 0x04, kCommandLast = 0x08, kUnlocked = 0x10, kMouseData = 0x20;
// Command byte ("mode").
constexpr std::uint8_t kKeyboardIrq = 0x01, kMouseIrq = 0x02, kKeyboardOff = 0x10, kMouseOff = 0x20;
// Output port.
constexpr std::uint8_t kNotReset = 0x01, kA20 = 0x02, kKeyboardFull = 0x10, kMouseFull = 0x20, kOutputPortDefault = 0xcf;

enum Command : std::uint8_t {
    kReadMode = 0x20,
    kWriteMode = 0x60,
    kMouseDisable = 0xa7,
    kMouseEnable = 0xa8,
    kTestMouse = 0xa9,
    kSelfTest = 0xaa,
    kTestKeyboard = 0xab,
    kKeyboardDisable = 0xad,
    kKeyboardEnable = 0xae,
    kReadInputPort = 0xc0,
    kReadOutputPort = 0xd0,
    kWriteOutputPort = 0xd1,
    kEchoKeyboard = 0xd2,
    kEchoMouse = 0xd3,
    kToMouse = 0xd4,
    kA20Off = 0xdd,
    kA20On = 0xdf,
    kPulse = 0xf0,
};

std::uint8_t with(std::uint8_t value, std::uint8_t bits, bool set) {
    return static_cast<std::uint8_t>(set ? value | bits : value & ~bits);
}

}  // namespace

I8042::I8042(AddressSpace& ports, IrqLine keyboard_irq, IrqLine mouse_irq, MachineControl& control)
    : Device(kType),
      control_(control),
      keyboard_irq_(keyboard_irq),
      mouse_irq_(mouse_irq),
      data_(*this, false),
      command_(*this, true),
      data_mapping_(ports, {.name = "i8042-data", .base = 0x60, .size = 1, .handler = &data_, .max_access = 1}),
      command_mapping_(ports, {.name = "i8042-cmd", .base = 0x64, .size = 1, .handler = &command_, .max_access = 1}) {
    I8042::reset();
}

void I8042::reset() {
    mode_ = kKeyboardIrq | kMouseIrq;
    status_ = kCommandLast | kUnlocked;
    output_port_ = kOutputPortDefault;
    reply_.reset();
    from_devices_.clear();
    data_for_ = 0;
    if (keyboard_) keyboard_->reset();
    if (mouse_) mouse_->reset();
    update();
}

Ps2Device& I8042::keep(std::string name, std::unique_ptr<Ps2Device> device) {
    add_part(std::move(name), *device);
    device->set_realized();
    return *kept_.emplace_back(std::move(device));
}

void I8042::update() {
    const auto next = output();
    const bool full = next.has_value(), mouse = full && next->from_mouse;
    status_ = with(with(status_, kOutputFull, full), kMouseData, mouse);
    output_port_ = with(with(output_port_, kKeyboardFull, full && !mouse), kMouseFull, mouse);
    keyboard_irq_.set(full && !mouse && (mode_ & kKeyboardIrq) && !(mode_ & kKeyboardOff));
    mouse_irq_.set(mouse && (mode_ & kMouseIrq) && !(mode_ & kMouseOff));
}

std::optional<I8042::Byte> I8042::output() const {
    if (reply_ || from_devices_.empty()) return reply_;
    return from_devices_.front();
}

bool I8042::queue(std::uint8_t byte, bool from_mouse) {
    if (from_devices_.size() >= kBuffer) return false;
    from_devices_.push_back({byte, from_mouse});
    update();
    return true;
}

std::size_t I8042::pending(bool mouse) const {
    return static_cast<std::size_t>(
        std::count_if(from_devices_.begin(), from_devices_.end(), [&](const Byte& byte) { return byte.from_mouse == mouse; }));
}

void I8042::reply_from(bool mouse, std::span<const std::uint8_t> bytes) {
    if (from_devices_.size() + bytes.size() > kBuffer) return;
    auto at = std::find_if(from_devices_.begin(), from_devices_.end(), [&](const Byte& byte) { return byte.from_mouse == mouse; });
    for (const auto byte : bytes) at = std::next(from_devices_.insert(at, {byte, mouse}));
    update();
}

void I8042::reply(std::uint8_t byte, bool as_mouse) {
    reply_ = Byte{byte, as_mouse};
    update();
}

std::uint8_t I8042::read_data() {
    const auto next = output();
    if (!next) return last_;
    last_ = next->value;
    if (reply_) reply_.reset();
    else from_devices_.pop_front();
    // Each byte makes an edge of its own.
    keyboard_irq_.lower();
    mouse_irq_.lower();
    update();
    return last_;
}

void I8042::write_output_port(std::uint8_t value) {
    trace_device<"pckbd_outport_write">("{:#04x}", value);
    output_port_ = value;
    control_.set_a20((value & kA20) != 0);
    if (!(value & kNotReset)) control_.request_reset(ShutdownCause::guest_reset);
}

void I8042::write_data(std::uint8_t value) {
    const auto command = data_for_;
    data_for_ = 0;
    switch (command) {
        case kWriteMode: mode_ = value; return update();
        case kWriteOutputPort: return write_output_port(value);
        case kEchoKeyboard: return reply(value);
        case kEchoMouse: return reply(value, true);
        case kToMouse:
            if (mouse_) mouse_->command(value);
            return;
        default:
            mode_ = with(mode_, kKeyboardOff, false);  // talking to the keyboard turns it on
            update();
            if (keyboard_) keyboard_->command(value);
    }
}

void I8042::write_command(std::uint8_t value) {
    switch (value) {
        case kReadMode: return reply(mode_);
        case kWriteMode:
        case kWriteOutputPort:
        case kEchoKeyboard:
        case kEchoMouse:
        case kToMouse: data_for_ = value; return;
        case kMouseDisable: mode_ |= kMouseOff; return update();
        case kMouseEnable: mode_ = with(mode_, kMouseOff, false); return update();
        case kKeyboardDisable: mode_ |= kKeyboardOff; return update();
        case kKeyboardEnable: mode_ = with(mode_, kKeyboardOff, false); return update();
        case kTestMouse:
        case kTestKeyboard: return reply(0x00);
        case kSelfTest: status_ |= kSelfTested; return reply(0x55);
        case kReadInputPort: return reply(0x80);
        case kReadOutputPort: return reply(output_port_);
        case kA20Off:
        case kA20On: output_port_ = with(output_port_, kA20, value == kA20On); return control_.set_a20(value == kA20On);
        default:
            // Pulses the output port's low bits that are clear in the command; bit 0 is the reset line.
            if (value >= kPulse && !(value & 1)) control_.request_reset(ShutdownCause::guest_reset);
    }
}

std::uint64_t I8042::Port::io_read(std::uint64_t, unsigned) {
    const std::uint8_t value = command ? controller.status_ : controller.read_data();
    if (command) trace_device<"pckbd_kbd_read_status">("{:#04x}", value);
    else trace_device<"pckbd_kbd_read_data">("{:#04x}", value);
    return value;
}

void I8042::Port::io_write(std::uint64_t, std::uint64_t value, unsigned) {
    const auto byte = static_cast<std::uint8_t>(value);
    if (command) trace_device<"pckbd_kbd_write_command">("{:#04x}", byte);
    else trace_device<"pckbd_kbd_write_data">("{:#04x}", byte);
    if (command) controller.write_command(byte);
    else controller.write_data(byte);
}

// --- QOM

namespace {

constexpr qom::Property kProperties[] = {
    qom::property("extended-state", qom::kBool, true),
    qom::property("kbd-throttle", qom::kBool, false),
    qom::property("kbd-irq", qom::kUint8, 1),
    qom::property("mouse-irq", qom::kUint8, 12),
};
constexpr qom::Region kDataPlace[] = {{qom::kPortSpace, 0x60, 1}}, kCommandPlace[] = {{qom::kPortSpace, 0x64, 1}};
constexpr qom::Nodes kNodes[] = {qom::regions("i8042-data", kDataPlace).early(), qom::regions("i8042-cmd", kCommandPlace).early()};
constexpr const qom::Type* kInterfaces[] = {&qom::kAcpiAml};
constexpr qom::Children kChildren[] = {{"ps2kbd", &Ps2Keyboard::kType}, {"ps2mouse", &Ps2Mouse::kType}};
std::string irq_path(const qom::Object& controller, unsigned number) { return static_cast<const I8042&>(controller).irq_path(number == 1); }
constexpr qom::Pins kPins[] = {
    {"ps2-mouse-input-irq", true, 1},
    {"ps2-kbd-input-irq", true, 1},
    {"", false, 2, true, irq_path},
    {"a20", false, 1, true, [](const qom::Object&, unsigned) { return board_line_path(BoardLine::a20_of_keyboard); }},
};

}  // namespace

constinit const qom::Type kPs2Device{.name = "ps2-device", .parent = &kSystemDevice, .abstract = true};
constinit const qom::Type I8042::kType{.name = "i8042",
    .parent = &kIsaDevice,
    .interfaces = kInterfaces,
    .properties = kProperties,
    .nodes = kNodes,
    .pins = kPins,
    .children = kChildren,
    .category = "Input"};

}  // namespace rhea
