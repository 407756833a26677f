#pragma once
/// The guest's RAM. Address space is reserved for all of it, pages come when they are first touched: -m 4G costs nothing at
/// the start.
#include <cstdint>
#include <memory>
#include <string_view>

#include "machine/address_space.h"
#include "qobject/error.h"

namespace rhea {

class GuestMemory {
public:
    static constexpr int kLegacyPriority = 1, kShadowPriority = 2;

    /// `name` is the memory back end's, for the error text.
    static Result<std::unique_ptr<GuestMemory>> allocate(std::uint64_t size, std::string_view name = "pc.ram");
    /// Memory that somebody else has made and keeps.
    static std::unique_ptr<GuestMemory> over(unsigned char* data, std::uint64_t size);
    ~GuestMemory();
    GuestMemory(const GuestMemory&) = delete;
    GuestMemory& operator=(const GuestMemory&) = delete;

    std::uint64_t size() const { return size_; }
    /// From a size of `most` bytes on, what is below 4 GiB ends at `low`. Before it is mapped.
    struct Split { std::uint64_t most, low; };
    void set_split(Split split) { split_ = split; }
    /// Guest physical memory is [0, below_4g) and [4 GiB, 4 GiB + above_4g).
    std::uint64_t below_4g() const;
    std::uint64_t above_4g() const { return size_ - below_4g(); }
    /// Byte `offset` of the RAM; what lies above 4 GiB follows directly on what lies below.
    unsigned char* at(std::uint64_t offset) const { return data_ + offset; }

    /// Puts it into the memory's address space at priority 0. What lies over it between 0xa0000 and 0xfffff (display memory,
    /// ROMs) has kLegacyPriority; the chipset lays RAM over that at kShadowPriority.
    void map_into(AddressSpace& memory) const;

private:
    GuestMemory(unsigned char* data, std::uint64_t size, bool owned) : data_(data), size_(size), owned_(owned) {}
    unsigned char* data_;
    Split split_{0xe0000000, 0xc0000000};      // as the i440FX has it
    std::uint64_t size_;
    bool owned_;
};

}  // namespace rhea
