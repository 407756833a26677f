#include "machine/devices/virtio/msix.h"

namespace rhea::virtio {

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

std::uint64_t MsixTable::io_read(std::uint64_t offset, unsigned) {
    if (offset >= kPending) {
        std::uint64_t bits = 0;
        for (unsigned i = 0; i < entries_.size() && i < 32; ++i) bits |= std::uint64_t{entries_[i].pending} << i;
        return offset == kPending ? bits : 0;
    }
    const auto index = offset / kEntrySize;
    return index < entries_.size() ? entries_[index].words[offset / 4 % 4] : 0;
}

void MsixTable::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    const auto index = offset / kEntrySize;
    if (offset >= kPending || index >= entries_.size()) return;
    entries_[index].words[offset / 4 % 4] = static_cast<std::uint32_t>(value);
    if (enabled()) send_pending(entries_[index]);
}

}  // namespace rhea::virtio
