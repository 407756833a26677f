#include "machine/devices/virtio/virtqueue.h"

#include <algorithm>
#include <bit>

namespace rhea::virtio {

namespace {

constexpr std::uint16_t kNext = 1, kWrite = 2, kIndirect = 4;  // descriptor flags
constexpr std::uint16_t kNoInterrupt = 1;                      // of the available ring
constexpr unsigned kDescriptorSize = 16, kUsedSize = 8, kRingHeader = 4;

template <class T>
T load(const unsigned char* from) {
    T value = 0;
    for (unsigned i = 0; i < sizeof(T); ++i) value = static_cast<T>(value | static_cast<T>(from[i]) << (8 * i));
    return value;
}

template <class Move>
std::size_t walk(const std::vector<VirtioSegment>& segments, std::uint64_t offset, std::size_t length, Move move) {
    std::size_t done = 0;
    for (const auto& segment : segments) {
        if (done == length) break;
        if (offset >= segment.length) {
            offset -= segment.length;
            continue;
        }
        const auto part = std::min<std::uint64_t>(segment.length - offset, length - done);
        move(segment.address + offset, done, part);
        done += part;
        offset = 0;
    }
    return done;
}

}  // namespace

std::uint64_t VirtioElement::size(const std::vector<VirtioSegment>& segments) {
    std::uint64_t total = 0;
    for (const auto& segment : segments) total += segment.length;
    return total;
}

std::size_t VirtioElement::read(const VirtioMemory& memory, std::uint64_t offset, std::span<std::uint8_t> to) const {
    return walk(out, offset, to.size(), [&](std::uint64_t address, std::size_t at, std::uint64_t length) {
        memory.read_guest(address, to.data() + at, length);
    });
}

std::size_t VirtioElement::write(VirtioMemory& memory, std::uint64_t offset, std::span<const std::uint8_t> from) const {
    return walk(in, offset, from.size(), [&](std::uint64_t address, std::size_t at, std::uint64_t length) {
        memory.write_guest(address, from.data() + at, length);
    });
}

void Virtqueue::reset() { *this = Virtqueue(max_size_); }

void Virtqueue::set_size(std::uint16_t size) {
    if (std::has_single_bit(size) && size <= max_size_) size_ = size;
}

void Virtqueue::enable(std::uint64_t descriptors, std::uint64_t available, std::uint64_t used) {
    descriptors_ = descriptors;
    available_ = available;
    used_ = used;
    ready_ = true;
}

void Virtqueue::enable_legacy(std::uint32_t page) {
    const std::uint64_t base = std::uint64_t{page} * kLegacyAlign;
    const auto available = base + std::uint64_t{kDescriptorSize} * size_;
    const auto used = (available + kRingHeader + 2u * size_ + kLegacyAlign - 1) & ~(kLegacyAlign - 1);
    enable(base, available, used);
    legacy_page_ = page;
}

Virtqueue::Descriptor Virtqueue::read_descriptor(const VirtioMemory& memory, std::uint64_t at) {
    unsigned char raw[kDescriptorSize];
    memory.read_guest(at, raw, sizeof raw);
    return {load<std::uint64_t>(raw), load<std::uint32_t>(raw + 8), load<std::uint16_t>(raw + 12), load<std::uint16_t>(raw + 14)};
}

std::uint16_t Virtqueue::read16(const VirtioMemory& memory, std::uint64_t at) {
    unsigned char raw[2];
    memory.read_guest(at, raw, sizeof raw);
    return load<std::uint16_t>(raw);
}

void Virtqueue::write16(VirtioMemory& memory, std::uint64_t at, std::uint16_t value) {
    const unsigned char raw[] = {static_cast<unsigned char>(value), static_cast<unsigned char>(value >> 8)};
    memory.write_guest(at, raw, sizeof raw);
}

bool Virtqueue::available(const VirtioMemory& memory) const {
    return ready_ && !broken_ && read16(memory, available_ + 2) != next_available_;
}

/// Follows a chain. False: it makes no sense.
bool Virtqueue::gather(const VirtioMemory& memory, VirtioElement& element) {
    std::uint64_t table = descriptors_;
    unsigned entries = size_, seen = 0;
    bool indirect = false;
    std::uint16_t at = element.head;
    for (;;) {
        if (at >= entries || ++seen > kMaxSize) return false;  // a loop, too
        const auto descriptor = read_descriptor(memory, table + std::uint64_t{at} * kDescriptorSize);
        if (descriptor.flags & kIndirect) {
            // The whole chain is in another table.
            if (indirect || descriptor.length == 0 || descriptor.length % kDescriptorSize != 0) return false;
            indirect = true;
            table = descriptor.address;
            entries = descriptor.length / kDescriptorSize;
            at = 0;
            continue;
        }
        if (descriptor.length == 0) return false;
        if (descriptor.flags & kWrite) element.in.push_back({descriptor.address, descriptor.length});
        else if (!element.in.empty()) return false;  // what the device reads comes first
        else element.out.push_back({descriptor.address, descriptor.length});
        if (!(descriptor.flags & kNext)) return true;
        at = descriptor.next;
    }
}

std::optional<VirtioElement> Virtqueue::pop(VirtioMemory& memory) {
    if (!available(memory)) return std::nullopt;
    const auto offered = static_cast<std::uint16_t>(read16(memory, available_ + 2) - next_available_);
    VirtioElement element;
    element.head = read16(memory, available_ + kRingHeader + 2u * (next_available_ % size_));
    if (offered > size_ || !gather(memory, element)) {
        broken_ = true;
        return std::nullopt;
    }
    ++next_available_;
    // The driver need not notify of anything before the next one.
    if (event_index_) write16(memory, used_ + kRingHeader + std::uint64_t{kUsedSize} * size_, next_available_);
    return element;
}

void Virtqueue::push(VirtioMemory& memory, const VirtioElement& element, std::uint32_t written) {
    if (!ready_ || broken_) return;
    unsigned char raw[kUsedSize];
    for (unsigned i = 0; i < 4; ++i) {
        raw[i] = static_cast<unsigned char>(i < 2 ? element.head >> (8 * i) : 0);
        raw[4 + i] = static_cast<unsigned char>(written >> (8 * i));
    }
    memory.write_guest(used_ + kRingHeader + std::uint64_t{kUsedSize} * (next_used_ % size_), raw, sizeof raw);
    write16(memory, used_ + 2, ++next_used_);
}

bool Virtqueue::wants_interrupt(const VirtioMemory& memory) {
    if (!ready_ || broken_) return false;
    if (!event_index_) return !(read16(memory, available_) & kNoInterrupt);
    const auto event = read16(memory, available_ + kRingHeader + 2u * size_);
    const auto before = told_used_;
    const bool first = !told_valid_;
    told_used_ = next_used_;
    told_valid_ = true;
    return first || static_cast<std::uint16_t>(next_used_ - event - 1) < static_cast<std::uint16_t>(next_used_ - before);
}

}  // namespace rhea::virtio
