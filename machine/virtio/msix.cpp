#include "machine/virtio/msix.h"

#include <algorithm>
#include <bit>

namespace rhea {

namespace {

constexpr std::uint64_t kLeastBar = 4096;

}  // namespace

MsixTable::MsixTable(unsigned vectors, std::function<void(std::uint64_t, std::uint32_t)> send)
    : entries_(vectors), send_(std::move(send)) {}

void MsixTable::reset() {
    for (auto& entry : entries_) entry = Entry{};
    control_ = 0;
}

void MsixTable::set_control(std::uint16_t control) {
    control_ = control;
    if (enabled())
        for (auto& entry : entries_) send_pending(entry);
}

void MsixTable::send_pending(Entry& entry) {
    if (!entry.pending || masked(entry)) return;
    entry.pending = false;
    send_(std::uint64_t{entry.words[1]} << 32 | entry.words[0], entry.words[2]);
}

void MsixTable::notify(unsigned vector) {
    if (!enabled() || vector >= entries_.size()) return;
    entries_[vector].pending = true;
    send_pending(entries_[vector]);
}

std::uint64_t MsixTable::pending_at() const { return std::max<std::uint64_t>(kLeastBar / 2, std::uint64_t{kEntrySize} * vectors()); }

std::uint64_t MsixTable::bar_size() const {
    const std::uint64_t bits = (vectors() + 63) / 64 * 8;
    return std::bit_ceil(std::max(kLeastBar, pending_at() + bits));
}

std::uint64_t MsixTable::io_read(std::uint64_t offset, unsigned) {
    if (offset >= pending_at()) {
        const auto first = (offset - pending_at()) * 8;
        std::uint64_t bits = 0;
        for (auto i = first; i < entries_.size() && i < first + 32; ++i) bits |= std::uint64_t{entries_[i].pending} << (i - first);
        return bits;
    }
    const auto index = offset / kEntrySize;
    return index < entries_.size() ? entries_[index].words[offset / 4 % 4] : 0;
}

void MsixTable::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    const auto index = offset / kEntrySize;
    if (offset >= pending_at() || index >= entries_.size()) return;
    entries_[index].words[offset / 4 % 4] = static_cast<std::uint32_t>(value);
    if (enabled()) send_pending(entries_[index]);
}

}  // namespace rhea
