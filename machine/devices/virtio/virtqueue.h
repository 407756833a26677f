#pragma once
/// A split virtqueue (VIRTIO 1.1, section 2.6): buffers that the driver offers, taken and given back by the device. Everything in
/// guest memory is the guest's to get wrong: an inconsistent queue breaks, and gives nothing more until it is reset.
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace rhea::virtio {

/// Guest memory as the device's transport reaches it.
class VirtioMemory {
public:
    virtual ~VirtioMemory() = default;
    virtual void read_guest(std::uint64_t address, void* out, std::uint64_t length) const = 0;
    virtual void write_guest(std::uint64_t address, const void* in, std::uint64_t length) = 0;
};

struct VirtioSegment {
    std::uint64_t address;
    std::uint32_t length;
};

/// One chain of descriptors.
struct VirtioElement {
    std::uint16_t head = 0;
    std::vector<VirtioSegment> out, in;  ///< what the device reads; what it writes

    static std::uint64_t size(const std::vector<VirtioSegment>& segments);
    std::uint64_t out_size() const { return size(out); }
    std::uint64_t in_size() const { return size(in); }
    /// From byte `offset` of what the device reads; less than asked for at the end.
    std::size_t read(const VirtioMemory& memory, std::uint64_t offset, std::span<std::uint8_t> to) const;
    std::size_t write(VirtioMemory& memory, std::uint64_t offset, std::span<const std::uint8_t> from) const;
};

class Virtqueue {
public:
    static constexpr std::uint16_t kMaxSize = 1024, kNoVector = 0xffff;
    static constexpr std::uint64_t kLegacyAlign = 4096;

    explicit Virtqueue(std::uint16_t max_size) : max_size_(max_size), size_(max_size) {}

    void reset();
    std::uint16_t max_size() const { return max_size_; }
    std::uint16_t size() const { return size_; }
    /// A power of two within the limit; anything else is ignored.
    void set_size(std::uint16_t size);
    /// Where the parts are; the queue is ready from now on.
    void enable(std::uint64_t descriptors, std::uint64_t available, std::uint64_t used);
    /// The legacy layout: all parts follow each other in pages of 4096 bytes, from this one on.
    void enable_legacy(std::uint32_t page);
    std::uint32_t legacy_page() const { return legacy_page_; }
    bool ready() const { return ready_; }
    bool broken() const { return broken_; }
    void set_event_index(bool on) { event_index_ = on; }

    /// The next chain that the driver offers.
    std::optional<VirtioElement> pop(VirtioMemory& memory);
    /// Whether there is one.
    bool available(const VirtioMemory& memory) const;
    /// Gives a chain back, with `written` bytes in it.
    void push(VirtioMemory& memory, const VirtioElement& element, std::uint32_t written);
    /// Whether the driver wants to be told of what was pushed since the last time.
    bool wants_interrupt(const VirtioMemory& memory);

    std::uint16_t vector = kNoVector;

private:
    struct Descriptor {
        std::uint64_t address;
        std::uint32_t length;
        std::uint16_t flags, next;
    };
    static Descriptor read_descriptor(const VirtioMemory& memory, std::uint64_t at);
    static std::uint16_t read16(const VirtioMemory& memory, std::uint64_t at);
    static void write16(VirtioMemory& memory, std::uint64_t at, std::uint16_t value);
    bool gather(const VirtioMemory& memory, VirtioElement& element);

    std::uint16_t max_size_, size_;
    std::uint64_t descriptors_ = 0, available_ = 0, used_ = 0;
    std::uint32_t legacy_page_ = 0;
    std::uint16_t next_available_ = 0, next_used_ = 0, told_used_ = 0;
    bool told_valid_ = false;
    bool ready_ = false, broken_ = false, event_index_ = false;
};

}  // namespace rhea::virtio
