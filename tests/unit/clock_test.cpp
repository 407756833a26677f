#include <catch2/catch.hpp>
#include <chrono>
#include <optional>

#include "tests/unit/machine_rig.h"

using namespace rhea;

namespace {

/// Runs the loop until `done` or for five seconds.
template <class F>
void run_until(MachineRig& rig, F done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!done() && std::chrono::steady_clock::now() < end) rig.loop.turn();
}

}  // namespace

TEST_CASE("a step of the manual clock runs every timer at its own time, in order", "[clock]") {
    MachineRig rig;
    std::vector<std::pair<char, std::int64_t>> fired;
    Timer a(rig.clocks, ClockType::virtual_time, [&] {
        fired.emplace_back('a', rig.now());
        if (fired.size() < 4) a.set(rig.now() + 100);
    });
    Timer b(rig.clocks, ClockType::virtual_time, [&] { fired.emplace_back('b', rig.now()); });
    a.set(100);
    b.set(250);
    CHECK(rig.clocks.next_deadline() == 100);
    CHECK(rig.clocks.advance_to(299));
    CHECK(fired == std::vector<std::pair<char, std::int64_t>>{{'a', 100}, {'a', 200}, {'b', 250}});
    CHECK(rig.now() == 299);
    rig.clocks.advance_to(300);
    CHECK(fired.back() == std::pair<char, std::int64_t>{'a', 300});
    CHECK(rig.clocks.next_deadline() == -1);
}

TEST_CASE("the manual clock does not go back", "[clock]") {
    MachineRig rig;
    rig.clocks.advance_to(500);
    rig.clocks.advance_to(200);
    CHECK(rig.now() == 500);
}

TEST_CASE("a timer that is set to the present fires from the loop without a step of the clock", "[clock]") {
    MachineRig rig;
    int fired = 0;
    Timer timer(rig.clocks, ClockType::virtual_time, [&] { ++fired; });
    timer.set(rig.now());
    CHECK(fired == 0);
    run_until(rig, [&] { return fired > 0; });
    CHECK(fired == 1);
    CHECK(rig.now() == 0);
    CHECK_FALSE(timer.pending());
}

TEST_CASE("a timer in the future of the manual clock does not fire by itself", "[clock]") {
    MachineRig rig;
    int fired = 0;
    Timer timer(rig.clocks, ClockType::virtual_time, [&] { ++fired; });
    Timer soon(rig.clocks, ClockType::realtime, [&] { ++fired; });
    timer.set(1);
    soon.set(rig.clocks.now(ClockType::realtime) + 3'000'000);
    run_until(rig, [&] { return fired > 0; });
    CHECK_FALSE(soon.pending());
    CHECK(timer.pending());
}

TEST_CASE("while the machine is stopped manual time goes on and its timers run late, when it goes on", "[clock]") {
    MachineRig rig;
    std::optional<std::int64_t> fired;
    Timer timer(rig.clocks, ClockType::virtual_time, [&] { fired = rig.now(); });
    timer.set(100);
    rig.clocks.set_running(false);
    rig.clocks.advance_to(1000);
    rig.loop.turn();
    CHECK_FALSE(fired);
    CHECK(rig.now() == 1000);
    rig.clocks.set_running(true);
    run_until(rig, [&] { return fired.has_value(); });
    CHECK(fired == 1000);
}

TEST_CASE("a timer that stops the machine keeps those behind it from running in the same step", "[clock]") {
    MachineRig rig;
    bool later = false;
    Timer stop(rig.clocks, ClockType::virtual_time, [&] { rig.clocks.set_running(false); });
    Timer other(rig.clocks, ClockType::virtual_time, [&] { later = true; });
    stop.set(10);
    other.set(10);
    rig.clocks.advance_to(20);
    CHECK_FALSE(later);
    CHECK(other.pending());
    CHECK(rig.now() == 20);
}

TEST_CASE("a timer that is always set to the present does not hold up a step", "[clock]") {
    MachineRig rig;
    int fired = 0;
    Timer timer(rig.clocks, ClockType::virtual_time, [&] {
        ++fired;
        timer.set(rig.now());
    });
    timer.set(10);
    CHECK(rig.clocks.advance_to(15));
    CHECK(fired == 6);  // 10, and each nanosecond after it
    CHECK(rig.now() == 15);
    timer.cancel();
}

TEST_CASE("a long step can be taken in parts", "[clock]") {
    MachineRig rig;
    int fired = 0;
    Timer timer(rig.clocks, ClockType::virtual_time, [&] {
        ++fired;
        timer.set(rig.now() + 1000);
    });
    timer.set(1000);
    const auto up_to_four = [&, left = 0]() mutable { return ++left % 4 != 0; };
    CHECK_FALSE(rig.clocks.advance_to(10'000, up_to_four));
    CHECK(fired == 4);
    CHECK(rig.now() == 4000);
    CHECK_FALSE(rig.clocks.advance_to(10'000, up_to_four));
    CHECK(rig.clocks.advance_to(10'000, up_to_four));
    CHECK(fired == 10);
    CHECK(rig.now() == 10'000);
    timer.cancel();
}

TEST_CASE("setting a timer again replaces its deadline, and destroying it cancels it", "[clock]") {
    MachineRig rig;
    int fired = 0;
    {
        Timer timer(rig.clocks, ClockType::virtual_time, [&] { ++fired; });
        timer.set(10);
        timer.set(50);
        rig.clocks.advance_to(20);
        CHECK(fired == 0);
        CHECK(timer.deadline() == 50);
    }
    rig.clocks.advance_to(100);
    CHECK(fired == 0);
    CHECK(rig.clocks.next_deadline() == -1);
}

TEST_CASE("virtual time follows the host's while the machine runs and stands still while it is stopped", "[clock]") {
    MachineRig rig(false);
    rig.clocks.set_running(false);
    const auto held = rig.now();
    int fired = 0;
    Timer tick(rig.clocks, ClockType::realtime, [&] { ++fired; });
    tick.set(rig.clocks.now(ClockType::realtime) + 5'000'000);
    run_until(rig, [&] { return fired == 1; });
    CHECK(rig.now() == held);
    rig.clocks.set_running(true);
    std::optional<std::int64_t> at;
    Timer timer(rig.clocks, ClockType::virtual_time, [&] { at = rig.now(); });
    timer.set(held + 5'000'000);
    run_until(rig, [&] { return at.has_value(); });
    REQUIRE(at);
    CHECK(*at >= held + 5'000'000);
    CHECK(*at < held + 2 * kSecond);
}

TEST_CASE("a timer on the host's clock fires at a moment of the wall clock", "[clock]") {
    MachineRig rig;
    std::optional<std::int64_t> at;
    Timer timer(rig.clocks, ClockType::host, [&] { at = rig.clocks.now(ClockType::host); });
    const auto when = rig.clocks.now(ClockType::host) + 4'000'000;
    timer.set(when);
    run_until(rig, [&] { return at.has_value(); });
    REQUIRE(at);
    CHECK(*at >= when);
}
