#include "machine/devices/ide_dma.h"

#include <algorithm>

#include "machine/devices/ide_channel.h"

namespace rhea {

namespace {

constexpr unsigned kDescriptorSize = 8;
// A table may not cross 64 KiB; nobody needs more of it than a page, and a guest's mistake ends there.
constexpr unsigned kMostDescriptors = 4096 / kDescriptorSize;

std::uint32_t load32(const std::uint8_t* from) {
    return from[0] | from[1] << 8 | from[2] << 16 | static_cast<std::uint32_t>(from[3]) << 24;
}

}  // namespace

std::uint32_t IdeBusMaster::read(unsigned offset, unsigned size) const {
    if (offset >= 4) return table_ >> (8 * (offset - 4));
    if (size != 1) return 0xffffffff;
    switch (offset) {
        case 0: return command_;
        case 2: return status_;
        default: return 0xff;
    }
}

void IdeBusMaster::write(unsigned offset, std::uint32_t value, unsigned size) {
    if (offset >= 4) {
        const auto shift = 8 * (offset - 4);
        const auto mask = (size >= 4 ? 0xffffffffu : (1u << (8 * size)) - 1) << shift;
        table_ = ((table_ & ~mask) | ((value << shift) & mask)) & ~3u;
    } else if (size == 1 && offset == 0) {
        write_command(static_cast<std::uint8_t>(value));
    } else if (size == 1 && offset == 2) {
        const auto cleared = static_cast<std::uint8_t>(value & (kFault | kInterrupt));
        status_ = static_cast<std::uint8_t>((value & kDriveBits) | (status_ & kActive) |
                                            (status_ & (kFault | kInterrupt) & ~cleared));
    }
}

void IdeBusMaster::write_command(std::uint8_t value) {
    const bool start = (value & kStart) != 0, was = (command_ & kStart) != 0;
    command_ = value & (kStart | kToMemory);
    if (start == was) return;
    if (start) {
        if (started()) return;
        status_ |= kActive;
        channel_.dma_started();
    } else {
        // A transfer under way is finished first; only then the guest sees that it is over.
        channel_.finish_dma();
        status_ &= static_cast<std::uint8_t>(~kActive);
    }
}

void IdeBusMaster::reset() {
    command_ = status_ = 0;
    table_ = 0;
    pieces_.clear();
}

bool IdeBusMaster::map(std::uint64_t bytes) {
    pieces_.clear();
    exhausted_ = false;
    std::uint64_t total = 0;
    for (unsigned i = 0; i < kMostDescriptors && total < bytes; ++i) {
        std::uint8_t descriptor[kDescriptorSize];
        memory_.read_memory(table_ + std::uint64_t{i} * kDescriptorSize, descriptor, sizeof descriptor);
        const auto flags = load32(descriptor + 4);
        std::uint32_t length = flags & 0xfffe;
        if (length == 0) length = 0x10000;
        const auto taken = static_cast<std::uint32_t>(std::min<std::uint64_t>(length, bytes - total));
        pieces_.push_back({load32(descriptor), taken});
        total += taken;
        exhausted_ = (flags & 0x80000000) != 0 && taken == length;
        if (flags & 0x80000000) break;
    }
    return total == bytes;
}

template <class Move>
void IdeBusMaster::walk(std::uint64_t offset, std::uint64_t length, Move move) const {
    std::uint64_t done = 0;
    for (const auto& piece : pieces_) {
        if (done == length) break;
        if (offset >= piece.length) {
            offset -= piece.length;
            continue;
        }
        const auto part = std::min<std::uint64_t>(piece.length - offset, length - done);
        move(piece.address + offset, done, part);
        done += part;
        offset = 0;
    }
}

void IdeBusMaster::to_memory(std::uint64_t offset, std::span<const std::uint8_t> data) {
    walk(offset, data.size(), [&](std::uint64_t address, std::uint64_t at, std::uint64_t length) {
        memory_.write_memory(address, data.data() + at, length);
    });
}

void IdeBusMaster::from_memory(std::uint64_t offset, std::span<std::uint8_t> data) {
    walk(offset, data.size(), [&](std::uint64_t address, std::uint64_t at, std::uint64_t length) {
        memory_.read_memory(address, data.data() + at, length);
    });
}

void IdeBusMaster::end(IdeDmaEnd how) {
    // More memory than data: the controller still waits for the rest when the drive is done.
    if (how != IdeDmaEnd::done || exhausted_) status_ &= static_cast<std::uint8_t>(~kActive);
    pieces_.clear();
}

}  // namespace rhea
