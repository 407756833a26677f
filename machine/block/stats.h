#pragma once
/// The counters of one backend, as query-blockstats shows them.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "machine/block/io.h"

namespace rhea {

/// How many requests took how long. Bin 0 counts below the first boundary, the last one from the last boundary on.
struct LatencyHistogram {
    std::vector<std::uint64_t> boundaries;  ///< nanoseconds, ascending, above 0
    std::vector<std::uint64_t> bins;        ///< one more than boundaries
};

class BlockHost;

/// Loop thread only. Times are nanoseconds of the host's accounting clock.
class BlockStats {
public:
    /// `host` outlives it.
    explicit BlockStats(const BlockHost& host) : host_(host) {}

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
    /// Starts to count anew. False: the boundaries do not ascend from above 0; nothing has changed then.
    bool set_histogram(IoKind kind, const std::vector<std::uint64_t>& boundaries);
    void remove_histogram(IoKind kind) { histograms_[index(kind)].reset(); }
    const std::optional<LatencyHistogram>& histogram(IoKind kind) const { return histograms_[index(kind)]; }
    /// Since the last request that was not a failed one; nothing: there was none yet.
    std::optional<std::int64_t> idle_ns() const;

    bool account_invalid = true;  ///< device property stats-account-invalid
    bool account_failed = true;

private:
    static std::size_t index(IoKind kind) { return static_cast<std::size_t>(kind); }
    void took(const IoOutcome& io);

    std::array<Counter, kIoKinds> counters_{};
    std::array<std::optional<LatencyHistogram>, kIoKinds> histograms_;
    const BlockHost& host_;
    std::int64_t last_access_ns_ = -1;
};

}  // namespace rhea
