#include "monitor/event_bus.h"

#include <catch2/catch.hpp>

#include "monitor_rig.h"

using namespace rhea;
using rhea::test::ManualClock;
using rhea::test::Plain;
using rhea::test::Tick;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

struct Seen final : EventListener {
    std::vector<std::int64_t> ticks;
    int plain = 0;
    void event(const EventRecord& e) override {
        if (e.info.name == "TICK") ticks.push_back(static_cast<const Tick*>(e.data)->n);
        else ++plain;
    }
};

struct Keyed { std::string who; std::int64_t n = 0; };

}  // namespace

template <> inline constexpr auto rhea::description<Keyed> = object("Keyed", member<&Keyed::who>("who"), member<&Keyed::n>("n"));
template <> inline constexpr EventInfo rhea::event<Keyed>{"KEYED", "Limited for each.", 1000, "who"};

TEST_CASE("of a limited event the first goes at once and the last a second later", "[events]") {
    ManualClock clock;
    EventBus bus(clock);
    Seen seen;
    bus.add_listener(seen);
    for (int i = 1; i <= 5; ++i) bus.emit(Tick{i});
    CHECK(seen.ticks == std::vector<std::int64_t>{1});
    bus.emit(Plain{});
    CHECK(seen.plain == 1);      // others overtake
    clock.advance(kSecond - 1);
    CHECK(seen.ticks.size() == 1);
    clock.advance(1);
    CHECK(seen.ticks == std::vector<std::int64_t>{1, 5});
    bus.emit(Tick{6});           // within the second after the delayed one
    CHECK(seen.ticks.size() == 2);
    clock.advance(kSecond);
    CHECK(seen.ticks == std::vector<std::int64_t>{1, 5, 6});
    clock.advance(2 * kSecond);
    bus.emit(Tick{7});
    CHECK(seen.ticks == std::vector<std::int64_t>{1, 5, 6, 7});
    bus.remove_listener(seen);
    bus.emit(Plain{});
    CHECK(seen.plain == 1);
}

TEST_CASE("a rate limit with a key holds back each value's events on its own", "[events]") {
    ManualClock clock;
    EventBus bus(clock);
    struct Counter final : EventListener {
        int n = 0;
        void event(const EventRecord&) override { ++n; }
    } counter;
    bus.add_listener(counter);
    bus.emit(Keyed{"a", 1});
    bus.emit(Keyed{"b", 1});
    bus.emit(Keyed{"a", 2});
    CHECK(counter.n == 2);
    clock.advance(kSecond);
    CHECK(counter.n == 3);
}
