#pragma once
/// What the CPU's port and memory accesses reach: regions of devices and RAM, by address. The same class serves I/O ports
/// and memory; whoever plays the guest (qtest, a CPU) and whoever does DMA calls read and write. Loop thread only.
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace rhea {

class WriteLog;

/// A device's registers. Accesses come in the widths that its region allows, aligned to their width within the region; wider
/// ones are split into rising addresses, narrower ones are cut out of an access of the least width. An access of up to four
/// bytes goes whole to the device at its first byte: `offset` may lie behind the end of a region that is smaller. A handler
/// may change the address space that it stands in. Widths that a device does not decode it reads as it likes and ignores
/// when written.
class IoHandler {
public:
    virtual ~IoHandler() = default;
    virtual std::uint64_t io_read(std::uint64_t offset, unsigned size) = 0;
    virtual void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) = 0;
};

class AddressSpace {
public:
    struct Region {
        std::string name;
        std::uint64_t base;
        std::uint64_t size;            ///< at least 1
        IoHandler* handler = nullptr;  ///< null: plain memory at `memory`
        unsigned char* memory = nullptr;
        bool read_only = false;
        unsigned min_access = 1, max_access = 8;
        int priority = 0;  ///< the higher one is seen where regions overlap; among equals the newer
        std::string_view alias_of = {};  ///< the memory that this shows a part of, for people; it begins at `alias_offset`
        std::uint64_t alias_offset = 0;
    };
    using Handle = std::list<Region>::iterator;
    /// A stretch of addresses in which one region is seen.
    struct Span {
        std::uint64_t last;  ///< the last address in it
        Region* region;
    };

    /// `unassigned`: what a byte that nobody decodes reads as (0xff for ports, 0 for memory).
    explicit AddressSpace(std::uint8_t unassigned) : unassigned_(unassigned) {}
    AddressSpace(const AddressSpace&) = delete;
    AddressSpace& operator=(const AddressSpace&) = delete;

    Handle add(Region region);
    void remove(Handle region);
    void move(Handle region, std::uint64_t base);

    /// `size` is 1, 2, 4 or 8.
    std::uint64_t read(std::uint64_t address, unsigned size);
    void write(std::uint64_t address, std::uint64_t value, unsigned size);
    /// Any length; RAM is copied at once. Addresses past 2^64 begin at 0 again.
    void read_bytes(std::uint64_t address, void* out, std::uint64_t length);
    void write_bytes(std::uint64_t address, const void* in, std::uint64_t length);
    /// `length` times the same byte.
    void fill(std::uint64_t address, unsigned char byte, std::uint64_t length);

    const std::list<Region>& regions() const { return regions_; }
    /// What is seen where, by first address. Holds until the next change.
    const std::map<std::uint64_t, Span>& spans();
    /// Where writes to plain memory are noted from now on; null: nowhere.
    void log_writes(WriteLog* log) { write_log_ = log; }
    /// Counts the changes, for whoever keeps a copy of `spans`.
    std::uint64_t generation() const { return generation_; }

private:
    struct Piece;
    Piece piece_at(std::uint64_t address, std::uint64_t length);
    void changed();
    void flatten();
    void overlay(Region& region);

    std::uint8_t unassigned_;
    std::list<Region> regions_;                // by rising priority
    std::map<std::uint64_t, Span> flat_;
    bool stale_ = false;  // flat_ is made anew at the next access, once for many changes
    std::uint64_t generation_ = 0;
    WriteLog* write_log_ = nullptr;
};

/// Keeps a region in an address space for as long as it lives.
class Mapping {
public:
    Mapping(AddressSpace& space, AddressSpace::Region region) : space_(space), region_(space.add(std::move(region))) {}
    ~Mapping() { space_.remove(region_); }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    void move(std::uint64_t base) { space_.move(region_, base); }

private:
    AddressSpace& space_;
    AddressSpace::Handle region_;
};

}  // namespace rhea
