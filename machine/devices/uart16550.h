#pragma once
/// A 16550A UART (National PC16550D): registers, FIFOs, loopback, modem lines and the interrupt. Time is the virtual clock's;
/// bytes leave for the chardev at once, those that come in wait as long as the guest does not read them.
#include <array>
#include <cstdint>

#include "machine/address_space.h"
#include "machine/char_port.h"
#include "machine/clock.h"
#include "machine/irq.h"

namespace rhea {

class Uart16550 final : public IoHandler, private CharPortUser {
public:
    static constexpr unsigned kRegisters = 8, kFifo = 16;
    static constexpr std::uint32_t kBaudBase = 115200;

    /// `clocks` and `chardev` outlive it; `chardev` may be null.
    Uart16550(Clocks& clocks, IrqLine irq, Chardev* chardev, std::uint32_t baud_base = kBaudBase);

    void reset();
    /// The other end holds the line low.
    void receive_break() override;
    Chardev* chardev() const { return port_.chardev(); }

    std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;

private:
    class Fifo {
    public:
        unsigned size() const { return size_; }
        bool full() const { return size_ == kFifo; }
        void clear() { first_ = size_ = 0; }
        void push(std::uint8_t byte) { bytes_[(first_ + size_++) % kFifo] = byte; }
        std::uint8_t pop() {
            const auto byte = bytes_[first_];
            first_ = (first_ + 1) % kFifo;
            --size_;
            return byte;
        }

    private:
        std::array<std::uint8_t, kFifo> bytes_{};
        unsigned first_ = 0, size_ = 0;
    };

    // CharPortUser
    std::size_t can_receive() override;
    void receive(std::span<const std::uint8_t> bytes) override;
    void can_write() override { transmit(); }

    bool fifos() const { return (fifo_control_ & 1) != 0; }
    /// Null: nobody listens to more than the bytes.
    PortLines* wires() const;
    void set_line();
    void write_line_control(std::uint8_t value);
    void write_modem_control(std::uint8_t value);
    bool loopback() const { return (modem_control_ & 0x10) != 0; }
    bool divisor_latch() const { return (line_control_ & 0x80) != 0; }
    std::uint8_t read(std::uint64_t offset);
    std::uint8_t read_data();
    void write_data(std::uint8_t value);
    void write_interrupt_enable(std::uint8_t value);
    void write_fifo_control(std::uint8_t value);
    void take_byte(std::uint8_t byte);
    void transmit();
    std::uint8_t modem_status() const;
    std::int64_t character_ns() const;
    void update_irq();

    Clocks& clocks_;
    IrqLine irq_;
    std::uint32_t baud_base_;
    Timer timeout_;  // bytes that lie in the FIFO unread
    Fifo received_, to_send_;
    std::uint16_t divisor_;
    std::uint8_t interrupt_enable_, identification_, fifo_control_, line_control_, modem_control_, line_status_, modem_status_,
        scratch_;
    std::uint8_t receive_buffer_, send_buffer_, shift_register_;
    bool shifting_;  // the shift register holds a byte that the client has no room for
    bool send_empty_pending_, timeout_pending_;
    CharPort port_;  // goes first: it may call
};

}  // namespace rhea
