#include "machine/block/dirty_map.h"

#include <algorithm>
#include <bit>

namespace rhea {
namespace {

constexpr std::uint64_t kMostBits = std::uint64_t{1} << 31;

std::uint64_t bits_for(std::uint64_t size, std::uint64_t granularity) { return size / granularity + (size % granularity != 0); }

}  // namespace

Result<std::unique_ptr<DirtyMap>> DirtyMap::make(std::uint64_t size, std::uint64_t granularity) {
    if (bits_for(size, granularity) > kMostBits) return fail("The image is too large for a dirty bitmap of this granularity");
    return std::make_unique<DirtyMap>(size, granularity);
}

DirtyMap::DirtyMap(std::uint64_t size, std::uint64_t granularity)
    : size_(size), granularity_(granularity), bits_(bits_for(size, granularity)), words_(bits_ / 64 + 1) {}

void DirtyMap::put(std::uint64_t first, std::uint64_t end, bool value) {
    while (first < end) {
        const std::uint64_t in_word = first % 64, now = std::min<std::uint64_t>(64 - in_word, end - first);
        const std::uint64_t mask = (now == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << now) - 1) << in_word;
        std::uint64_t& word = words_[first / 64];
        const int before = std::popcount(word);
        word = value ? word | mask : word & ~mask;
        set_bits_ = static_cast<std::uint64_t>(static_cast<std::int64_t>(set_bits_) + std::popcount(word) - before);
        first += now;
    }
}

void DirtyMap::set(std::uint64_t offset, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (bytes == 0 || offset >= size_) return;
    put(offset / granularity_, std::min(bits_for(offset + std::min(bytes, size_ - offset), granularity_), bits_), true);
}

void DirtyMap::clear(std::uint64_t offset, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (offset >= size_) return;
    const std::uint64_t end = offset + std::min(bytes, size_ - offset);
    put(bits_for(offset, granularity_), end == size_ ? bits_ : end / granularity_, false);
}

std::uint64_t DirtyMap::find(std::uint64_t from, bool value) const {
    while (from < bits_) {
        const std::uint64_t word = (value ? words_[from / 64] : ~words_[from / 64]) >> from % 64;
        if (word) return std::min(from + static_cast<std::uint64_t>(std::countr_zero(word)), bits_);
        from += 64 - from % 64;
    }
    return bits_;
}

bool DirtyMap::any(std::uint64_t offset, std::uint64_t bytes) const {
    const std::lock_guard lock(mutex_);
    if (bytes == 0 || offset >= size_) return false;
    return find(offset / granularity_, true) < bits_for(offset + std::min(bytes, size_ - offset), granularity_);
}

std::optional<DirtyMap::Range> DirtyMap::next(std::uint64_t from, std::uint64_t most) const {
    const std::lock_guard lock(mutex_);
    const std::uint64_t first = find(from / granularity_, true);
    if (first >= bits_) return std::nullopt;
    const std::uint64_t offset = first * granularity_, end = find(first, false);
    const std::uint64_t whole = std::max(most / granularity_, std::uint64_t{1});
    const std::uint64_t until = std::min(end, first + std::min(whole, bits_));
    return Range{offset, std::min(until * granularity_, size_) - offset};
}

std::uint64_t DirtyMap::count() const {
    const std::lock_guard lock(mutex_);
    return set_bits_ * granularity_;
}

std::uint64_t DirtyMap::count_inside() const {
    const std::lock_guard lock(mutex_);
    const bool cut = bits_ && bit(bits_ - 1);
    return set_bits_ * granularity_ - (cut ? bits_ * granularity_ - size_ : 0);
}

void DirtyMap::add(const DirtyMap& other) {
    // Stretch by stretch: their granularities may differ, and neither lock is held while the other is taken.
    std::uint64_t from = 0;
    while (const auto range = other.next(from)) {
        set(range->offset, range->bytes);
        from = range->offset + range->bytes;
        if (from >= other.size()) break;
    }
}

void DirtyMap::resize(std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t bits = std::min(bits_for(size, granularity_), kMostBits);
    if (bits < bits_) put(bits, bits_, false);
    size_ = size;
    bits_ = bits;
    words_.resize(bits_ / 64 + 1);
}

std::vector<std::uint8_t> DirtyMap::bytes() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::uint8_t> all;
    for (std::uint64_t word = 0; word < bits_for(bits_, 64); ++word)
        for (unsigned i = 0; i < 8; ++i) all.push_back(static_cast<std::uint8_t>(words_[word] >> 8 * i));
    return all;
}

}  // namespace rhea
