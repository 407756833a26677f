#pragma once
/// Which parts of a node are to be remembered: one bit for so many bytes. Any thread.
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "qobject/error.h"

namespace rhea {

class DirtyMap {
public:
    struct Range {
        std::uint64_t offset, bytes;
    };

    /// `granularity` is a power of two. Errors: an image that would need more than 2^31 bits.
    static Result<std::unique_ptr<DirtyMap>> make(std::uint64_t size, std::uint64_t granularity);
    DirtyMap(std::uint64_t size, std::uint64_t granularity);
    DirtyMap(const DirtyMap&) = delete;
    DirtyMap& operator=(const DirtyMap&) = delete;

    std::uint64_t size() const { return size_; }
    std::uint64_t granularity() const { return granularity_; }
    /// Every bit that the range touches.
    void set(std::uint64_t offset, std::uint64_t bytes);
    /// Every bit whose bytes all lie in the range.
    void clear(std::uint64_t offset, std::uint64_t bytes);
    void set_all() { set(0, size_); }
    void clear_all() { clear(0, size_); }
    bool any(std::uint64_t offset, std::uint64_t bytes) const;
    /// The first dirty stretch at or behind `from`, at most `most` bytes of it; whole bits, cut at the end of the image.
    std::optional<Range> next(std::uint64_t from, std::uint64_t most = UINT64_MAX) const;
    /// Dirty bytes, in whole bits: the last one may reach beyond the image's end.
    std::uint64_t count() const;
    /// The same, within the image.
    std::uint64_t count_inside() const;
    void add(const DirtyMap& other);
    /// Of another size; what is new is clean.
    void resize(std::uint64_t size);
    /// The bits from the lowest on, eight in a byte, in whole 64-bit words.
    std::vector<std::uint8_t> bytes() const;

private:
    bool bit(std::uint64_t at) const { return words_[at / 64] >> at % 64 & 1; }
    std::uint64_t find(std::uint64_t from, bool value) const;  // bits_ when there is none
    void put(std::uint64_t first, std::uint64_t end, bool value);

    std::uint64_t size_, granularity_, bits_, set_bits_ = 0;
    std::vector<std::uint64_t> words_;
    mutable std::mutex mutex_;
};

}  // namespace rhea
