#include "machine/virtio/virtqueue.h"

#include <algorithm>
#include <utility>

namespace rhea {

namespace {

constexpr std::uint16_t kNoInterrupt = 1;  // flag of the available ring
constexpr unsigned kUsedSize = 8, kRingHeader = 4, kPage = 4096;

template <class T>
T load(const unsigned char* from) {
    T value = 0;
    for (unsigned i = 0; i < sizeof(T); ++i) value = static_cast<T>(value | static_cast<T>(from[i]) << (8 * i));
    return value;
}

std::uint16_t read16(const VirtioMemory& memory, std::uint64_t at) {
    unsigned char raw[2];
    memory.read_guest(at, raw, sizeof raw);
    return load<std::uint16_t>(raw);
}

void write16(VirtioMemory& memory, std::uint64_t at, std::uint16_t value) {
    const unsigned char raw[] = {static_cast<unsigned char>(value), static_cast<unsigned char>(value >> 8)};
    memory.write_guest(at, raw, sizeof raw);
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

VirtioDescriptor VirtioDescriptor::read(const VirtioMemory& memory, std::uint64_t at) {
    unsigned char raw[kSize];
    memory.read_guest(at, raw, sizeof raw);
    return {load<std::uint64_t>(raw), load<std::uint32_t>(raw + 8), load<std::uint16_t>(raw + 12), load<std::uint16_t>(raw + 14)};
}

void Virtqueue::set_size(std::uint16_t size) {
    if (size != 0 && size <= kMaxSize && size_ != 0) size_ = size;
}

void Virtqueue::enable(std::uint64_t descriptors, std::uint64_t available, std::uint64_t used) {
    descriptors_ = descriptors;
    available_ = available;
    used_ = used;
}

void Virtqueue::enable_legacy(std::uint32_t page) {
    const std::uint64_t base = std::uint64_t{page} * kLegacyAlign;
    const auto available = base + std::uint64_t{VirtioDescriptor::kSize} * size_;
    enable(base, available, (available + kRingHeader + 2u * size_ + kLegacyAlign - 1) & ~(kLegacyAlign - 1));
}

std::uint16_t Virtqueue::available_flags(const VirtioMemory& memory) const { return read16(memory, available_); }
std::uint16_t Virtqueue::available_index(const VirtioMemory& memory) const { return read16(memory, available_ + 2); }
std::uint16_t Virtqueue::available_entry(const VirtioMemory& memory, std::uint16_t index) const {
    return read16(memory, available_ + kRingHeader + 2u * index);
}
std::uint16_t Virtqueue::used_flags(const VirtioMemory& memory) const { return read16(memory, used_); }
std::uint16_t Virtqueue::used_index(const VirtioMemory& memory) const { return read16(memory, used_ + 2); }

Virtqueue::State Virtqueue::state() const {
    return {descriptors_, available_, used_, in_use_, next_available_, shadow_available_, next_used_, told_used_, told_valid_};
}

bool Virtqueue::empty(const VirtioMemory& memory) {
    if (!ready() || broken_) return true;
    if (packed()) return !offered(memory, {next_available_, wrap_available_});
    // What was seen before is still on offer.
    if (shadow_available_ == next_available_) shadow_available_ = available_index(memory);
    return shadow_available_ == next_available_;
}

bool Virtqueue::take(const VirtioMemory& memory, const VirtioDescriptor& descriptor, VirtioElement& element, Gathering& gathering) {
    gathering.bytes += descriptor.length;
    if (descriptor.length == 0 || gathering.bytes > gathering.most_bytes) return false;
    // Registers, or nothing, are tolerated once, and a page of them.
    if (!memory.is_memory(descriptor.address, descriptor.length) && (descriptor.length > kPage || std::exchange(gathering.elsewhere, true)))
        return false;
    if (descriptor.flags & VirtioDescriptor::kWrite) element.in.push_back({descriptor.address, descriptor.length});
    else if (!element.in.empty()) return false;  // what the device reads comes first
    else element.out.push_back({descriptor.address, descriptor.length});
    return true;
}

/// Follows a chain. False: it makes no sense.
bool Virtqueue::gather(const VirtioMemory& memory, VirtioElement& element) const {
    std::uint64_t table = descriptors_;
    unsigned entries = size_;
    bool indirect = false;
    Gathering gathering{most_bytes_};
    std::uint16_t at = element.head;
    for (;;) {
        if (at >= entries || ++gathering.seen > kMaxSize) return false;  // a loop, too
        const auto descriptor = VirtioDescriptor::read(memory, table + std::uint64_t{at} * VirtioDescriptor::kSize);
        if (descriptor.flags & VirtioDescriptor::kIndirect) {
            // The whole chain is in another table.
            if (indirect || descriptor.length == 0 || descriptor.length % VirtioDescriptor::kSize != 0) return false;
            indirect = true;
            table = descriptor.address;
            entries = descriptor.length / VirtioDescriptor::kSize;
            at = 0;
            continue;
        }
        if (!take(memory, descriptor, element, gathering)) return false;
        if (!(descriptor.flags & VirtioDescriptor::kNext)) return true;
        at = descriptor.next;
    }
}

std::optional<VirtioElement> Virtqueue::pop(VirtioMemory& memory) {
    if (empty(memory)) return std::nullopt;
    if (packed()) return pop_packed(memory);
    VirtioElement element;
    element.head = available_entry(memory, static_cast<std::uint16_t>(next_available_ % size_));
    const bool too_many = in_use_ >= size_ || static_cast<std::uint16_t>(shadow_available_ - next_available_) > size_;
    if (!too_many) ++next_available_;
    if (too_many || !gather(memory, element)) {
        broken_ = true;
        return std::nullopt;
    }
    ++in_use_;
    // The driver need not notify of anything before the next one.
    if (rules_.event_index) write16(memory, used_ + kRingHeader + std::uint64_t{kUsedSize} * size_, next_available_);
    return element;
}

std::uint64_t Virtqueue::writable_bytes(const VirtioMemory& memory, std::uint64_t most) {
    if (empty(memory)) return 0;
    std::uint64_t bytes = 0;
    if (packed()) {
        Place place{next_available_, wrap_available_};
        for (unsigned seen = 0; seen < size_ && bytes < most && offered(memory, place);) {
            VirtioElement element;
            if (!gather_packed(memory, place, element)) {
                broken_ = true;
                return 0;
            }
            bytes += element.in_size();
            seen += element.places;
            advance(place, element.places);
        }
        return std::min(bytes, most);
    }
    shadow_available_ = available_index(memory);
    for (std::uint16_t i = next_available_; i != shadow_available_ && bytes < most; ++i) {
        VirtioElement element;
        element.head = available_entry(memory, static_cast<std::uint16_t>(i % size_));
        if (static_cast<std::uint16_t>(i - next_available_) >= size_ || !gather(memory, element)) {
            broken_ = true;
            return 0;
        }
        bytes += element.in_size();
    }
    return std::min(bytes, most);
}

void Virtqueue::unpop(const VirtioElement& element) {
    forget(element);
    if (!packed()) {
        --next_available_;
        return;
    }
    const bool before = next_available_ < element.places;
    if (before) wrap_available_ = !wrap_available_;
    next_available_ = shadow_available_ = static_cast<std::uint16_t>(next_available_ - element.places + (before ? size_ : 0));
}

void Virtqueue::push(VirtioMemory& memory, const VirtioElement& element, std::uint32_t written) {
    forget(element);
    if (!ready() || broken_) return;
    if (packed()) return push_packed(memory, element, written);
    unsigned char raw[kUsedSize];
    for (unsigned i = 0; i < 4; ++i) {
        raw[i] = static_cast<unsigned char>(i < 2 ? element.head >> (8 * i) : 0);
        raw[4 + i] = static_cast<unsigned char>(written >> (8 * i));
    }
    memory.write_guest(used_ + kRingHeader + std::uint64_t{kUsedSize} * (next_used_ % size_), raw, sizeof raw);
    write16(memory, used_ + 2, ++next_used_);
    // Once around without a word to the driver.
    if (static_cast<std::int16_t>(next_used_ - told_used_) < 1) told_valid_ = false;
}

bool Virtqueue::wants_interrupt(const VirtioMemory& memory) {
    if (!ready() || broken_) return false;
    if (packed()) return wants_packed_interrupt(memory);
    if (rules_.notify_on_empty && in_use_ == 0 && empty(memory)) return true;
    if (!rules_.event_index) return !(available_flags(memory) & kNoInterrupt);
    const auto event = available_entry(memory, size_);
    const auto before = told_used_;
    const bool first = !told_valid_;
    told_used_ = next_used_;
    told_valid_ = true;
    return first || static_cast<std::uint16_t>(next_used_ - event - 1) < static_cast<std::uint16_t>(next_used_ - before);
}

}  // namespace rhea
