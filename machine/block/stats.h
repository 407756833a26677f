#pragma once
/// The counters of one backend, as query-blockstats shows them.
#include <algorithm>
#include <array>
#include <cstdint>

#include "machine/block/io.h"

namespace rhea {

/// Loop thread only. Times are nanoseconds of the host's monotonic clock.
class BlockStats {
public:
    struct Counter {
        std::uint64_t bytes = 0, operations = 0, merged = 0;
        std::uint64_t failed = 0, invalid = 0;
        std::uint64_t total_time_ns = 0;
    };

    void done(const IoOutcome& io);
    void failed(const IoOutcome& io);
    /// A request that never came to the medium: beyond its end, or without one.
    void invalid(IoKind kind);
    void merged(IoKind kind, unsigned requests) { counters_[index(kind)].merged += requests; }

    const Counter& counter(IoKind kind) const { return counters_[index(kind)]; }
    /// Of the last request that was not a failed one; -1: none yet.
    std::int64_t last_access_ns() const { return last_access_ns_; }

    bool account_invalid = true;  ///< device property stats-account-invalid
    bool account_failed = true;

private:
    static std::size_t index(IoKind kind) { return static_cast<std::size_t>(kind); }
    std::array<Counter, kIoKinds> counters_{};
    std::int64_t last_access_ns_ = -1;
};

}  // namespace rhea
