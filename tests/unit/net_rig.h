#pragma once
/// Networks without a machine around them: a loop, cards that remember what they get, and plain sockets on the other side.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>

#include "json/exact_parser.h"
#include "machine/net/network.h"
#include "tests/unit/machine_rig.h"
#include "tests/unit/monitor_rig.h"

namespace rhea::test {

inline std::string text_of(net::Frame frame) { return {reinterpret_cast<const char*>(frame.data()), frame.size()}; }
inline net::Frame frame_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

/// A card that takes every frame.
struct Card : net::NicUser {
    Card(net::Network& network, const std::string& name, const std::string& netdev = {}, std::optional<net::MacAddress> mac = {})
        : nic(network, *this, "e1000", name, mac, netdev.empty() ? std::vector<net::Client*>{} : network.backends(netdev)) {}
    bool frame_received(net::Frame frame) override {
        frames.push_back(text_of(frame));
        return true;
    }
    void link_changed(bool up) override { links.push_back(up); }

    Texts frames;
    std::vector<bool> links;
    net::Nic nic;
};

/// Remembers events as "NAME data".
struct EventLog final : EventListener {
    explicit EventLog(EventBus& bus) : bus(bus) { bus.add_listener(*this); }
    ~EventLog() override { bus.remove_listener(*this); }
    void event(const EventRecord& event) override { names.push_back(std::string(event.info.name)); }
    EventBus& bus;
    Texts names;
};

struct NetRig {
    TestLoop loop;
    Clocks clocks{loop, true};
    ManualClock event_clock;
    EventBus events{event_clock};
    EventLog log{events};
    Chardevs chardevs{ChardevHost{loop}};
    net::Network network{loop, clocks, events, chardevs};

    NetRig() { clocks.set_running(true); }
    ~NetRig() { chardevs.shut_down(); }

    /// Options as netdev_add takes them; the error's text, or nothing.
    std::string add(const char* json, const NamedFds& fds = {}) {
        auto options = from_qdict<net::Netdev>(*json_of(json).dict());
        if (!options) return options.error().description();
        auto added = network.add(*options, fds);
        return added ? "" : added.error().description();
    }
    static QObject json_of(const char* text) { return *json::parse_exactly(text); }
    std::string remove(const char* id) {
        auto removed = network.remove(id);
        return removed ? "" : removed.error().description();
    }
    /// Turns the loop until that is so; a second is long.
    template <class Condition>
    bool until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (!condition() && std::chrono::steady_clock::now() < end) {
            loop.turn();
            ::usleep(500);
        }
        return condition();
    }
};

}  // namespace rhea::test
