#include "machine/devices/i8257.h"

#include <algorithm>

#include "machine/qom/basic_types.h"

namespace rhea {
namespace {

constexpr std::uint8_t kDown = 0x20, kAll = 0x0f;
// Memory to memory, fixed address, compressed timing, rotating priority, extended write, and the active levels of the pins.
constexpr std::uint8_t kNotModelled = 0x01 | 0x02 | 0x08 | 0x10 | 0x20 | 0x40 | 0x80;
enum Register : unsigned { status_command = 8, request_register, single_mask, mode_register, clear_flip_flop, master_clear, clear_mask, write_mask };

}  // namespace

I8257::I8257(AddressSpace& ports, AddressSpace& memory, const Place& place)
    : Device(kType), memory_(memory), place_(place),
      map_registers_(ports, {.name = "dma", .base = place.base, .size = std::uint64_t{16} << place.word_shift, .handler = &registers_, .max_access = 1}),
      map_low_pages_(ports, {.name = "dma-page", .base = place.page_base + 1u, .size = 3, .handler = &low_pages_, .max_access = 1}),
      map_high_page_(ports, {.name = "dma-page", .base = place.page_base + 7u, .size = 1, .handler = &high_page_, .max_access = 1}) {
    clear();
}

void I8257::clear() {
    flip_flop_ = false;
    mask_ = 0xff;
    status_ = command_ = 0;
}

void I8257::reset() { clear(); }

std::uint8_t& I8257::page(unsigned reg) {
    // Registers 1, 2, 3 and 7 are those of channels 2, 3, 1 and 0.
    static constexpr std::array<unsigned, 8> kChannelOf = {0, 2, 3, 1, 0, 0, 0, 0};
    return channels_[kChannelOf[reg & 7]].page;
}

std::uint8_t I8257::register_read(unsigned reg) {
    if (reg < 8) return channel_read(reg);
    if (reg == status_command) {
        const std::uint8_t value = status_;
        status_ &= static_cast<std::uint8_t>(~kAll);  // looking at the ends forgets them
        return value;
    }
    return reg == request_register ? mask_ : 0;
}

std::uint8_t I8257::channel_read(unsigned reg) {
    const Channel& channel = channels_[reg / 2];
    const unsigned high = take_flip_flop() ? 8 : 0;
    std::uint64_t value = (std::uint64_t{channel.base_count} << place_.word_shift) - channel.moved;
    if (reg % 2 == 0) value = channel.mode & kDown ? channel.address - channel.moved : channel.address + channel.moved;
    return static_cast<std::uint8_t>(value >> (place_.word_shift + high));
}

void I8257::channel_write(unsigned reg, std::uint8_t value) {
    Channel& channel = channels_[reg / 2];
    std::uint16_t& base = reg % 2 == 0 ? channel.base_address : channel.base_count;
    if (!take_flip_flop()) {
        base = static_cast<std::uint16_t>((base & 0xff00) | value);
        return;
    }
    base = static_cast<std::uint16_t>((base & 0x00ff) | value << 8);
    channel.address = std::uint32_t{channel.base_address} << place_.word_shift;
    channel.moved = 0;
}

void I8257::register_write(unsigned reg, std::uint8_t value) {
    const auto bit = static_cast<std::uint8_t>(1u << (value & 3));
    switch (reg) {
        case status_command:
            if (!(value & kNotModelled)) command_ = value;
            break;
        case request_register:
            status_ = static_cast<std::uint8_t>(value & 4 ? status_ | bit << 4 : status_ & ~(bit << 4));
            status_ &= static_cast<std::uint8_t>(~bit);
            run();
            break;
        case single_mask:
            mask_ = static_cast<std::uint8_t>(value & 4 ? mask_ | bit : mask_ & ~bit);
            run();
            break;
        case mode_register: channels_[value & 3].mode = value; break;
        case clear_flip_flop: flip_flop_ = false; break;
        case master_clear: clear(); break;
        case clear_mask:
            mask_ = 0;
            run();
            break;
        case write_mask:
            mask_ = value;
            run();
            break;
        default: channel_write(reg, value);
    }
}

void I8257::request(unsigned channel, bool wanted) {
    const auto bit = static_cast<std::uint8_t>(0x10u << channel);
    status_ = static_cast<std::uint8_t>(wanted ? status_ | bit : status_ & ~bit);
}

bool I8257::moves(unsigned channel) const { return !(mask_ & 1u << channel) && (status_ & 0x10u << channel); }

void I8257::run() {
    if (running_) return;  // a device that moves may program the controller through memory
    running_ = true;
    for (unsigned channel = 0; channel < kChannels; ++channel)
        if (moves(channel) && channels_[channel].ready) channels_[channel].ready();
    running_ = false;
}

std::size_t I8257::left(unsigned channel) const {
    if (!moves(channel)) return 0;
    const std::uint64_t all = whole(channels_[channel]);
    return static_cast<std::size_t>(all - std::min<std::uint64_t>(all, channels_[channel].moved));
}

bool I8257::terminal_count(unsigned channel) const { return channels_[channel].moved >= whole(channels_[channel]); }

/// Where the next `bytes` lie. Downwards they end below the address that the guest programmed, in their order: QEMU's way.
std::uint64_t I8257::place_of(const Channel& channel, std::size_t bytes) const {
    const std::uint32_t page = std::uint32_t{channel.page} << 16;
    if (channel.mode & kDown) return page + channel.address - channel.moved - bytes;
    return page + channel.address + channel.moved;
}

void I8257::count(Channel& channel, unsigned number, std::size_t bytes) {
    channel.moved += static_cast<std::uint32_t>(bytes);
    if (channel.moved >= whole(channel)) status_ |= static_cast<std::uint8_t>(1u << number);
}

std::size_t I8257::to_memory(unsigned number, std::span<const std::uint8_t> data) {
    Channel& channel = channels_[number];
    const std::size_t bytes = std::min(left(number), data.size());
    memory_.write_bytes(place_of(channel, bytes), data.data(), bytes);
    count(channel, number, bytes);
    return bytes;
}

std::size_t I8257::from_memory(unsigned number, std::span<std::uint8_t> data) {
    Channel& channel = channels_[number];
    const std::size_t bytes = std::min(left(number), data.size());
    memory_.read_bytes(place_of(channel, bytes), data.data(), bytes);
    count(channel, number, bytes);
    return bytes;
}

// --- QOM

namespace {

QObject base(const I8257& dma) { return std::int64_t{dma.place().base}; }
QObject page_base(const I8257& dma) { return std::int64_t{dma.place().page_base}; }
/// The board's have none.
QObject high_page_base(const I8257&) { return -1; }
QObject word_shift(const I8257& dma) { return static_cast<std::int64_t>(dma.place().word_shift); }

constexpr qom::Property kProperties[] = {
    qom::property("base", qom::kInt32, 0).shown_by<base>(),
    qom::property("page-base", qom::kInt32, 0x80).shown_by<page_base>(),
    qom::property("pageh-base", qom::kInt32, 0x480).shown_by<high_page_base>(),
    qom::property("dshift", qom::kInt32, 0).shown_by<word_shift>(),
};
qom::Region channels(const I8257& dma) { return {qom::kPortSpace, dma.place().base, std::uint64_t{8} << dma.place().word_shift}; }
qom::Region control(const I8257& dma) {
    const std::uint64_t size = std::uint64_t{8} << dma.place().word_shift;
    return {qom::kPortSpace, dma.place().base + size, size};
}
qom::Region pages(const qom::Object& dma, unsigned number) {
    const auto base = static_cast<const I8257&>(dma).place().page_base;
    return number == 0 ? qom::Region{qom::kPortSpace, base + 1u, 3} : qom::Region{qom::kPortSpace, base + 7u, 1};
}
constexpr qom::Nodes kNodes[] = {qom::region<channels>("dma-chan"), qom::region<control>("dma-cont"),
                                 {.name = "dma-page", .type = &qom::kMemoryRegion, .count = 2, .region = pages}};

}  // namespace

constinit const qom::Type I8257::kType{.name = "i8257", .parent = &kIsaDevice, .properties = kProperties, .nodes = kNodes, .pluggable = false};

}  // namespace rhea
