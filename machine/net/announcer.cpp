#include "machine/net/announcer.h"

#include <algorithm>

#include "machine/net/network.h"

namespace rhea::net {

namespace {

/// Series at a time; an id more is not heeded.
constexpr std::size_t kMostSeries = 64;
constexpr std::int64_t kLongestPause = 100'000;      // milliseconds, as the migration parameters have it

}  // namespace

std::array<std::uint8_t, 60> announcement(const MacAddress& mac) {
    std::array<std::uint8_t, 60> frame{};
    // Ethernet: to all, type RARP. Then: Ethernet, IP, their lengths, "request reverse".
    constexpr std::uint8_t kFixed[] = {0x80, 0x35, 0, 1, 8, 0, 6, 4, 0, 3};
    std::fill_n(frame.begin(), 6, std::uint8_t{0xff});
    std::copy(mac.begin(), mac.end(), frame.begin() + 6);
    std::copy(std::begin(kFixed), std::end(kFixed), frame.begin() + 12);
    std::copy(mac.begin(), mac.end(), frame.begin() + 22);      // source
    std::copy(mac.begin(), mac.end(), frame.begin() + 32);      // target: itself
    return frame;
}

void Announcer::start(const std::string& id, const AnnounceParameters& parameters) {
    series_.erase(id);
    if (parameters.rounds == 0 || series_.size() == kMostSeries) return;
    Series& series = series_[id];
    series.parameters = parameters;
    series.left = std::max<std::int64_t>(parameters.rounds, 1);
    series.timer = std::make_unique<Timer>(network_.clocks(), ClockType::realtime, [this, id] { round(id); });
    round(id);
}

void Announcer::round(const std::string& id) {
    Series& series = series_.at(id);
    const AnnounceParameters& p = series.parameters;
    for (Nic* card : network_.cards()) {
        const bool wanted = !p.interfaces || std::find(p.interfaces->begin(), p.interfaces->end(), card->name()) != p.interfaces->end();
        if (!wanted) continue;
        card->send(announcement(card->mac()));
        card->user().announce();
    }
    // A timer that fires may not go: the series stays, at its end, until another one begins.
    if (--series.left <= 0) return;
    const std::int64_t most = std::clamp<std::int64_t>(p.max, 1, kLongestPause), past = p.rounds - series.left - 1;
    const double pause = static_cast<double>(p.initial) + static_cast<double>(past) * static_cast<double>(p.step);
    const std::int64_t milliseconds = pause >= 0 && pause <= static_cast<double>(most) ? std::max<std::int64_t>(static_cast<std::int64_t>(pause), 1) : most;
    series.timer->set(network_.clocks().now(ClockType::realtime) + milliseconds * 1'000'000);
}

}  // namespace rhea::net
