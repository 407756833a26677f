#include "machine/block/dirty_map.h"

#include <catch2/catch.hpp>

#include "machine/block/sha256.h"

using namespace rhea;

TEST_CASE("a dirty map is set by any touch and cleared by whole units", "[block][bitmap]") {
    DirtyMap map(10 * 4096 + 100, 4096);
    map.set(4095, 2);
    CHECK(map.count() == 2 * 4096);
    CHECK(map.any(0, 1));
    CHECK_FALSE(map.any(2 * 4096, 8 * 4096));
    map.clear(1, 2 * 4096);
    CHECK(map.count() == 4096);  // the first unit was not cleared whole
    map.clear(0, 4096);
    CHECK(map.count() == 0);
    map.set(10 * 4096 + 50, 1);  // the last, cut one
    CHECK(map.count() == 4096);
    CHECK(map.count_inside() == 100);
    map.clear(10 * 4096, 100);
    CHECK(map.count_inside() == 0);
}

TEST_CASE("a dirty map tells its stretches one after the other", "[block][bitmap]") {
    DirtyMap map(1 << 20, 512);
    map.set(64 * 512, 200 * 512);  // over several words
    map.set(1000 * 512, 512);
    auto range = map.next(0);
    REQUIRE(range);
    CHECK(range->offset == 64 * 512);
    CHECK(range->bytes == 200 * 512);
    CHECK(map.next(0, 3 * 512)->bytes == 3 * 512);
    CHECK(map.next(range->offset + range->bytes)->offset == 1000 * 512);
    CHECK_FALSE(map.next(1001 * 512));
    map.set_all();
    CHECK(map.next(0)->bytes == 1 << 20);
}

TEST_CASE("maps of different granularity are added up", "[block][bitmap]") {
    DirtyMap coarse(1 << 20, 65536), fine(1 << 20, 512);
    fine.set(65536 + 512, 512);
    coarse.add(fine);
    CHECK(coarse.next(0)->offset == 65536);
    CHECK(coarse.count() == 65536);
    DirtyMap other(1 << 20, 512);
    other.add(coarse);
    CHECK(other.count() == 65536);
}

TEST_CASE("a map that grows is clean where it is new", "[block][bitmap]") {
    DirtyMap map(1 << 20, 65536);
    map.set_all();
    map.resize(2 << 20);
    CHECK(map.count() == 1 << 20);
    map.resize(65536);
    CHECK(map.count() == 65536);
}

TEST_CASE("an image of absurd size gets no map", "[block][bitmap]") {
    CHECK_FALSE(DirtyMap::make(std::uint64_t{1} << 62, 512));
}

TEST_CASE("SHA-256 of known texts", "[block][bitmap]") {
    const auto of = [](std::string_view text) {
        return sha256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    };
    CHECK(of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}
