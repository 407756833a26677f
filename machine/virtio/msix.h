#pragma once
/// The MSI-X table of a PCI function (PCI Local Bus Specification 3.0, section 6.8.2): vectors that are memory writes.
#include <cstdint>
#include <functional>
#include <vector>

#include "machine/address_space.h"

namespace rhea {

class MsixTable final : public IoHandler {
public:
    static constexpr unsigned kEntrySize = 16;
    static constexpr std::uint16_t kEnable = 0x8000, kMaskAll = 0x4000;

    /// `send` writes a message.
    MsixTable(unsigned vectors, std::function<void(std::uint64_t address, std::uint32_t data)> send);

    unsigned vectors() const { return static_cast<unsigned>(entries_.size()); }
    /// Where the pending bits are, behind the table, and the room that both need.
    std::uint64_t pending_at() const;
    std::uint64_t bar_size() const;
    /// The message control register of the capability.
    void set_control(std::uint16_t control);
    bool enabled() const { return (control_ & kEnable) != 0; }
    /// Sends the vector's message, or keeps it pending while it is masked.
    void notify(unsigned vector);
    void clear_pending(unsigned vector) { if (vector < entries_.size()) entries_[vector].pending = false; }
    void reset();

    std::uint64_t io_read(std::uint64_t offset, unsigned size) override;
    void io_write(std::uint64_t offset, std::uint64_t value, unsigned size) override;

private:
    struct Entry {
        std::uint32_t words[4] = {0, 0, 0, 1};  // address low, high, data, control: masked
        bool pending = false;
    };
    bool masked(const Entry& entry) const { return (control_ & kMaskAll) || (entry.words[3] & 1); }
    void send_pending(Entry& entry);

    std::vector<Entry> entries_;
    std::function<void(std::uint64_t, std::uint32_t)> send_;
    std::uint16_t control_ = 0;
};

}  // namespace rhea
