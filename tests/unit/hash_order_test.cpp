#include "qobject/hash_order.h"

#include <catch2/catch.hpp>
#include <sstream>

using namespace rhea;

namespace {

/// Plays "+a +b -a" and gives the keys in order.
std::string order_after(const std::string& operations) {
    HashOrderedMap<int> map;
    std::istringstream words(operations);
    for (std::string word; words >> word;) {
        if (word[0] == '+') CHECK(map.insert(word.substr(1), 1));
        else CHECK(map.erase(word.substr(1)));
    }
    std::string order;
    map.for_each([&](const std::string& key, int) { order += (order.empty() ? "" : " ") + key; });
    return order;
}

}  // namespace

TEST_CASE("a few names stand in the order of the recorded table", "[qobject][hash-order]") {
    CHECK(order_after("+compat_monitor0 +c570665 +c960437 +c656115") == "compat_monitor0 c570665 c656115 c960437");
}

TEST_CASE("a table that grew and lost most of its names keeps its size", "[qobject][hash-order]") {
    CHECK(order_after("+compat_monitor0 +c245713 -c245713 +c751984 +c877093 -c877093 +c416425 +c157932 +c158987 +serial66 "
                      "+c15882 +c67141 -c67141 -serial66 -c158987 -c416425 -c157932") == "c751984 compat_monitor0 c15882");
}

TEST_CASE("a growing table with removals stands as recorded", "[qobject][hash-order]") {
    CHECK(order_after("+compat_monitor0 +c142573 +c270512 +serial55 +serial38 +c873964 +c367956 -c270512 +c427374 +c948124 "
                      "+c960213 -c142573 +serial35 +serial85 +c732551 -c427374 +serial69 -serial55 +serial72 +c687353 "
                      "+c872004 +serial34 -serial85 +c66543 +c669786 +serial11 +c69847 +c158088 +c447890 -c158088 +serial15 "
                      "-serial69 +c644384") ==
          "c367956 serial15 serial34 c872004 compat_monitor0 c66543 serial72 c948124 c960213 c69847 serial35 "
          "serial38 serial11 c732551 c687353 c447890 c669786 c873964 c644384");
}

TEST_CASE("names beyond ASCII stand as recorded", "[qobject][hash-order]") {
    CHECK(order_after("+compat_monitor0 +charserial10 +a113 -a113 +é18 -charserial10 +a3 +net-159_x +é147 -é147 -é18 -a3 "
                      "+a185 -net-159_x +é123 +é12 -a185 +net-61_x +é65 +é75 +charserial32 -é75 +charserial71") ==
          "charserial71 compat_monitor0 é12 é65 é123 charserial32 net-61_x");
}

TEST_CASE("a table that shrank at a later insertion stands as recorded", "[qobject][hash-order]") {
    CHECK(order_after("+compat_monitor0 +a165 -a165 +net-64_x -net-64_x +é133 +charserial163 -é133 +charserial98 +a98 "
                      "-charserial163 +charserial109 +é72 +net-93_x +é167 -charserial109 -é167 -net-93_x -é72 +net-6_x "
                      "-charserial98 +a104 +é13 +é12 +net-18_x +a109 +net-193_x -net-6_x +é36 +a154 +charserial159 -a104 "
                      "-a98 -net-18_x -charserial159 -a154 -é36 -net-193_x -a109 -é12 -é13 +é153 -é153 +net-199_x +a74 "
                      "+a123 -a74 +net-70_x -net-70_x") == "compat_monitor0 net-199_x a123");
}

TEST_CASE("a map in hash order finds, replaces nothing, and gives values back", "[qobject][hash-order]") {
    HashOrderedMap<std::string> map;
    for (int i = 0; i < 500; ++i) CHECK(map.insert("key" + std::to_string(i), std::to_string(i)));
    CHECK_FALSE(map.insert("key7", "other"));
    CHECK(*map.find("key7") == "7");
    CHECK(map.take("key7") == "7");
    CHECK(map.find("key7") == nullptr);
    CHECK_FALSE(map.take("key7"));
    CHECK(map.size() == 499);
    for (int i = 0; i < 500; ++i) CHECK(map.contains("key" + std::to_string(i)) == (i != 7));
    map.clear();
    CHECK(map.empty());
    CHECK_FALSE(map.contains("key8"));
    // Tombstones do not fill the table up.
    for (int i = 0; i < 1000; ++i) {
        CHECK(map.insert("x" + std::to_string(i), ""));
        CHECK(map.erase("x" + std::to_string(i)));
    }
    CHECK(map.empty());
}
