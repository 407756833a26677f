#include "qobject/qobject.h"

#include <catch2/catch.hpp>

using namespace rhea;

namespace {

std::vector<std::string> keys(const QDict& dict) {
    std::vector<std::string> names;
    for (const QDictEntry& entry : dict) names.push_back(entry.key);
    return names;
}

}  // namespace

TEST_CASE("a dict keeps its members in the order in which QEMU writes them", "[qobject]") {
    CHECK(keys(QDict{{"id", 1}, {"return", 2}}) == std::vector<std::string>{"return", "id"});
    CHECK(keys(QDict{{"error", 1}, {"id", 2}}) == std::vector<std::string>{"id", "error"});
    CHECK(keys(QDict{{"event", 1}, {"data", 2}, {"timestamp", 3}}) == std::vector<std::string>{"timestamp", "event", "data"});
    CHECK(keys(QDict{{"timestamp", 10}, {"data", 9}, {"event", 8}, {"desc", 7}, {"class", 6}, {"error", 5}, {"return", 4},
                     {"arguments", 3}, {"execute", 2}, {"id", 1}}) ==
          std::vector<std::string>{"timestamp", "class", "execute", "event", "desc", "return", "arguments", "id", "error", "data"});
}

TEST_CASE("within a bucket the newest member stands first", "[qobject]") {
    REQUIRE(member_bucket("total") == member_bucket("unmap_operations"));
    CHECK(keys(QDict{{"total", 1}, {"unmap_operations", 2}}) == std::vector<std::string>{"unmap_operations", "total"});
    CHECK(keys(QDict{{"unmap_operations", 1}, {"total", 2}}) == std::vector<std::string>{"total", "unmap_operations"});
}

TEST_CASE("a replaced member keeps its place, a removed one leaves the others in order", "[qobject]") {
    QDict dict{{"id", 1}, {"return", 2}};
    dict.put("return", "new");
    CHECK(keys(dict) == std::vector<std::string>{"return", "id"});
    CHECK(*dict.find("return")->string() == "new");
    auto taken = dict.take("return");
    REQUIRE(taken);
    CHECK(*taken->string() == "new");
    CHECK(keys(dict) == std::vector<std::string>{"id"});
    CHECK_FALSE(dict.erase("return"));
}

TEST_CASE("a large dict orders, finds and removes as a small one does", "[qobject]") {
    QDict dict;
    for (int i = 0; i < 5000; ++i) REQUIRE(dict.add("key" + std::to_string(i), QObject(i)));
    CHECK_FALSE(dict.add("key4321", QObject(0)));
    CHECK(dict.size() == 5000);
    CHECK(dict.find("key4999") != nullptr);
    CHECK(dict.find("key5000") == nullptr);

    auto check_order = [&] {
        const QDictEntry* last = nullptr;
        for (const QDictEntry& entry : dict) {
            if (last) {
                REQUIRE(last->bucket <= entry.bucket);
                if (last->bucket == entry.bucket) {
                    std::int64_t a = 0, b = 0;
                    REQUIRE(last->value.number()->get_int(a));
                    REQUIRE(entry.value.number()->get_int(b));
                    REQUIRE(a > b);      // newest first
                }
            }
            last = &entry;
        }
    };
    check_order();
    for (int i = 5000; i < 5100; ++i) dict.put("key" + std::to_string(i), i);      // after it was put in order once
    check_order();
    for (int i = 0; i < 5090; ++i) REQUIRE(dict.erase("key" + std::to_string(i)));
    check_order();
    CHECK(dict.size() == 10);
    CHECK(dict.find("key5095") != nullptr);
}

TEST_CASE("copies and moves of a large dict are independent of the original", "[qobject]") {
    QDict dict;
    for (int i = 0; i < 100; ++i) dict.put("k" + std::to_string(i), i);
    REQUIRE(dict.find("k50"));
    QDict copy = dict;
    copy.put("extra", true);
    CHECK(dict.find("extra") == nullptr);
    CHECK(copy.find("k99") != nullptr);
    const QDict moved = std::move(dict);
    CHECK(moved.size() == 100);
    CHECK(moved.find("k50") != nullptr);
    CHECK(dict.empty());
    CHECK(dict.find("k50") == nullptr);
    CHECK(QDict(copy) == copy);
    CHECK_FALSE(copy == moved);
}

TEST_CASE("numbers keep the narrowest kind that QEMU gives them", "[qobject]") {
    CHECK(QNum::from_uint(5) == QNum::from_int(5));
    CHECK(QNum::from_uint(UINT64_MAX).kind() == QNum::Kind::uint64);
    std::int64_t i = 0;
    std::uint64_t u = 0;
    CHECK_FALSE(QNum::from_uint(UINT64_MAX).get_int(i));
    CHECK(QNum::from_uint(UINT64_MAX).get_uint(u));
    CHECK(u == UINT64_MAX);
    CHECK_FALSE(QNum::from_int(-1).get_uint(u));
    CHECK_FALSE(QNum::from_double(1).get_int(i));
    CHECK(QNum::from_int(-7).as_double() == -7.0);
}
