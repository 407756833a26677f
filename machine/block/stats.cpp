#include "machine/block/stats.h"

#include "machine/block/host.h"

namespace rhea {

void BlockStats::done(const IoOutcome& io) {
    Counter& counter = counters_[index(io.kind)];
    counter.bytes += io.bytes;
    ++counter.operations;
    took(io);
}

void BlockStats::failed(const IoOutcome& io) {
    Counter& counter = counters_[index(io.kind)];
    ++counter.failed;
    if (!account_failed) return;
    took(io);
}

void BlockStats::took(const IoOutcome& io) {
    last_access_ns_ = host_.accounting_now();
    const auto latency = static_cast<std::uint64_t>(host_.accounted_latency().value_or(last_access_ns_ - io.started_ns));
    counters_[index(io.kind)].total_time_ns += latency;
    if (auto& histogram = histograms_[index(io.kind)]) {
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
    if (account_invalid) last_access_ns_ = host_.accounting_now();
}

std::optional<std::int64_t> BlockStats::idle_ns() const {
    if (last_access_ns_ < 0) return std::nullopt;
    return host_.accounting_now() - last_access_ns_;
}

}  // namespace rhea
