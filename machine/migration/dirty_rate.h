#pragma once
/// Measures how fast the guest writes its memory: from samples, whose contents are compared after a while, or from a log of all
/// writes. One measurement at a time; the last one's outcome is kept. Loop thread only.
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "machine/clock.h"
#include "machine/write_log.h"
#include "qobject/describe.h"
#include "qobject/error.h"

namespace rhea {

class AddressSpace;
class GuestMemory;

enum class DirtyRateMeasureMode { page_sampling, dirty_ring, dirty_bitmap };
template <>
inline constexpr auto description<DirtyRateMeasureMode> = enumeration<DirtyRateMeasureMode>("DirtyRateMeasureMode",
                                                                                            "page-sampling", "dirty-ring",
                                                                                            "dirty-bitmap");

struct CalcDirtyRate {
    std::int64_t calc_time = 0;                   // seconds
    std::optional<std::int64_t> sample_pages;     // in a GiB
    std::optional<DirtyRateMeasureMode> mode;
};
template <>
inline constexpr auto description<CalcDirtyRate> = object("q_obj_calc-dirty-rate-arg",
                                                          member<&CalcDirtyRate::calc_time>("calc-time"),
                                                          member<&CalcDirtyRate::sample_pages>("sample-pages"),
                                                          member<&CalcDirtyRate::mode>("mode"));

enum class DirtyRateStatus { unstarted, measuring, measured };
template <>
inline constexpr auto description<DirtyRateStatus> = enumeration<DirtyRateStatus>("DirtyRateStatus", "unstarted",
                                                                                  "measuring", "measured");

struct DirtyRateVcpu {
    std::int64_t id = 0, dirty_rate = 0;
};
template <>
inline constexpr auto description<DirtyRateVcpu> = object("DirtyRateVcpu", member<&DirtyRateVcpu::id>("id"),
                                                          member<&DirtyRateVcpu::dirty_rate>("dirty-rate"));

struct DirtyRateInfo {
    std::optional<std::int64_t> dirty_rate;       // MiB in a second
    DirtyRateStatus status{};
    std::int64_t start_time = 0;                  // seconds of the host's monotonic clock
    std::int64_t calc_time = 0, sample_pages = 0;
    DirtyRateMeasureMode mode{};
    std::optional<std::vector<DirtyRateVcpu>> vcpu_dirty_rate;
};
template <>
inline constexpr auto description<DirtyRateInfo> = object("DirtyRateInfo", member<&DirtyRateInfo::dirty_rate>("dirty-rate"),
                                                          member<&DirtyRateInfo::status>("status"),
                                                          member<&DirtyRateInfo::start_time>("start-time"),
                                                          member<&DirtyRateInfo::calc_time>("calc-time"),
                                                          member<&DirtyRateInfo::sample_pages>("sample-pages"),
                                                          member<&DirtyRateInfo::mode>("mode"),
                                                          member<&DirtyRateInfo::vcpu_dirty_rate>("vcpu-dirty-rate"));

class DirtyRate {
public:
    /// `ram` null: there is nothing to measure. All outlive this object.
    DirtyRate(Clocks& clocks, AddressSpace& memory, const GuestMemory* ram);
    ~DirtyRate();

    /// Fails with QEMU's texts, and when a measurement is under way.
    Result<void> start(const CalcDirtyRate& wanted);
    const DirtyRateInfo& info() const { return info_; }

private:
    struct Sample {
        std::uint64_t page;
        std::size_t hash;
    };
    std::size_t hash_of(std::uint64_t page) const;
    void time_is_up();
    void take_samples();
    void compare_samples();
    void wait();
    void finish(std::int64_t dirty_rate);
    void soon() { timer_.set(now()); }
    std::int64_t now() const { return clocks_.now(ClockType::realtime); }
    std::int64_t milliseconds() const { return (now() - began_) / 1'000'000; }

    Clocks& clocks_;
    AddressSpace& memory_;
    const GuestMemory* ram_;
    DirtyRateInfo info_;
    Timer timer_;
    void (DirtyRate::*next_)() = nullptr;      // what the timer is set for
    std::int64_t began_ = 0;                   // ns, realtime
    std::int64_t waited_ = 0;                  // ms
    std::minstd_rand random_;
    std::vector<Sample> samples_;              // all of them have a page; the first `done_` are hashed, or compared
    std::size_t done_ = 0, changed_ = 0;
    std::unique_ptr<WriteLog> log_;            // in mode dirty-bitmap, while it measures
};

}  // namespace rhea
