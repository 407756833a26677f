#include <catch2/catch.hpp>

#include "machine/block/stats.h"

using namespace rhea;

TEST_CASE("a latency histogram counts the requests of its kind since it was set", "[block]") {
    BlockStats stats;
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
    BlockStats stats;
    REQUIRE(stats.set_histogram(IoKind::read, {10, 20}));
    CHECK(!stats.set_histogram(IoKind::read, {20, 10}));
    CHECK(!stats.set_histogram(IoKind::read, {0, 10}));
    CHECK(stats.histogram(IoKind::read)->boundaries == std::vector<std::uint64_t>{10, 20});
}
