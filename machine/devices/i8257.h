#pragma once
/// Intel 8237A DMA controller (as the board has two of them): four channels that move bytes between a device and memory. A
/// device asks for its channel, and moves when the guest has programmed and unmasked it.
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "machine/address_space.h"
#include "machine/device.h"

namespace rhea {

/// Loop thread only.
class I8257 final : public Device {
public:
    static const qom::Type kType;
    static constexpr unsigned kChannels = 4;

    /// Where its registers are; on the second controller addresses and counts are in words.
    struct Place {
        std::uint16_t base, page_base;
        unsigned word_shift;
    };
    static constexpr Place kFirst{0x00, 0x80, 0}, kSecond{0xc0, 0x88, 1};

    /// `ports` and `memory` outlive it.
    I8257(AddressSpace& ports, AddressSpace& memory, const Place& place);

    enum class Mode { verify, write, read, cascade };  ///< as the guest programmed it; write: to memory
    Mode mode(unsigned channel) const { return static_cast<Mode>(channels_[channel].mode >> 2 & 3); }

    /// The device wants its channel, or no longer. `ready` is called when the channel takes bytes, now or later.
    void connect(unsigned channel, std::function<void()> ready) { channels_[channel].ready = std::move(ready); }
    void request(unsigned channel, bool wanted);
    /// Bytes that may be moved now: 0 while it is masked, not asked for or at its end.
    std::size_t left(unsigned channel) const;
    /// Moves up to `left` bytes; how many it were.
    std::size_t to_memory(unsigned channel, std::span<const std::uint8_t> data);
    std::size_t from_memory(unsigned channel, std::span<std::uint8_t> data);
    bool terminal_count(unsigned channel) const;

    const Place& place() const { return place_; }
    void reset() override;

private:
    struct Channel {
        std::uint16_t base_address = 0, base_count = 0;
        std::uint32_t address = 0, moved = 0;  // in bytes
        std::uint8_t mode = 0, page = 0;
        std::function<void()> ready = {};
    };
    struct Registers final : IoHandler {
        explicit Registers(I8257& d) : dma(d) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override { return dma.register_read(static_cast<unsigned>(offset) >> dma.place_.word_shift); }
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override {
            dma.register_write(static_cast<unsigned>(offset) >> dma.place_.word_shift, static_cast<std::uint8_t>(value));
        }
        I8257& dma;
    };
    struct Pages final : IoHandler {
        Pages(I8257& d, unsigned first_page) : dma(d), first(first_page) {}
        std::uint64_t io_read(std::uint64_t offset, unsigned) override { return dma.page(first + static_cast<unsigned>(offset)); }
        void io_write(std::uint64_t offset, std::uint64_t value, unsigned) override {
            dma.page(first + static_cast<unsigned>(offset)) = static_cast<std::uint8_t>(value);
        }
        I8257& dma;
        unsigned first;
    };

    using Device::read;
    std::uint8_t register_read(unsigned reg);
    void register_write(unsigned reg, std::uint8_t value);
    std::uint8_t channel_read(unsigned reg);
    void channel_write(unsigned reg, std::uint8_t value);
    std::uint8_t& page(unsigned reg);
    bool take_flip_flop() { return std::exchange(flip_flop_, !flip_flop_); }
    std::uint64_t whole(const Channel& channel) const { return (std::uint64_t{channel.base_count} + 1) << place_.word_shift; }
    std::uint64_t place_of(const Channel& channel, std::size_t bytes) const;
    bool moves(unsigned channel) const;
    void count(Channel& channel, unsigned number, std::size_t bytes);
    void run();
    void clear();

    AddressSpace& memory_;
    Place place_;
    std::array<Channel, kChannels> channels_;
    std::uint8_t status_ = 0, command_ = 0, mask_ = 0;
    bool flip_flop_ = false, running_ = false;
    Registers registers_{*this};
    Pages low_pages_{*this, 1}, high_page_{*this, 7};
    Mapping map_registers_, map_low_pages_, map_high_page_;
};

}  // namespace rhea
