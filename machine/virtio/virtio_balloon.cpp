#include "machine/virtio/virtio_balloon.h"

#include <sys/mman.h>

#include <algorithm>
#include <utility>

#include "machine/address_space.h"
#include "machine/platform/events.h"
#include "monitor/event_bus.h"

namespace rhea {

namespace {

constexpr std::uint64_t kStatisticsFeature = 1u << 1, kDeflateOnOom = 1u << 2, kFreePageHint = 1u << 3, kPagePoison = 1u << 4,
                        kReporting = 1u << 5;
constexpr std::uint16_t kQueueSize = 128, kFreePagesSize = 1024, kReportsSize = 32;
constexpr std::size_t kPagesOffset = 0, kActualOffset = 4, kPoisonOffset = 12;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kMostNumbers = 1 << 18;     // bytes of them in one buffer

std::size_t config_bytes(const qom::Values& values) {
    if (values.boolean("qemu-4-0-config-size") || values.boolean("page-poison")) return 16;
    return values.boolean("free-page-hint") ? 12 : 8;
}

std::uint64_t load(const std::uint8_t* from, unsigned size) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{from[i]} << (8 * i);
    return value;
}

}  // namespace

std::vector<std::uint16_t> VirtioBalloon::queue_sizes(const qom::Values& values) {
    std::vector<std::uint16_t> sizes(3, kQueueSize);
    if (values.boolean("free-page-hint")) sizes.push_back(kFreePagesSize);
    if (values.boolean("free-page-reporting")) sizes.push_back(kReportsSize);
    return sizes;
}

VirtioBalloon::VirtioBalloon(qom::Values said, Platform& platform)
    : VirtioDevice(said, VirtioId::balloon, queue_sizes(said), config_bytes(said)),
      platform_(platform),
      poll_(platform.clocks, ClockType::virtual_time, [this] { ask_again(); }) {
    statistics_.fill(~std::uint64_t{0});
}

std::uint64_t VirtioBalloon::own_features(std::uint64_t common) const {
    const auto when = [this](const char* property, std::uint64_t feature) { return values().boolean(property) ? feature : 0; };
    return common | kStatisticsFeature | when("deflate-on-oom", kDeflateOnOom) | when("free-page-hint", kFreePageHint) |
           when("page-poison", kPagePoison) | when("free-page-reporting", kReporting);
}

void VirtioBalloon::set_target(std::uint64_t bytes) {
    const auto ram = ram_bytes();
    pages_ = static_cast<std::uint32_t>((ram - std::min(bytes, ram)) / kPage);
    config_changed();
}

std::uint8_t VirtioBalloon::config_byte(std::size_t offset) const {
    if (offset < kActualOffset) return byte_of(pages_, offset - kPagesOffset);
    if (offset < kActualOffset + 4) return byte_of(actual_, offset - kActualOffset);
    return offset >= kPoisonOffset ? byte_of(poison_, offset - kPoisonOffset) : 0;
}

void VirtioBalloon::write_config(std::size_t offset, std::span<const std::uint8_t> bytes) {
    const auto merge = [&](std::uint32_t value, std::size_t at) {
        for (std::size_t i = 0; i < bytes.size(); ++i)
            if (const auto place = offset + i; place >= at && place < at + 4) {
                const auto shift = 8 * (place - at);
                value = (value & ~(0xffu << shift)) | std::uint32_t{bytes[i]} << shift;
            }
        return value;
    };
    const auto before = std::exchange(actual_, merge(actual_, kActualOffset));
    if (actual_ != before) platform_.events.emit(BalloonChangeEvent{static_cast<std::int64_t>(actual_bytes())});
    if (has(kPagePoison)) poison_ = merge(poison_, kPoisonOffset);
}

void VirtioBalloon::handle_queue(unsigned queue) {
    if (queue == kStatisticsQueue) return take_statistics();
    if (queue < kStatisticsQueue) return take_pages(queue);
    // The last one, if there are reports; a free page hint is for migration, and none is under way.
    if (values().boolean("free-page-reporting") && queue + 1 == queues().size()) take_reports(queue);
}

void VirtioBalloon::take_pages(unsigned queue) {
    while (auto element = pop(queue)) {
        std::uint8_t raw[4];
        for (std::uint64_t at = 0; at < kMostNumbers && element->read(*transport(), at, raw) == sizeof raw; at += sizeof raw)
            if (queue == kInflate) discard(load(raw, 4) * kPage, kPage);
        complete(queue, *element, 0);
    }
}

void VirtioBalloon::take_reports(unsigned queue) {
    while (auto element = pop(queue)) {
        // With a pattern in its free pages the guest would miss it.
        if (poison_ == 0)
            for (const VirtioSegment& segment : element->in) discard(segment.address, segment.length);
        complete(queue, *element, 0);
    }
}

void VirtioBalloon::discard(std::uint64_t address, std::uint64_t bytes) {
    AddressSpace& memory = platform_.memory;
    // Whole pages, and nothing but RAM as it is.
    auto at = (address + kPage - 1) & ~(kPage - 1);
    const auto end = (address + bytes) & ~(kPage - 1);
    for (auto span = memory.spans().upper_bound(at); at < end && span != memory.spans().begin();) {
        const auto& [last, region] = std::prev(span)->second;
        const auto stop = std::min(end, (last + 1) & ~(kPage - 1));
        if (at < stop && region->memory && !region->read_only) {
            unsigned char* host = region->memory + (at - region->base);
            if (reinterpret_cast<std::uintptr_t>(host) % kPage == 0) ::madvise(host, stop - at, MADV_DONTNEED);
        }
        if (span == memory.spans().end()) return;
        at = std::max(at, span->first);
        ++span;
    }
}

void VirtioBalloon::take_statistics() {
    auto element = pop(kStatisticsQueue);
    if (!element) return;
    // One at a time: a second buffer sends the first one back.
    if (asked_) complete(kStatisticsQueue, *asked_, 0);
    asked_ = std::move(element);
    statistics_.fill(~std::uint64_t{0});
    std::uint8_t raw[10];
    for (std::uint64_t at = 0; at < kMostNumbers && asked_->read(*transport(), at, raw) == sizeof raw; at += sizeof raw)
        if (const auto tag = load(raw, 2); tag < kStatistics) statistics_[tag] = load(raw + 2, 8);
    last_update_ = platform_.clocks.now(ClockType::host) / kSecond;
    if (interval_) poll_.set(platform_.clocks.now(ClockType::virtual_time) + interval_ * kSecond);
}

void VirtioBalloon::ask_again() {
    if (!asked_ || !has(kStatisticsFeature)) return poll_.set(platform_.clocks.now(ClockType::virtual_time) + interval_ * kSecond);
    complete(kStatisticsQueue, *std::exchange(asked_, std::nullopt), 0);
}

void VirtioBalloon::set_polling_interval(std::int64_t seconds) {
    if (seconds == interval_) return;
    const bool fresh = interval_ == 0;
    interval_ = seconds;
    if (seconds == 0) return poll_.cancel();
    poll_.set(platform_.clocks.now(ClockType::virtual_time) + (fresh ? 0 : seconds * kSecond));
}

void VirtioBalloon::handle_reset() {
    asked_.reset();
    poison_ = 0;
}

void VirtioBalloon::handle_queue_reset(unsigned queue) {
    if (queue == kStatisticsQueue) asked_.reset();
}

}  // namespace rhea
