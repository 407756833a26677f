#include <catch2/catch.hpp>

#include "machine/block/stats.h"
#include "tests/unit/block_rig.h"

using namespace rhea;

TEST_CASE("a latency histogram counts the requests of its kind since it was set", "[block]") {
    test::RecordingHost host;
    BlockStats stats(host);
    REQUIRE(stats.set_histogram(IoKind::write, {1, 1'000'000'000'000'000'000}));
    stats.done({0, IoKind::write, 0, 512, 0});
    stats.done({0, IoKind::read, 0, 512, 0});
    const auto& histogram = stats.histogram(IoKind::write);
    REQUIRE(histogram);
    CHECK(histogram->bins == std::vector<std::uint64_t>{0, 1, 0});      // the request began at time 0 of the host
    CHECK(!stats.histogram(IoKind::read));
    REQUIRE(stats.set_histogram(IoKind::write, {5}));
    CHECK(stats.histogram(IoKind::write)->bins == std::vector<std::uint64_t>{0, 0});
    stats.remove_histogram(IoKind::write);
    CHECK(!stats.histogram(IoKind::write));
}

TEST_CASE("boundaries that do not ascend leave the histogram as it was", "[block]") {
    test::RecordingHost host;
    BlockStats stats(host);
    REQUIRE(stats.set_histogram(IoKind::read, {10, 20}));
    CHECK(!stats.set_histogram(IoKind::read, {20, 10}));
    CHECK(!stats.set_histogram(IoKind::read, {0, 10}));
    CHECK(stats.histogram(IoKind::read)->boundaries == std::vector<std::uint64_t>{10, 20});
}

TEST_CASE("where a test moves the clock every request counts as long as its host says", "[block]") {
    struct TestTime final : BlockHost {
        std::int64_t now = 5'000;
        void vm_stop_io_error() override {}
        bool running() const override { return true; }
        void on_cont(std::function<void()>) override {}
        void on_stop(std::function<void()>) override {}
        void on_end(std::function<void()>) override {}
        bool device_exists(std::string_view) const override { return false; }
        bool is_container(std::string_view) const override { return false; }
        std::int64_t accounting_now() const override { return now; }
        std::optional<std::int64_t> accounted_latency() const override { return 1'000'000; }
    } host;
    BlockStats stats(host);
    CHECK(!stats.idle_ns());
    stats.done({0, IoKind::read, 0, 512, 0});
    stats.done({0, IoKind::read, 0, 512, 0});
    CHECK(stats.counter(IoKind::read).total_time_ns == 2'000'000);
    host.now += 70;
    CHECK(stats.idle_ns() == 70);
}
