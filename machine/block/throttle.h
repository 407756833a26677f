#pragma once
/// The I/O limits of a drive, as block_set_io_throttle and -drive throttling.* take them and query-block shows them.
#include <array>
#include <cstdint>
#include <string>

#include "qobject/error.h"

namespace rhea {

/// The order is that of QEMU's names: total, read, write of bytes (bps), then of operations (iops).
enum class ThrottleBucket : std::uint8_t { bps, bps_rd, bps_wr, iops, iops_rd, iops_wr };
inline constexpr std::size_t kThrottleBuckets = 6;

struct ThrottleLimit {
    std::uint64_t average = 0;       ///< units a second; 0: no limit
    std::uint64_t max = 0;           ///< burst; 0: none
    std::uint64_t burst_length = 1;  ///< seconds
};

struct ThrottleConfig {
    std::array<ThrottleLimit, kThrottleBuckets> limits{};
    std::uint64_t iops_size = 0;  ///< bytes that count as one operation; 0: any size is one

    const ThrottleLimit& at(ThrottleBucket bucket) const { return limits[static_cast<std::size_t>(bucket)]; }
    ThrottleLimit& at(ThrottleBucket bucket) { return limits[static_cast<std::size_t>(bucket)]; }
    /// Some limit is set.
    bool enabled() const;
    /// QEMU's errors for limits that contradict one another or are too large.
    Result<void> check() const;
};

/// Backends that share their limits. Loop thread only.
class ThrottleGroup {
public:
    explicit ThrottleGroup(std::string name) : name_(std::move(name)) {}
    const std::string& name() const { return name_; }
    const ThrottleConfig& config() const { return config_; }
    void set(const ThrottleConfig& config);
    /// Accounts one request and says how long it has to wait.
    std::uint64_t delay_ns(bool is_write, std::uint64_t bytes, std::uint64_t now_ns);

private:
    std::string name_;
    ThrottleConfig config_;
    std::array<double, kThrottleBuckets> levels_{};  // units that have not leaked out yet
    std::uint64_t leaked_at_ns_ = 0;
};

}  // namespace rhea
