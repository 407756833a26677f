#include "machine/block/throttle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rhea {
namespace {

constexpr std::uint64_t kMaxRate = 1'000'000'000'000'000;
constexpr double kNsPerSecond = 1e9;

}  // namespace

bool ThrottleConfig::enabled() const {
    return std::any_of(limits.begin(), limits.end(), [](const ThrottleLimit& l) { return l.average > 0; });
}

Result<void> ThrottleConfig::check() const {
    using enum ThrottleBucket;
    for (const auto [total, read, write] : {std::array{bps, bps_rd, bps_wr}, std::array{iops, iops_rd, iops_wr}}) {
        if ((at(total).average && (at(read).average || at(write).average)) ||
            (at(total).max && (at(read).max || at(write).max)))
            return fail("bps/iops/max total values and read/write values cannot be used at the same time");
    }
    if (iops_size && !at(iops).average && !at(iops_rd).average && !at(iops_wr).average)
        return fail("iops size requires an iops value to be set");
    for (const ThrottleLimit& limit : limits) {
        if (limit.average > kMaxRate || limit.max > kMaxRate)
            return fail(fmt::format("bps/iops/max values must be within [0, {}]", kMaxRate));
        if (limit.burst_length == 0) return fail("the burst length cannot be 0");
        if (limit.burst_length > 1 && !limit.max) return fail("burst length set without burst rate");
        if (limit.max && limit.burst_length > kMaxRate / limit.max) return fail("burst length too high for this burst rate");
        if (limit.max && !limit.average) return fail("bps_max/iops_max require corresponding bps/iops values");
        if (limit.max && limit.max < limit.average) return fail("bps_max/iops_max cannot be lower than bps/iops");
    }
    return {};
}

void ThrottleGroup::set(const ThrottleConfig& config) {
    config_ = config;
    levels_.fill(0);
    leaked_at_ns_ = 0;
}

std::uint64_t ThrottleGroup::delay_ns(bool is_write, std::uint64_t bytes, std::uint64_t now_ns) {
    using enum ThrottleBucket;
    const double elapsed = leaked_at_ns_ ? static_cast<double>(now_ns - leaked_at_ns_) / kNsPerSecond : 0;
    leaked_at_ns_ = now_ns;
    double operations = 1;
    if (config_.iops_size) operations = std::max(1.0, static_cast<double>(bytes) / static_cast<double>(config_.iops_size));
    double wait = 0;
    for (std::size_t i = 0; i < kThrottleBuckets; ++i) {
        const ThrottleLimit& limit = config_.limits[i];
        if (!limit.average) continue;
        const double rate = static_cast<double>(limit.average);
        levels_[i] = std::max(0.0, levels_[i] - rate * elapsed);
        const auto bucket = static_cast<ThrottleBucket>(i);
        if (bucket == (is_write ? bps_rd : bps_wr) || bucket == (is_write ? iops_rd : iops_wr)) continue;
        // A tenth of a second's worth may go at once, or the burst that was granted.
        const double capacity =
            limit.max ? static_cast<double>(limit.max) * static_cast<double>(limit.burst_length) : rate / 10;
        wait = std::max(wait, (levels_[i] - capacity) / rate);
        levels_[i] += i < 3 ? static_cast<double>(bytes) : operations;
    }
    return static_cast<std::uint64_t>(wait * kNsPerSecond);
}

}  // namespace rhea
