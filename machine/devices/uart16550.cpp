#include "machine/devices/uart16550.h"

#include <sys/ioctl.h>

#include "machine/devices/trace_points.h"

#include <algorithm>

namespace rhea {

namespace {

enum Register { kData, kInterruptEnable, kIdentification, kLineControl, kModemControl, kLineStatus, kModemStatus, kScratch };

// Interrupt enable.
constexpr std::uint8_t kOnData = 0x01, kOnSendEmpty = 0x02, kOnLine = 0x04, kOnModem = 0x08;
// Interrupt identification.
constexpr std::uint8_t kModemChanged = 0x00, kNone = 0x01, kSendEmpty = 0x02, kDataReady = 0x04, kLineError = 0x06,
                       kTimeout = 0x0c, kCauses = 0x0f, kFifosOn = 0xc0;
// FIFO control.
constexpr std::uint8_t kFifoEnable = 0x01, kClearReceived = 0x02, kClearToSend = 0x04, kFifoBits = 0xc9;
// Line status.
constexpr std::uint8_t kReady = 0x01, kOverrun = 0x02, kBreak = 0x10, kHoldingEmpty = 0x20, kEmpty = 0x40, kErrors = 0x1e;
// Modem control and status.
constexpr std::uint8_t kBreakControl = 0x40, kTerminalReady = 0x01, kRequestToSend = 0x02;      // line and modem control
constexpr std::uint8_t kModemBits = 0x1f, kOut2 = 0x08, kCarrier = 0x80, kDataSet = 0x20, kClearToSendLine = 0x10, kDeltas = 0x0f;

constexpr std::uint16_t kDivisor9600 = 12;
constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr unsigned kTimeoutCharacters = 4;

constexpr std::uint8_t without(std::uint8_t value, std::uint8_t bits) { return static_cast<std::uint8_t>(value & ~bits); }

}  // namespace

Uart16550::Uart16550(Clocks& clocks, IrqLine irq, Chardev* chardev, std::uint32_t baud_base)
    : clocks_(clocks),
      irq_(irq),
      baud_base_(baud_base),
      timeout_(clocks, ClockType::virtual_time,
               [this] {
                   if (received_.size() == 0) return;
                   timeout_pending_ = true;
                   update_irq();
               }),
      port_((reset(), chardev), *this) {}

void Uart16550::reset() {
    divisor_ = kDivisor9600;
    interrupt_enable_ = fifo_control_ = line_control_ = scratch_ = 0;
    identification_ = kNone;
    modem_control_ = kOut2;
    line_status_ = kEmpty | kHoldingEmpty;
    modem_status_ = kCarrier | kDataSet | kClearToSendLine;
    receive_buffer_ = send_buffer_ = shift_register_ = 0;
    received_.clear();
    to_send_.clear();
    shifting_ = send_empty_pending_ = timeout_pending_ = false;
    timeout_.cancel();
    irq_.lower();
}

/// A start bit, 5 to 8 data bits, perhaps a parity bit, and the stop bits.
std::int64_t Uart16550::character_ns() const {
    const unsigned bits = 1 + (line_control_ & 3) + 5 + (line_control_ & 8 ? 1 : 0) + (line_control_ & 4 ? 2 : 1);
    // A divisor of zero does not stop the chip; it runs at about 3500 baud.
    const std::int64_t bauds = divisor_ == 0 ? 3500 : std::max<std::int64_t>(baud_base_ / divisor_, 1);
    return kSecondNs / bauds * bits;
}

void Uart16550::update_irq() {
    std::uint8_t cause = kNone;
    const bool enough = (line_status_ & kReady) != 0;
    constexpr unsigned kTriggers[] = {1, 4, 8, 14};
    const bool trigger = enough && (!fifos() || received_.size() >= kTriggers[fifo_control_ >> 6]);
    if ((interrupt_enable_ & kOnLine) && (line_status_ & kErrors)) cause = kLineError;
    else if ((interrupt_enable_ & kOnData) && timeout_pending_) cause = kTimeout;
    else if ((interrupt_enable_ & kOnData) && trigger) cause = kDataReady;
    else if ((interrupt_enable_ & kOnSendEmpty) && send_empty_pending_) cause = kSendEmpty;
    else if ((interrupt_enable_ & kOnModem) && (modem_status_ & kDeltas)) cause = kModemChanged;
    identification_ = static_cast<std::uint8_t>((identification_ & ~kCauses) | cause);
    irq_.set(cause != kNone);  // OUT2 gates nothing here, as in the reference
}

// --- Receiving

std::size_t Uart16550::can_receive() {
    if (!fifos()) return line_status_ & kReady ? 0 : 1;
    if (received_.full()) return 0;
    // Up to the trigger level at once, and from there byte by byte, so that a guest that keeps up sees the level first.
    constexpr unsigned kTriggers[] = {1, 4, 8, 14};
    const unsigned trigger = kTriggers[fifo_control_ >> 6];
    return received_.size() < trigger ? trigger - received_.size() : 1;
}

void Uart16550::take_byte(std::uint8_t byte) {
    if (!fifos()) {
        if (line_status_ & kReady) line_status_ |= kOverrun;
        receive_buffer_ = byte;
    } else if (received_.full()) {
        line_status_ |= kOverrun;
    } else {
        received_.push(byte);
    }
    line_status_ |= kReady;
}

void Uart16550::receive(std::span<const std::uint8_t> bytes) {
    for (const auto byte : bytes) take_byte(byte);
    if (fifos()) timeout_.set(clocks_.now(ClockType::virtual_time) + kTimeoutCharacters * character_ns());
    update_irq();
}

void Uart16550::receive_break() {
    take_byte(0);
    line_status_ |= kBreak;
    update_irq();
}

std::uint8_t Uart16550::read_data() {
    std::uint8_t byte = 0;
    if (fifos()) {
        if (received_.size() > 0) byte = received_.pop();
        if (received_.size() == 0) line_status_ = without(line_status_, kReady | kBreak);
        else timeout_.set(clocks_.now(ClockType::virtual_time) + kTimeoutCharacters * character_ns());
        timeout_pending_ = false;
    } else {
        byte = receive_buffer_;
        line_status_ = without(line_status_, kReady | kBreak);
    }
    update_irq();
    if (!loopback()) port_.accept_input();
    return byte;
}

// --- Sending

void Uart16550::write_data(std::uint8_t value) {
    send_buffer_ = value;
    if (fifos()) {
        if (to_send_.full()) to_send_.pop();  // the oldest is overwritten
        to_send_.push(value);
    }
    send_empty_pending_ = false;
    line_status_ = without(line_status_, kEmpty | kHoldingEmpty);
    update_irq();
    if (!shifting_) transmit();
}

/// Sends what there is, until the client has no room for it.
void Uart16550::transmit() {
    do {
        if (!shifting_) {
            if (!fifos()) {
                shift_register_ = send_buffer_;
            } else if (to_send_.size() > 0) {
                shift_register_ = to_send_.pop();
            } else {
                return;  // the FIFO was emptied under way
            }
            if (!fifos() || to_send_.size() == 0) line_status_ |= kHoldingEmpty;
            if ((line_status_ & kHoldingEmpty) && !send_empty_pending_) {
                send_empty_pending_ = true;
                update_irq();
            }
        }
        if (loopback()) {
            shifting_ = false;
            receive(std::span(&shift_register_, 1));
        } else {
            shifting_ = !port_.write(shift_register_);
            if (shifting_) return;
        }
    } while (!(line_status_ & kHoldingEmpty));
    line_status_ |= kEmpty;
}

// --- Registers

void Uart16550::write_interrupt_enable(std::uint8_t value) {
    const auto changed = static_cast<std::uint8_t>((interrupt_enable_ ^ value) & 0x0f);
    interrupt_enable_ = value & 0x0f;
    // Enabling it while there is nothing to send interrupts at once.
    if (changed & kOnSendEmpty) send_empty_pending_ = (interrupt_enable_ & kOnSendEmpty) && (line_status_ & kHoldingEmpty);
    if (changed) update_irq();
}

void Uart16550::write_fifo_control(std::uint8_t value) {
    if ((value ^ fifo_control_) & kFifoEnable) value |= kClearReceived | kClearToSend;
    if (value & kClearReceived) {
        line_status_ = without(line_status_, kReady | kBreak);
        timeout_.cancel();
        timeout_pending_ = false;
        received_.clear();
    }
    if (value & kClearToSend) {
        line_status_ |= kHoldingEmpty;
        send_empty_pending_ = true;
        to_send_.clear();
    }
    fifo_control_ = value & kFifoBits;
    identification_ = fifos() ? identification_ | kFifosOn : without(identification_, kFifosOn);
    update_irq();
    if (value & kClearReceived) port_.accept_input();
}

/// In loopback the outputs DTR, RTS, OUT1 and OUT2 are the inputs DSR, CTS, RI and DCD.
std::uint8_t Uart16550::modem_status() const {
    if (!loopback()) return modem_status_;
    return static_cast<std::uint8_t>((modem_control_ & 0x0c) << 4 | (modem_control_ & 0x02) << 3 | (modem_control_ & 0x01) << 5);
}

std::uint8_t Uart16550::read(std::uint64_t offset) {
    switch (offset) {
        case kData: return divisor_latch() ? static_cast<std::uint8_t>(divisor_) : read_data();
        case kInterruptEnable: return divisor_latch() ? static_cast<std::uint8_t>(divisor_ >> 8) : interrupt_enable_;
        case kIdentification: {
            const auto value = identification_;
            if ((value & kCauses) == kSendEmpty) {
                send_empty_pending_ = false;
                update_irq();
            }
            return value;
        }
        case kLineControl: return line_control_;
        case kModemControl: return modem_control_;
        case kLineStatus: {
            const auto value = line_status_;
            if (value & (kBreak | kOverrun)) {
                line_status_ = without(line_status_, kBreak | kOverrun);
                update_irq();
            }
            return value;
        }
        case kModemStatus: {
            const auto value = modem_status();
            if (!loopback() && (value & kDeltas)) {
                modem_status_ = without(modem_status_, kDeltas);
                update_irq();
            }
            return value;
        }
        case kScratch: return scratch_;
        default: return 0;
    }
}

std::uint64_t Uart16550::io_read(std::uint64_t offset, unsigned) {
    const std::uint8_t value = read(offset);
    trace_device<"serial_read">("read addr {:#04x} val {:#04x}", offset, value);
    return value;
}

PortLines* Uart16550::wires() const { return port_.chardev() ? port_.chardev()->port_lines() : nullptr; }

/// A real port, or a device that listens to the speed, is set as the guest sets the UART.
void Uart16550::set_line() {
    PortLines* wires = this->wires();
    if (!wires || divisor_ == 0) return;
    const char parity = !(line_control_ & 8) ? 'N' : line_control_ & 0x10 ? 'E' : 'O';
    wires->set_parameters({static_cast<int>(baud_base_ / divisor_), parity, (line_control_ & 3) + 5, line_control_ & 4 ? 2 : 1});
}

void Uart16550::write_line_control(std::uint8_t value) {
    const std::uint8_t changes = line_control_ ^ value;
    line_control_ = value;
    set_line();
    if ((changes & kBreakControl) && wires()) wires()->set_break((value & kBreakControl) != 0);
}

void Uart16550::write_modem_control(std::uint8_t value) {
    value &= kModemBits;
    const bool changes = value != modem_control_;
    modem_control_ = value;
    if (changes && wires()) wires()->set_modem_lines((value & kTerminalReady ? TIOCM_DTR : 0) | (value & kRequestToSend ? TIOCM_RTS : 0));
}

void Uart16550::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    const auto byte = static_cast<std::uint8_t>(value);
    trace_device<"serial_write">("write addr {:#04x} val {:#04x}", offset, byte);
    switch (offset) {
        case kData:
            if (divisor_latch()) divisor_ = static_cast<std::uint16_t>((divisor_ & 0xff00) | byte), set_line();
            else write_data(byte);
            return;
        case kInterruptEnable:
            if (divisor_latch()) divisor_ = static_cast<std::uint16_t>((divisor_ & 0x00ff) | byte << 8), set_line();
            else write_interrupt_enable(byte);
            return;
        case kIdentification: return write_fifo_control(byte);
        case kLineControl: return write_line_control(byte);
        case kModemControl: return write_modem_control(byte);
        case kScratch: scratch_ = byte; return;
        default: return;  // the status registers are read only
    }
}

}  // namespace rhea
