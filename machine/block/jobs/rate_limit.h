#pragma once
/// How long a job has to wait so that it moves no more bytes in a second than it may.
#include <algorithm>
#include <cstdint>

namespace rhea {

class RateLimit {
public:
    /// Bytes a second; 0: no limit.
    void set_speed(std::uint64_t speed) {
        speed_ = speed;
        free_at_ns_ = 0;
    }
    std::uint64_t speed() const { return speed_; }
    /// Accounts what was moved just now; the next may begin after so many nanoseconds.
    std::uint64_t delay_ns(std::uint64_t bytes, std::uint64_t now_ns) {
        if (speed_ == 0) return 0;
        constexpr double kNsPerSecond = 1e9, kLongest = 1e17;  // three years
        const double cost = std::min(static_cast<double>(bytes) * kNsPerSecond / static_cast<double>(speed_), kLongest);
        free_at_ns_ = std::max(free_at_ns_, now_ns) + static_cast<std::uint64_t>(cost);
        return free_at_ns_ - now_ns;
    }

private:
    std::uint64_t speed_ = 0, free_at_ns_ = 0;
};

}  // namespace rhea
