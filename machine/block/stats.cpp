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
    counter.total_time_ns += static_cast<std::uint64_t>(now - io.started_ns);
    last_access_ns_ = now;
}

void BlockStats::failed(const IoOutcome& io) {
    Counter& counter = counters_[index(io.kind)];
    ++counter.failed;
    if (!account_failed) return;
    const std::int64_t now = now_ns();
    counter.total_time_ns += static_cast<std::uint64_t>(now - io.started_ns);
    last_access_ns_ = now;
}

void BlockStats::invalid(IoKind kind) {
    ++counters_[index(kind)].invalid;
    if (account_invalid) last_access_ns_ = now_ns();
}

}  // namespace rhea
