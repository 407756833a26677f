#pragma once
/// Lets cards tell switches where they are, in rounds that come slower and slower: after a migration, or because somebody asks.
#include <map>

#include "machine/clock.h"
#include "machine/net/client.h"

namespace rhea::net {

/// Milliseconds, but for the rounds.
struct AnnounceParameters {
    std::int64_t initial = 0, max = 0, rounds = 0, step = 0;
    /// The cards that do; nothing: all.
    std::optional<std::vector<std::string>> interfaces;
};

/// A RARP request for the card's own address, padded to the smallest frame.
std::array<std::uint8_t, 60> announcement(const MacAddress& mac);

class Announcer {
public:
    explicit Announcer(Network& network) : network_(network) {}

    /// Sends the first round at once. A series of the same id that is under way ends; without rounds nothing takes its place.
    void start(const std::string& id, const AnnounceParameters& parameters);

private:
    struct Series {
        AnnounceParameters parameters;
        std::int64_t left;
        std::unique_ptr<Timer> timer;
    };

    void round(const std::string& id);

    Network& network_;
    std::map<std::string, Series> series_;
};

}  // namespace rhea::net
