#include <catch2/catch.hpp>

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "json/stream.h"
#include "json/writer.h"

using namespace rhea;

namespace {

/// The last thing that came out of a stream, and whether the member was kept as text.
struct Seen final : json::Sink {
    std::string text, pretty;
    bool raw = false;
    std::size_t count = 0;
    bool input(Result<QObject>&& value) override {
        ++count;
        text = value ? json::to_string(*value) : value.error().description();
        if (!value) return true;
        pretty = json::to_string(*value, true);
        const QObject* id = value->dict() ? value->dict()->find("id") : nullptr;
        raw = id && id->raw();
        return true;
    }
};

Seen through(std::string_view bytes, std::string_view opaque, std::size_t piece) {
    Seen seen;
    json::Stream stream(seen, {}, opaque);
    for (std::size_t at = 0; at < bytes.size(); at += piece) stream.feed(bytes.substr(at, piece));
    stream.finish();
    return seen;
}

/// Random JSON, with few names so that some are doubled or share a bucket.
class Generator {
public:
    explicit Generator(unsigned seed) : random_(seed) {}

    std::string value(unsigned depth = 0) {
        switch (pick(depth < 6 ? 10 : 7)) {
            case 0: return "null";
            case 1: return pick(2) ? "true" : "false";
            case 2: return std::to_string(static_cast<long long>(random_()) >> pick(63));
            case 3: return number();
            case 4: return "18446744073709551615";
            case 5: return '"' + std::string(pick(20), 'x') + '"';
            case 6: return R"("\u00e9\n\"\ud83d\ude00)" + std::string(pick(3) ? "" : "\xc3\xa9") + '"';
            case 7: return list(depth);
            default: return object(depth);
        }
    }

private:
    unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }
    std::string blank() { return std::string(pick(4) ? 0 : pick(3), ' '); }
    std::string number() {
        std::string text = pick(2) ? "-" : "";
        text += std::to_string(random_() >> pick(64));
        if (pick(2)) text += '.' + std::to_string(random_() >> pick(64));
        if (pick(3) == 0) text += (pick(2) ? "e-" : "E") + std::to_string(pick(300));
        return text;
    }
    std::string list(unsigned depth) {
        std::string text = "[";
        for (unsigned i = 0, n = pick(5); i < n; ++i) text += (i ? "," : "") + blank() + value(depth + 1);
        return text + blank() + ']';
    }
    std::string object(unsigned depth) {
        std::string text = "{";
        for (unsigned i = 0, n = pick(pick(10) ? 5 : 60); i < n; ++i)
            text += (i ? "," : "") + blank() + "\"k" + std::to_string(pick(5000)) + "\":" + blank() + value(depth + 1);
        return text + '}';
    }

    std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("a member kept as text is written as its tree would be, however it comes in", "[json]") {
    Generator generator(7);
    unsigned kept = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::string message = R"({"execute": "x", "id": )" + generator.value() + R"(, "z": [1]})";
        const Seen tree = through(message, "", message.size());
        REQUIRE(tree.count >= 1);
        CHECK_FALSE(tree.raw);
        const std::size_t pieces[] = {message.size(), 1 + static_cast<std::size_t>(i) % 40};
        for (const std::size_t piece : pieces) {
            const Seen text = through(message, "id", piece);
            CHECK(text.text == tree.text);
            CHECK(text.pretty == tree.pretty);
            CHECK(text.count == tree.count);
            kept += text.raw;
        }
    }
    CHECK(kept > 10'000);
}

TEST_CASE("only that member of a whole message is kept as text", "[json]") {
    CHECK(through(R"({"id": [1, {"b": 2}]})", "id", 99).raw);
    CHECK_FALSE(through(R"({"id": "text"})", "id", 99).raw);
    CHECK_FALSE(through(R"({"a": {"id": [1]}})", "id", 99).raw);
    CHECK(through(R"({"id": {"a": 1, "a": 2}})", "id", 99).text == "JSON parse error, duplicate key");
    CHECK(through(R"({"id": [1], "id": [2]})", "id", 99).text == "JSON parse error, duplicate key");
    CHECK(through(R"({"id": [0e1]})", "id", 99).text == through(R"({"id": [0e1]})", "", 99).text);
}

TEST_CASE("members out of order at every level of a deep value cost no more than a tree", "[json]") {
    // Each level would move all that lies within it.
    std::string message = R"({"id": )";
    for (int i = 0; i < 900; ++i) message += R"({"zz": )";
    message += '"' + std::string(1 << 20, 'x') + '"';
    for (int i = 0; i < 900; ++i) message += R"(, "b": 1, "a": 1})";
    message += '}';
    const Seen text = through(message, "id", message.size()), tree = through(message, "", message.size());
    CHECK(text.text == tree.text);
    CHECK_FALSE(text.raw);
}

TEST_CASE("numbers come out with the 17 digits of printf", "[json]") {
    std::mt19937_64 random(11);
    for (int i = 0; i < 50'000; ++i) {
        std::string digits = std::to_string(random() >> random() % 64);
        digits += '.' + std::to_string(random() % 3 ? random() % 4 * 625 : random() >> random() % 64);
        if (random() % 4 == 0) digits += "e" + std::to_string(static_cast<int>(random() % 600) - 320);
        if (random() % 2) digits.insert(0, "-");
        char expected[64];
        std::snprintf(expected, sizeof expected, "%.17g", std::strtod(digits.c_str(), nullptr));
        if (expected == std::string("inf") || expected == std::string("-inf")) continue;
        CHECK(through(digits + ' ', "", 99).text == expected);
        CHECK(through("[" + digits + "]", "", 999).text == '[' + std::string(expected) + ']');
    }
}
