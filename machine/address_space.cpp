#include "machine/address_space.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "machine/write_log.h"

namespace rhea {

namespace {

constexpr std::uint64_t kLastAddress = std::numeric_limits<std::uint64_t>::max();

std::uint64_t last_of(const AddressSpace::Region& region) {
    const auto last = region.base + (region.size - 1);
    return last < region.base ? kLastAddress : last;
}

constexpr std::uint64_t low_bytes(std::uint64_t value, unsigned size) {
    return size >= 8 ? value : value & ((std::uint64_t{1} << (8 * size)) - 1);
}

// The guest is little endian whatever we run on.
std::uint64_t load(const unsigned char* from, unsigned size) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= static_cast<std::uint64_t>(from[i]) << (8 * i);
    return value;
}
void store(unsigned char* to, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) to[i] = static_cast<unsigned char>(value >> (8 * i));
}

constexpr unsigned kBusWidth = 4;

/// The width of the next access to a device when `length` bytes are left. A device is chosen by the first byte; it gets the
/// bytes behind its end too, as on the bus.
unsigned access_width(const AddressSpace::Region& region, std::uint64_t offset, std::uint64_t length) {
    std::uint64_t width = std::min<std::uint64_t>(std::max(region.max_access, kBusWidth), length);
    if (const auto alignment = offset & (~offset + 1); alignment != 0) width = std::min(width, alignment);
    return static_cast<unsigned>(std::bit_floor(width));
}

std::uint64_t device_read(const AddressSpace::Region& region, std::uint64_t offset, unsigned size) {
    if (size > region.max_access) {
        std::uint64_t value = 0;
        for (unsigned at = 0; at < size; at += region.max_access)
            value |= low_bytes(region.handler->io_read(offset + at, region.max_access), region.max_access) << (8 * at);
        return value;
    }
    if (size >= region.min_access) return low_bytes(region.handler->io_read(offset, size), size);
    const auto start = offset & ~std::uint64_t{region.min_access - 1};
    return low_bytes(region.handler->io_read(start, region.min_access) >> (8 * (offset - start)), size);
}

void device_write(const AddressSpace::Region& region, std::uint64_t offset, std::uint64_t value, unsigned size) {
    if (size > region.max_access) {
        // The first part may take the region away.
        IoHandler& handler = *region.handler;
        const unsigned part = region.max_access;
        for (unsigned at = 0; at < size; at += part) handler.io_write(offset + at, low_bytes(value >> (8 * at), part), part);
        return;
    }
    if (size >= region.min_access) return region.handler->io_write(offset, low_bytes(value, size), size);
    const auto start = offset & ~std::uint64_t{region.min_access - 1};
    region.handler->io_write(start, low_bytes(value, size) << (8 * (offset - start)), region.min_access);
}

}  // namespace

/// The part of an access that one region serves at once; `region` null: nobody.
struct AddressSpace::Piece {
    Region* region;
    std::uint64_t offset;
    std::uint64_t length;
};

AddressSpace::Handle AddressSpace::add(Region region) {
    // By rising priority, the newer after its equals: the order in which they are laid over one another.
    const auto above =
        std::find_if(regions_.begin(), regions_.end(), [&](const Region& r) { return r.priority > region.priority; });
    const auto added = regions_.insert(above, std::move(region));
    changed();
    return added;
}

void AddressSpace::remove(Handle region) {
    regions_.erase(region);
    changed();
}

void AddressSpace::move(Handle region, std::uint64_t base) {
    region->base = base;
    changed();
}

void AddressSpace::changed() {
    stale_ = true;
    ++generation_;
    flat_.clear();  // holds pointers into regions_
}

const std::map<std::uint64_t, AddressSpace::Span>& AddressSpace::spans() {
    if (stale_) flatten();
    return flat_;
}

void AddressSpace::flatten() {
    for (auto& region : regions_) overlay(region);
    stale_ = false;
}

/// Lays a region over those that are there.
void AddressSpace::overlay(Region& region) {
    const auto first = region.base, last = last_of(region);
    auto at = flat_.upper_bound(first);
    if (at != flat_.begin()) {
        auto& before = *std::prev(at);
        if (const auto tail = before.second.last; tail >= first) {
            Region* const hidden = before.second.region;
            if (before.first == first) flat_.erase(std::prev(at));
            else before.second.last = first - 1;
            if (tail > last) flat_[last + 1] = {tail, hidden};
        }
    }
    at = flat_.lower_bound(first);
    while (at != flat_.end() && at->first <= last) {
        const auto span = at->second;
        at = flat_.erase(at);
        if (span.last > last) flat_[last + 1] = span;
    }
    flat_[first] = {last, &region};
}

AddressSpace::Piece AddressSpace::piece_at(std::uint64_t address, std::uint64_t length) {
    if (stale_) flatten();
    const auto next = flat_.upper_bound(address);
    if (next != flat_.begin()) {
        const auto& [first, span] = *std::prev(next);
        if (address <= span.last) {
            const auto offset = address - span.region->base;
            // A device gets the whole access at its first byte, even where a smaller region covers the ones that follow (the
            // reset control at 0xcf9 lies within the 32 bits of the configuration address at 0xcf8).
            if (span.region->handler) return {span.region, offset, access_width(*span.region, offset, length)};
            return {span.region, offset, std::min(length - 1, span.last - address) + 1};
        }
    }
    const auto gap = (next == flat_.end() ? kLastAddress : next->first - 1) - address;
    return {nullptr, 0, std::min(length - 1, gap) + 1};
}

std::uint64_t AddressSpace::read(std::uint64_t address, unsigned size) {
    unsigned char bytes[8] = {};
    read_bytes(address, bytes, size);
    return load(bytes, size);
}

void AddressSpace::write(std::uint64_t address, std::uint64_t value, unsigned size) {
    unsigned char bytes[8];
    store(bytes, value, size);
    write_bytes(address, bytes, size);
}

void AddressSpace::read_bytes(std::uint64_t address, void* out, std::uint64_t length) {
    auto* to = static_cast<unsigned char*>(out);
    while (length > 0) {
        const auto piece = piece_at(address, length);
        if (!piece.region) std::memset(to, unassigned_, piece.length);
        else if (!piece.region->handler) std::memcpy(to, piece.region->memory + piece.offset, piece.length);
        else {
            const auto size = static_cast<unsigned>(piece.length);
            store(to, device_read(*piece.region, piece.offset, size), size);
        }
        address += piece.length;
        to += piece.length;
        length -= piece.length;
    }
}

void AddressSpace::write_bytes(std::uint64_t address, const void* in, std::uint64_t length) {
    const auto* from = static_cast<const unsigned char*>(in);
    while (length > 0) {
        const auto piece = piece_at(address, length);
        if (piece.region && piece.region->handler) {
            const auto size = static_cast<unsigned>(piece.length);
            device_write(*piece.region, piece.offset, load(from, size), size);
        } else if (piece.region && !piece.region->read_only) {
            std::memcpy(piece.region->memory + piece.offset, from, piece.length);
            if (write_log_) [[unlikely]] write_log_->note(piece.region->memory + piece.offset, piece.length);
        }
        address += piece.length;
        from += piece.length;
        length -= piece.length;
    }
}

void AddressSpace::fill(std::uint64_t address, unsigned char byte, std::uint64_t length) {
    const auto pattern = 0x0101010101010101u * std::uint64_t{byte};
    while (length > 0) {
        const auto piece = piece_at(address, length);
        if (piece.region && piece.region->handler)
            device_write(*piece.region, piece.offset, pattern, static_cast<unsigned>(piece.length));
        else if (piece.region && !piece.region->read_only) {
            std::memset(piece.region->memory + piece.offset, byte, piece.length);
            if (write_log_) [[unlikely]] write_log_->note(piece.region->memory + piece.offset, piece.length);
        }
        address += piece.length;
        length -= piece.length;
    }
}

}  // namespace rhea
