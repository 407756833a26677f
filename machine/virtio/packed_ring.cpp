/// The packed layout of a virtqueue (VIRTIO 1.1, section 2.7): one ring of descriptors, in which bits tell who has which.
#include "machine/virtio/virtqueue.h"

namespace rhea {

namespace {

constexpr std::uint16_t kAvailable = 1u << 7, kUsed = 1u << 15;     // flags of a descriptor
constexpr std::uint16_t kNever = 1, kAtPlace = 2;                   // of the driver's area: when it wants to be told
constexpr std::uint16_t kOffset = 0x7fff, kWrap = 0x8000;           // of a place there
constexpr unsigned kLengthAt = 8, kFlagsAt = 14;                    // in a descriptor

std::uint16_t read16(const VirtioMemory& memory, std::uint64_t at) {
    unsigned char raw[2];
    memory.read_guest(at, raw, sizeof raw);
    return static_cast<std::uint16_t>(raw[0] | raw[1] << 8);
}

}  // namespace

/// The number and the flags lie the other way round than in a split ring.
VirtioDescriptor Virtqueue::packed_descriptor(const VirtioMemory& memory, std::uint64_t at) const {
    VirtioDescriptor descriptor = VirtioDescriptor::read(memory, at);
    std::swap(descriptor.flags, descriptor.next);
    return descriptor;
}

void Virtqueue::advance(Place& place, unsigned by) const {
    const unsigned next = place.index + by;
    if (next >= size_) place.wrap = !place.wrap;
    place.index = static_cast<std::uint16_t>(next >= size_ ? next - size_ : next);
}

bool Virtqueue::offered(const VirtioMemory& memory, Place place) const {
    const std::uint16_t flags = read16(memory, descriptors_ + std::uint64_t{place.index} * VirtioDescriptor::kSize + kFlagsAt);
    const bool available = flags & kAvailable, used = flags & kUsed;
    return available != used && available == place.wrap;
}

/// The chain from a place on. False: it makes no sense.
bool Virtqueue::gather_packed(const VirtioMemory& memory, Place place, VirtioElement& element) const {
    Gathering gathering{most_bytes_};
    element.places = 0;
    for (;;) {
        if (++gathering.seen > size_) return false;
        const auto descriptor = packed_descriptor(memory, descriptors_ + std::uint64_t{place.index} * VirtioDescriptor::kSize);
        element.head = descriptor.next;      // that of the last one counts
        ++element.places;
        if (descriptor.flags & VirtioDescriptor::kIndirect) {
            // The whole chain is in another table, all of it.
            const unsigned entries = descriptor.length / VirtioDescriptor::kSize;
            if (gathering.seen > 1 || entries == 0 || entries > kMaxSize || descriptor.length % VirtioDescriptor::kSize != 0) return false;
            for (unsigned i = 0; i < entries; ++i) {
                const auto part = packed_descriptor(memory, descriptor.address + std::uint64_t{i} * VirtioDescriptor::kSize);
                if ((part.flags & VirtioDescriptor::kIndirect) || !take(memory, part, element, gathering)) return false;
            }
            return true;
        }
        if (!take(memory, descriptor, element, gathering)) return false;
        if (!(descriptor.flags & VirtioDescriptor::kNext)) return true;
        advance(place, 1);
    }
}

std::optional<VirtioElement> Virtqueue::pop_packed(const VirtioMemory& memory) {
    VirtioElement element;
    Place place{next_available_, wrap_available_};
    if (in_use_ >= size_ || !gather_packed(memory, place, element)) {
        broken_ = true;
        return std::nullopt;
    }
    advance(place, element.places);
    next_available_ = shadow_available_ = place.index;
    wrap_available_ = place.wrap;
    in_use_ = static_cast<std::uint16_t>(in_use_ + element.places);
    return element;
}

void Virtqueue::push_packed(VirtioMemory& memory, const VirtioElement& element, std::uint32_t written) {
    const std::uint64_t at = descriptors_ + std::uint64_t{next_used_} * VirtioDescriptor::kSize;
    unsigned char raw[6];
    for (unsigned i = 0; i < 4; ++i) raw[i] = static_cast<unsigned char>(written >> (8 * i));
    raw[4] = static_cast<unsigned char>(element.head);
    raw[5] = static_cast<unsigned char>(element.head >> 8);
    memory.write_guest(at + kLengthAt, raw, sizeof raw);
    // The flags last: they give it to the driver.
    const std::uint16_t flags = wrap_used_ ? kAvailable | kUsed : 0;
    const unsigned char given[] = {static_cast<unsigned char>(flags), static_cast<unsigned char>(flags >> 8)};
    memory.write_guest(at + kFlagsAt, given, sizeof given);
    Place place{next_used_, wrap_used_};
    advance(place, element.places);
    if (place.wrap != wrap_used_) told_valid_ = false;
    next_used_ = place.index;
    wrap_used_ = place.wrap;
}

bool Virtqueue::wants_packed_interrupt(const VirtioMemory& memory) {
    const std::uint16_t place = read16(memory, available_), when = read16(memory, available_ + 2);
    const std::uint16_t before = told_used_;
    const bool first = !told_valid_;
    told_used_ = next_used_;
    told_valid_ = true;
    if (when == kNever) return false;
    if (when != kAtPlace || first) return true;
    auto event = static_cast<std::uint16_t>(place & kOffset);
    if (((place & kWrap) != 0) != wrap_used_) event = static_cast<std::uint16_t>(event - size_);
    return static_cast<std::uint16_t>(next_used_ - event - 1) < static_cast<std::uint16_t>(next_used_ - before);
}

}  // namespace rhea
