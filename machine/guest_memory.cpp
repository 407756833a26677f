#include "machine/guest_memory.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <limits>

namespace rhea {

namespace {

constexpr std::uint64_t kGiB = 1u << 30;

}  // namespace

Result<std::unique_ptr<GuestMemory>> GuestMemory::allocate(std::uint64_t size, std::string_view name) {
    void* data = MAP_FAILED;
    errno = ENOMEM;
    if (size > 0 && size <= std::numeric_limits<std::size_t>::max() / 2)
        data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED) return fail(fmt::format("cannot set up guest memory '{}': {}", name, std::strerror(errno)));
    // A guest that touches one byte should cost a page, not a huge one.
    madvise(data, size, MADV_NOHUGEPAGE);
    madvise(data, size, MADV_DONTDUMP);
    return std::unique_ptr<GuestMemory>(new GuestMemory(static_cast<unsigned char*>(data), size, true));
}

std::unique_ptr<GuestMemory> GuestMemory::over(unsigned char* data, std::uint64_t size) {
    return std::unique_ptr<GuestMemory>(new GuestMemory(data, size, false));
}

GuestMemory::~GuestMemory() {
    if (owned_) munmap(data_, size_);
}

std::uint64_t GuestMemory::below_4g() const { return size_ >= split_.most ? split_.low : size_; }

void GuestMemory::map_into(AddressSpace& memory) const {
    const auto add = [&](const char* name, std::uint64_t base, std::uint64_t from, std::uint64_t to) {
        if (from < to) memory.add({.name = name, .base = base, .size = to - from, .memory = at(from), .alias_of = "pc.ram", .alias_offset = from});
    };
    add("ram-below-4g", 0, 0, below_4g());
    add("ram-above-4g", 4 * kGiB, below_4g(), size_);
}

}  // namespace rhea
