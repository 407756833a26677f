#pragma once
/// A virtqueue, split or packed (VIRTIO 1.1, sections 2.6 and 2.7): buffers that the driver offers, taken and given back by the device. Everything in
/// guest memory is the guest's to get wrong: an inconsistent queue breaks, and gives nothing more until it is reset.
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace rhea {

/// Guest memory as the device's transport reaches it.
class VirtioMemory {
public:
    virtual ~VirtioMemory() = default;
    virtual void read_guest(std::uint64_t address, void* out, std::uint64_t length) const = 0;
    virtual void write_guest(std::uint64_t address, const void* in, std::uint64_t length) = 0;
    /// Whether all of it is memory, and not a device's registers or nothing.
    virtual bool is_memory(std::uint64_t address, std::uint64_t length) const = 0;
};

struct VirtioSegment {
    std::uint64_t address;
    std::uint32_t length;
};

/// One chain of descriptors.
struct VirtioElement {
    std::uint16_t head = 0;              ///< in a packed ring the buffer's number
    std::uint16_t places = 1;            ///< that it takes in a packed ring
    std::vector<VirtioSegment> out, in;  ///< what the device reads; what it writes

    static std::uint64_t size(const std::vector<VirtioSegment>& segments);
    std::uint64_t out_size() const { return size(out); }
    std::uint64_t in_size() const { return size(in); }
    /// From byte `offset` of what the device reads; less than asked for at the end.
    std::size_t read(const VirtioMemory& memory, std::uint64_t offset, std::span<std::uint8_t> to) const;
    std::size_t write(VirtioMemory& memory, std::uint64_t offset, std::span<const std::uint8_t> from) const;
};

struct VirtioDescriptor {
    static constexpr std::uint16_t kNext = 1, kWrite = 2, kIndirect = 4;  ///< flags
    static constexpr unsigned kSize = 16;                                ///< in guest memory

    std::uint64_t address;
    std::uint32_t length;
    std::uint16_t flags, next;

    static VirtioDescriptor read(const VirtioMemory& memory, std::uint64_t at);
};

class Virtqueue {
public:
    static constexpr std::uint16_t kMaxSize = 1024, kNoVector = 0xffff;
    static constexpr std::uint64_t kLegacyAlign = 4096;
    /// Bytes of one chain, unless the device takes longer ones; a larger one makes no sense.
    static constexpr std::uint64_t kMostBytes = 256 << 20;

    explicit Virtqueue(std::uint16_t default_size) : default_size_(default_size), size_(default_size) {}

    void reset() {
        const auto most = most_bytes_;
        *this = Virtqueue(default_size_);
        most_bytes_ = most;
    }
    void set_most_bytes(std::uint64_t most) { most_bytes_ = most; }
    std::uint16_t default_size() const { return default_size_; }
    std::uint16_t size() const { return size_; }
    /// 1 to kMaxSize; anything else is ignored, and so is every size of a queue that has none.
    void set_size(std::uint16_t size);
    /// Where the parts are. One whose descriptors are at 0 is not there yet.
    void enable(std::uint64_t descriptors, std::uint64_t available, std::uint64_t used);
    /// The legacy layout: all parts follow each other in pages of 4096 bytes, from this one on.
    void enable_legacy(std::uint32_t page);
    bool ready() const { return descriptors_ != 0; }
    bool broken() const { return broken_; }
    /// What was negotiated: when to tell the driver, and how the ring is laid out.
    struct Rules {
        bool event_index = false, notify_on_empty = false, packed = false;
    };
    void set_rules(const Rules& rules) { rules_ = rules; }
    bool packed() const { return rules_.packed; }

    /// The next chain that the driver offers.
    std::optional<VirtioElement> pop(VirtioMemory& memory);
    /// Whether there is none.
    bool empty(const VirtioMemory& memory);
    /// Bytes that the device may write into the chains on offer, counted up to `most`.
    std::uint64_t writable_bytes(const VirtioMemory& memory, std::uint64_t most);
    /// Gives a chain back, with `written` bytes in it.
    void push(VirtioMemory& memory, const VirtioElement& element, std::uint32_t written);
    /// The chain that was taken last is on offer again.
    void unpop(const VirtioElement& element);
    /// A chain that was taken is never given back.
    void forget(const VirtioElement& element) {
        const std::uint16_t places = packed() ? element.places : 1;
        in_use_ = in_use_ > places ? static_cast<std::uint16_t>(in_use_ - places) : 0;
    }
    /// Whether the driver wants to be told of what was pushed since the last time.
    bool wants_interrupt(const VirtioMemory& memory);

    std::uint16_t vector = kNoVector;

    /// What x-query-virtio-queue-status tells.
    struct State {
        std::uint64_t descriptors = 0, available = 0, used = 0;
        unsigned in_use = 0;
        std::uint16_t last_available = 0, shadow_available = 0, next_used = 0, signalled_used = 0;
        bool signalled_valid = false;
    };
    State state() const;
    std::uint16_t available_flags(const VirtioMemory& memory) const;
    std::uint16_t available_index(const VirtioMemory& memory) const;
    std::uint16_t available_entry(const VirtioMemory& memory, std::uint16_t index) const;
    std::uint16_t used_flags(const VirtioMemory& memory) const;
    std::uint16_t used_index(const VirtioMemory& memory) const;

private:
    /// A place in a packed ring, and which time around.
    struct Place {
        std::uint16_t index = 0;
        bool wrap = true;
    };
    void advance(Place& place, unsigned by) const;
    bool gather(const VirtioMemory& memory, VirtioElement& element) const;
    bool gather_packed(const VirtioMemory& memory, Place place, VirtioElement& element) const;
    /// Takes one more part of a chain; false: that makes no sense.
    struct Gathering {
        std::uint64_t most_bytes, bytes = 0;
        bool elsewhere = false;
        unsigned seen = 0;
    };
    static bool take(const VirtioMemory& memory, const VirtioDescriptor& descriptor, VirtioElement& element, Gathering& gathering);
    VirtioDescriptor packed_descriptor(const VirtioMemory& memory, std::uint64_t at) const;
    bool offered(const VirtioMemory& memory, Place place) const;
    std::optional<VirtioElement> pop_packed(const VirtioMemory& memory);
    void push_packed(VirtioMemory& memory, const VirtioElement& element, std::uint32_t written);
    bool wants_packed_interrupt(const VirtioMemory& memory);

    std::uint16_t default_size_, size_;
    std::uint64_t most_bytes_ = kMostBytes;
    std::uint64_t descriptors_ = 0, available_ = 0, used_ = 0;
    std::uint16_t next_available_ = 0, shadow_available_ = 0, next_used_ = 0, told_used_ = 0;
    std::uint16_t in_use_ = 0;
    bool told_valid_ = false;
    bool broken_ = false;
    bool wrap_available_ = true, wrap_used_ = true;      // of a packed ring, which time around
    Rules rules_;
};

}  // namespace rhea
