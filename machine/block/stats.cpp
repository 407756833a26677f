#include "machine/block/stats.h"

#include <uv.h>

namespace rhea {
namespace {

std::int64_t now_ns() { return static_cast<std::int64_t>(uv_hrtime()); }

}  // namespace

void BlockStats::done(const IoOutcome& io) {
    Counter& counter = counters_[index(io.kind)];
    const std::int64_t now = now_ns();
    counter.bytes += io.bytes;
    ++counter.operations;
    took(io.kind, now - io.started_ns);
    last_access_ns_ = now;
}

void BlockStats::failed(const IoOutcome& io) {
    Counter& counter = counters_[index(io.kind)];
    ++counter.failed;
    if (!account_failed) return;
    const std::int64_t now = now_ns();
    took(io.kind, now - io.started_ns);
    last_access_ns_ = now;
}

void BlockStats::took(IoKind kind, std::int64_t ns) {
    const auto latency = static_cast<std::uint64_t>(ns);
    counters_[index(kind)].total_time_ns += latency;
    if (auto& histogram = histograms_[index(kind)]) {
        const auto& bounds = histogram->boundaries;
        ++histogram->bins[static_cast<std::size_t>(std::upper_bound(bounds.begin(), bounds.end(), latency) - bounds.begin())];
    }
}

bool BlockStats::set_histogram(IoKind kind, const std::vector<std::uint64_t>& boundaries) {
    std::uint64_t below = 0;
    for (const std::uint64_t boundary : boundaries) {
        if (boundary <= below) return false;
        below = boundary;
    }
    histograms_[index(kind)] = LatencyHistogram{boundaries, std::vector<std::uint64_t>(boundaries.size() + 1)};
    return true;
}

void BlockStats::invalid(IoKind kind) {
    ++counters_[index(kind)].invalid;
    if (account_invalid) last_access_ns_ = now_ns();
}

}  // namespace rhea
