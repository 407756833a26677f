#include "machine/migration/dirty_rate.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "machine/address_space.h"
#include "machine/guest_memory.h"

namespace rhea {

namespace {

constexpr std::int64_t kLongest = 60;                           // seconds
constexpr std::int64_t kFewestPages = 128, kMostPages = 16384;  // samples in a GiB
constexpr std::int64_t kUsualPages = 512;
constexpr unsigned kGiBBits = 30, kMiBBits = 20;
constexpr std::uint64_t kPage = std::uint64_t{1} << WriteLog::kPageBits;
constexpr std::size_t kSlice = 256;                             // pages hashed in a turn of the loop: well under a millisecond
constexpr std::int64_t kMilliseconds = 1000, kNanoseconds = 1'000'000'000;

}  // namespace

DirtyRate::DirtyRate(Clocks& clocks, AddressSpace& memory, const GuestMemory* ram)
    : clocks_(clocks), memory_(memory), ram_(ram), timer_(clocks, ClockType::realtime, [this] { (this->*next_)(); }) {}

DirtyRate::~DirtyRate() {
    if (log_) memory_.log_writes(nullptr);
}

Result<void> DirtyRate::start(const CalcDirtyRate& wanted) {
    if (info_.status == DirtyRateStatus::measuring) return fail("the dirty rate is already being measured.");
    if (wanted.calc_time < 1 || wanted.calc_time > kLongest) return fail(fmt::format("calc-time is out of range[1, {}].", kLongest));
    const auto mode = wanted.mode.value_or(DirtyRateMeasureMode::page_sampling);
    if (wanted.sample_pages && mode == DirtyRateMeasureMode::dirty_ring)
        return fail("either sample-pages or dirty-ring can be specified.");
    if (wanted.sample_pages && (*wanted.sample_pages < kFewestPages || *wanted.sample_pages > kMostPages))
        return fail(fmt::format("sample-pages is out of range[{}, {}].", kFewestPages, kMostPages));
    if (mode == DirtyRateMeasureMode::dirty_ring)       // which KVM alone has
        return fail(fmt::format("mode {} is not enabled, use other method instead.", enum_name(mode)));
    began_ = now();
    info_ = {};
    info_.status = DirtyRateStatus::measuring;
    info_.start_time = began_ / kNanoseconds;
    info_.calc_time = wanted.calc_time;
    info_.sample_pages = wanted.sample_pages.value_or(kUsualPages);
    info_.mode = mode;
    done_ = changed_ = 0;
    if (mode == DirtyRateMeasureMode::dirty_bitmap) {
        if (ram_) log_ = std::make_unique<WriteLog>(ram_->at(0), ram_->size());
        memory_.log_writes(log_.get());
        wait();
        return {};
    }
    const std::uint64_t pages = ram_ ? ram_->size() >> WriteLog::kPageBits : 0;
    samples_.resize(static_cast<std::size_t>((pages * static_cast<std::uint64_t>(info_.sample_pages)) >> (kGiBBits - WriteLog::kPageBits)));
    next_ = &DirtyRate::take_samples;
    soon();
    return {};
}

std::size_t DirtyRate::hash_of(std::uint64_t page) const {
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(ram_->at(page * kPage)), kPage});
}

void DirtyRate::take_samples() {
    const std::size_t end = std::min(samples_.size(), done_ + kSlice);
    for (; done_ < end; ++done_) {
        // One out of each stretch of equal length.
        const std::uint64_t pages = ram_->size() >> WriteLog::kPageBits;
        const std::uint64_t first = pages * done_ / samples_.size(), next = pages * (done_ + 1) / samples_.size();
        Sample& sample = samples_[done_];
        sample.page = std::uniform_int_distribution<std::uint64_t>(first, next - 1)(random_);
        sample.hash = hash_of(sample.page);
    }
    if (done_ < samples_.size()) return soon();
    done_ = 0;
    wait();
}

/// Until the time is up, which counts from the beginning.
void DirtyRate::wait() {
    next_ = &DirtyRate::time_is_up;
    timer_.set(std::max(now(), began_ + info_.calc_time * kNanoseconds));
}

void DirtyRate::time_is_up() {
    waited_ = std::max(milliseconds(), info_.calc_time * kMilliseconds);
    if (info_.mode == DirtyRateMeasureMode::dirty_bitmap) {
        const std::uint64_t bytes = log_ ? log_->pages() * kPage : 0;
        memory_.log_writes(nullptr);
        log_.reset();
        return finish(static_cast<std::int64_t>(bytes >> kMiBBits) * kMilliseconds / waited_);
    }
    next_ = &DirtyRate::compare_samples;
    compare_samples();
}

void DirtyRate::compare_samples() {
    const std::size_t end = std::min(samples_.size(), done_ + kSlice);
    for (; done_ < end; ++done_) changed_ += hash_of(samples_[done_].page) != samples_[done_].hash;
    if (done_ < samples_.size()) return soon();
    std::int64_t rate = 0;
    if (!samples_.empty()) {
        const auto megabytes = static_cast<std::int64_t>(ram_->size() >> kMiBBits);
        rate = megabytes * static_cast<std::int64_t>(changed_) * kMilliseconds / (static_cast<std::int64_t>(samples_.size()) * waited_);
    }
    std::vector<Sample>().swap(samples_);
    finish(rate);
}

void DirtyRate::finish(std::int64_t dirty_rate) {
    info_.status = DirtyRateStatus::measured;
    info_.dirty_rate = dirty_rate;
    if (info_.mode == DirtyRateMeasureMode::dirty_bitmap) info_.sample_pages = 0;      // as QEMU tells that there were none
}

}  // namespace rhea
