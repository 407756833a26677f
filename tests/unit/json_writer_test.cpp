#include <catch2/catch.hpp>

#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "json/stream.h"
#include "json/writer.h"
#include "qobject/convert.h"

using namespace rhea;
using namespace std::string_literals;

namespace {

std::string written(const QObject& object) { return json::to_string(object); }

enum class Driver { file, raw, null_co };

struct FileOptions {
    std::string filename;
    std::optional<bool> locking;
};
struct RawOptions {
    std::optional<std::int64_t> offset;
    std::string file;
};
struct BlockOptions {
    Driver driver = Driver::file;
    std::optional<std::string> node_name;
    bool read_only = false;
    std::variant<std::monostate, FileOptions, RawOptions> u;
};

struct Everything {
    std::int8_t i8 = -8;
    std::uint8_t u8 = 8;
    std::int32_t i32 = -32;
    std::int64_t i64 = std::numeric_limits<std::int64_t>::min();
    std::uint64_t u64 = std::numeric_limits<std::uint64_t>::max();
    double number = 0.1;
    QNull null;
    QObject any = QList{1, "x"};
    std::vector<Driver> drivers = {Driver::raw, Driver::null_co};
    std::optional<std::string> absent;
    std::optional<std::string> present = "here";
    std::variant<std::string, bool, FileOptions> choice = true;
};

}  // namespace

template <>
inline constexpr auto rhea::description<Driver> = rhea::enumeration<Driver>("Driver", "file", "raw", "null-co");
template <>
inline constexpr auto rhea::description<FileOptions> = rhea::object("FileOptions",
                                                                    rhea::member<&FileOptions::filename>("filename"),
                                                                    rhea::member<&FileOptions::locking>("locking"));
template <>
inline constexpr auto rhea::description<RawOptions> = rhea::object("RawOptions", rhea::member<&RawOptions::offset>("offset"),
                                                                   rhea::member<&RawOptions::file>("file"));
template <>
inline constexpr auto rhea::description<BlockOptions> = rhea::flat_union<&BlockOptions::driver, &BlockOptions::u>(
    "BlockOptions",
    rhea::branches(rhea::branch<FileOptions>(Driver::file), rhea::branch<RawOptions>(Driver::raw),
                   rhea::branch<>(Driver::null_co)),
    rhea::member<&BlockOptions::driver>("driver"), rhea::member<&BlockOptions::node_name>("node-name"),
    rhea::member<&BlockOptions::read_only>("read-only"));
template <>
inline constexpr auto rhea::description<std::variant<std::string, bool, FileOptions>> =
    rhea::alternate<std::variant<std::string, bool, FileOptions>>("Choice");
template <>
inline constexpr auto rhea::description<Everything> =
    rhea::object("Everything", rhea::member<&Everything::i8>("i8"), rhea::member<&Everything::u8>("u8"),
                 rhea::member<&Everything::i32>("i32"), rhea::member<&Everything::i64>("i64"),
                 rhea::member<&Everything::u64>("u64"), rhea::member<&Everything::number>("number"),
                 rhea::member<&Everything::null>("null"), rhea::member<&Everything::any>("any"),
                 rhea::member<&Everything::drivers>("drivers"), rhea::member<&Everything::absent>("absent"),
                 rhea::member<&Everything::present>("present"), rhea::member<&Everything::choice>("choice"));

namespace {

template <class T>
std::string described(const T& value) {
    std::string text;
    json::Writer(text).described(value);
    return text;
}

}  // namespace

TEST_CASE("values are written in QEMU's spacing", "[json]") {
    CHECK(written(QNull{}) == "null");
    CHECK(written(true) == "true");
    CHECK(written(QList{}) == "[]");
    CHECK(written(QDict{}) == "{}");
    CHECK(written(QList{1, QList{2, QDict{}}, "x"}) == R"([1, [2, {}], "x"])");
    CHECK(written(QDict{{"return", QDict{}}, {"id", 7}}) == R"({"return": {}, "id": 7})");
    CHECK(written(QDict{{"id", 3}, {"error", QDict{{"class", "GenericError"}, {"desc", "d"}}}}) ==
          R"({"id": 3, "error": {"class": "GenericError", "desc": "d"}})");
}

TEST_CASE("strings are escaped as QEMU does", "[json]") {
    CHECK(written("plain text, 'quotes' and /") == "\"plain text, 'quotes' and /\"");
    CHECK(written("\b\f\n\r\t\"\\") == R"("\b\f\n\r\t\"\\")");
    CHECK(written(std::string("\0\x01\x1F\x7F", 4)) == R"("\u0000\u0001\u001F\u007F")");
    CHECK(written("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80") == R"("caf\u00E9 \u20AC \uD83D\uDE00")");
    CHECK(written(QDict{{"\"\xC3\xA9", 1}}) == R"({"\"\u00E9": 1})");
}

TEST_CASE("what is no UTF-8 comes out as replacement characters", "[json]") {
    // Each of these as QEMU wrote it in the text of a syntax error.
    const std::vector<std::pair<std::string, std::string>> kCases = {
        {"\x80", R"(\uFFFD)"},
        {"\xBF\xBF", R"(\uFFFD\uFFFD)"},
        {"\xC3(", R"(\uFFFD()"},
        {"\xC0\x80", R"(\u0000)"},
        {"\xC1\xBF", R"(\uFFFD)"},
        {"\xE0\x80\xAF", R"(\uFFFD)"},
        {"\xE2\x82x", R"(\uFFFDx)"},
        {"\xED\xA0\x80", R"(\uFFFD)"},
        {"\xEF\xBF\xBE", R"(\uFFFD)"},
        {"\xEF\xB7\x90", R"(\uFFFD)"},
        {"\xF0\x9F\x98x", R"(\uFFFDx)"},
        {"\xF4\x90\x80\x80", R"(\uFFFD)"},
        {"\xF8\x88\x80\x80\x80", R"(\uFFFD)"},
        {"\xFC\x84\x80\x80\x80\x80", R"(\uFFFD)"},
        {"\xFD\x80x", R"(\uFFFDx)"},
        {"\xFF", R"(\uFFFD)"},
        {"\xFE", R"(\uFFFD)"},
    };
    for (const auto& [bytes, expected] : kCases) {
        CHECK(written(bytes) == "\"" + expected + "\"");
        CHECK(written("a" + bytes + "\x01") == "\"a" + expected + "\\u0001\"");
    }
    CHECK(written("cut \xE2\x82") == R"("cut \uFFFD")");
}

TEST_CASE("numbers are written as printf's %.17g and as plain integers", "[json]") {
    CHECK(written(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(written(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    const std::vector<std::pair<double, std::string>> kCases = {
        {1.0, "1"},
        {-0.0, "-0"},
        {0.1, "0.10000000000000001"},
        {1.0 / 3, "0.33333333333333331"},
        {1e17, "1e+17"},
        {123456789012345678.0, "1.2345678901234568e+17"},
        {1e-5, "1.0000000000000001e-05"},
        {0.0001, "0.0001"},
        {5e-324, "4.9406564584124654e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {std::numeric_limits<double>::infinity(), "inf"},
        {-std::numeric_limits<double>::infinity(), "-inf"},
        {std::numeric_limits<double>::quiet_NaN(), "nan"},
    };
    for (const auto& [value, expected] : kCases) CHECK(written(value) == expected);
}

TEST_CASE("the pretty form breaks the line in empty containers, too", "[json]") {
    const auto reply = json::parse(R"({"error":{"class":"C","desc":"d"},"id":{"a":[1,2,{}],"b":[],"c":{}}})");
    REQUIRE(reply);
    CHECK(json::to_string(*reply, true) == R"({
    "id": {
        "a": [
            1,
            2,
            {
            }
        ],
        "b": [
        ],
        "c": {
        }
    },
    "error": {
        "class": "C",
        "desc": "d"
    }
})");
    CHECK(json::to_string(QList{}, true) == "[\n]");
    CHECK(json::to_string(QList{QList{}, QDict{}}, true) == "[\n    [\n    ],\n    {\n    }\n]");
    CHECK(json::to_string(5, true) == "5");
}

TEST_CASE("separators are put where they belong", "[json]") {
    std::string text;
    json::Writer w(text);
    w.begin_object();
    w.key("return");
    w.begin_array();
    w.begin_object();
    w.end_object();
    w.raw(R"({"ready": true})");
    w.null();
    w.boolean(false);
    w.number(0.5);
    w.end_array();
    w.key("id");
    w.string("x");
    w.end_object();
    CHECK(text == R"({"return": [{}, {"ready": true}, null, false, 0.5], "id": "x"})");
}

TEST_CASE("a described value is written as its QObject would be", "[json]") {
    Everything all;
    CHECK(described(all) == written(to_qobject(all)));
    for (const char* part :
         {R"("i8": -8)", R"("u64": 18446744073709551615)", R"("number": 0.10000000000000001)", R"("null": null)",
          R"("any": [1, "x"])", R"("drivers": ["raw", "null-co"])", R"("present": "here")", R"("choice": true)"})
        CHECK(described(all).find(part) != std::string::npos);
    CHECK(described(all).find("absent") == std::string::npos);
    all.choice = FileOptions{"f", true};
    CHECK(described(all) == written(to_qobject(all)));
    CHECK(described(std::vector<std::string>{}) == "[]");
    CHECK(described(Empty{}) == "{}");
}

TEST_CASE("a flat union's branch stands among the base members, in wire order", "[json]") {
    BlockOptions options;
    options.node_name = "n";
    options.u = FileOptions{"/f", true};
    CHECK(
        described(options) ==
        written(QDict{{"driver", "file"}, {"node-name", "n"}, {"read-only", false}, {"filename", "/f"}, {"locking", true}}));
    CHECK(described(options) == written(to_qobject(options)));
    options.driver = Driver::raw;
    options.u = RawOptions{512, "x"};
    CHECK(described(options) ==
          written(QDict{{"driver", "raw"}, {"node-name", "n"}, {"read-only", false}, {"offset", 512}, {"file", "x"}}));
    options.driver = Driver::null_co;
    options.node_name.reset();
    options.u = std::monostate{};
    CHECK(described(options) == R"({"driver": "null-co", "read-only": false})");
    CHECK(described(options) == written(to_qobject(options)));
}
