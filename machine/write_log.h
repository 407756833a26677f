#pragma once
/// Which pages of a stretch of memory have been written. Fed by the address spaces that lead there; loop thread only.
#include <cstdint>
#include <functional>
#include <vector>

namespace rhea {

class WriteLog {
public:
    static constexpr unsigned kPageBits = 12;

    /// Of `size` bytes from `memory` on, which are only compared with.
    WriteLog(const unsigned char* memory, std::uint64_t size)
        : memory_(memory), size_(size), written_(((size - 1) >> kPageBits) + 1) {}

    /// `length` bytes at `at` have been written; those of other memory are not counted.
    void note(const unsigned char* at, std::uint64_t length) {
        const std::less<> before;
        if (length == 0 || before(at, memory_) || !before(at, memory_ + size_)) return;
        const auto offset = static_cast<std::uint64_t>(at - memory_);
        for (std::uint64_t page = offset >> kPageBits; page <= (offset + length - 1) >> kPageBits && page < written_.size(); ++page) {
            pages_ += !written_[page];
            written_[page] = true;
        }
    }
    /// How many pages have been written.
    std::uint64_t pages() const { return pages_; }

private:
    const unsigned char* memory_;
    std::uint64_t size_;
    std::vector<bool> written_;
    std::uint64_t pages_ = 0;
};

}  // namespace rhea
