#include <catch2/catch.hpp>

#include <malloc.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "json/exact_parser.h"
#include "json/stream.h"
#include "json/writer.h"

using namespace rhea;
using namespace std::string_literals;

namespace {

using Lines = std::vector<std::string>;

std::string shown(const Result<QObject>& input) { return input ? json::to_string(*input) : input.error().description(); }

/// Keeps what comes in: values as text, errors as their description.
struct Collector final : json::Sink {
    Lines lines;
    std::function<bool()> go_on = [] { return true; };
    bool input(Result<QObject>&& value) override {
        lines.push_back(shown(value));
        return go_on();
    }
};

Lines inputs(std::string_view bytes, json::Limits limits = {}) {
    Collector sink;
    json::Stream stream(sink, limits);
    CHECK(stream.feed(bytes) == bytes.size());
    return sink.lines;
}

Lines inputs_of_pieces(const std::vector<std::string_view>& pieces, json::Limits limits = {}) {
    Collector sink;
    json::Stream stream(sink, limits);
    for (std::string_view piece : pieces) stream.feed(piece);
    return sink.lines;
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

std::string syntax(std::string_view detail) { return "JSON parse error, " + std::string(detail); }

const std::string kExpectingValue = syntax("expecting value");
const std::string kTooDeep = "JSON nesting depth limit exceeded";
const std::string kTooLarge = "JSON token size limit exceeded";
const std::string kTooMany = "JSON token count limit exceeded";

struct Case {
    std::string bytes;
    Lines expected;
};

// As QEMU 7.2 answers.
const std::vector<Case> kStreams = {
    // messages
    {"{\"execute\":\"query-status\"}", {"{\"execute\": \"query-status\"}"}},
    {" \t\r\n [1] [2]\n{}[]", {"[1]", "[2]", "{}", "[]"}},
    {"{\"a\":{\"b\":[1,{\"c\":null}]},\"d\":true}{\"e\":false}",
     {"{\"d\": true, \"a\": {\"b\": [1, {\"c\": null}]}}", "{\"e\": false}"}},
    {"[1,2,3],[4]", {"[1, 2, 3]", kExpectingValue, "[4]"}},
    {"{\"a\":1", {}},
    {"", {}},
    // scalars end at the next byte
    {"12", {}},
    {"12 ", {"12"}},
    {"tru", {}},
    {"1 2 \"a\" null []\n", {"1", "2", "\"a\"", "null", "[]"}},
    {"true{}", {"true", "{}"}},
    {"null1 1null ", {"null", "1", "1", "null"}},
    {"\"a\"\"b\"", {"\"a\"", "\"b\""}},
    // brackets
    {"]}", {kExpectingValue, kExpectingValue}},
    {"{\"a\":1]", {syntax("expected separator in dict")}},
    {"[1,2}", {syntax("expected separator in list")}},
    {"{[}", {}},
    {"{[}]", {kExpectingValue}},
    {"{]", {kExpectingValue}},
    {"[}[1]", {kExpectingValue, "[1]"}},
    {"{\"a\":[}{}", {}},
    // what stands between values
    {"{\"a\" 1}", {syntax("missing : in object pair")}},
    {"{\"a\"}", {syntax("missing : in object pair")}},
    {"{\"a\"::1}", {kExpectingValue}},
    {"{\"a\":1,,\"b\":1}", {kExpectingValue}},
    {"{,\"a\":1}", {kExpectingValue}},
    {"{\"a\":1,}", {kExpectingValue}},
    {"[1,]", {kExpectingValue}},
    {"[1:2]", {syntax("expected separator in list")}},
    {"[1 2]", {syntax("expected separator in list")}},
    {"{\"a\":1 \"b\":2}", {syntax("expected separator in dict")}},
    {"{\"a\":}", {kExpectingValue}},
    {"{1:2}", {syntax("key is not a string in object")}},
    {"{{}:1}", {syntax("key is not a string in object")}},
    {"{1:x}", {syntax("key is not a string in object")}},
    {"{x:1}", {syntax("invalid keyword 'x'")}},
    {"{\"a\":1,\"a\":1}", {syntax("duplicate key")}},
    {"{\"a\":1,\"\\u0061\":2}", {syntax("duplicate key")}},
    {"{\"a\":1,\"a\":x}", {syntax("invalid keyword 'x'")}},
    {"{\"a\":1,\"a\":2 3}", {syntax("duplicate key")}},
    {"[truefalse]", {syntax("invalid keyword 'truefalse'")}},
    {"info status\n", {syntax("invalid keyword 'info'"), syntax("invalid keyword 'status'")}},
    // numbers
    {"[0,-0,7,-7,255]", {"[0, 0, 7, -7, 255]"}},
    {"[9223372036854775807,-9223372036854775808]", {"[9223372036854775807, -9223372036854775808]"}},
    {"[9223372036854775808,18446744073709551615]", {"[9223372036854775808, 18446744073709551615]"}},
    {"[18446744073709551616,-9223372036854775809]", {"[1.8446744073709552e+19, -9.2233720368547758e+18]"}},
    {"[1.0,0.1,-0.0,1e2,1E+2,1e-2]", {"[1, 0.10000000000000001, -0, 100, 100, 0.01]"}},
    {"[1e309,-1e309,1e999999999999999999999]", {"[inf, -inf, inf]"}},
    {"[1e-400,-1e-400,5e-324,1000e-999999999999999999999]", {"[0, -0, 4.9406564584124654e-324, 0]"}},
    {"[0.0001e400,1000e-326,0e0]", {syntax("expected separator in list")}},
    {"[0.0001e309,0.0001e313,10000e-330]", {"[9.9999999999999994e+304, inf, 0]"}},
    {"01]", {syntax("stray '01'"), kExpectingValue}},
    {"[-01]", {syntax("stray '-01'"), kExpectingValue}},
    {"[.5]", {syntax("stray '.'"), kExpectingValue}},
    {"[5.]", {syntax("stray '5.]'")}},
    {"[1e]", {syntax("stray '1e]'")}},
    {"[1e+]", {syntax("stray '1e+]'")}},
    {"[--1]", {syntax("stray '--'"), kExpectingValue}},
    {"[1.2.3]", {syntax("stray '.'"), kExpectingValue}},
    {"0e1 ", {"0", syntax("invalid keyword 'e'"), "1"}},
    {"[0e1]", {syntax("expected separator in list")}},
    {"[-0E1]", {syntax("stray 'E'"), kExpectingValue}},
    // strings
    {"['it\\'s \"x\"',\"a\\'b\"]", {"[\"it's \\\"x\\\"\", \"a'b\"]"}},
    {"[\"\\b\\f\\n\\r\\t\\\"\\\\\\/\"]", {"[\"\\b\\f\\n\\r\\t\\\"\\\\/\"]"}},
    {"[\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"]", {"[\"A\\u00E9\\u20AC\\uD83D\\uDE00\"]"}},
    {"[\"a\\u0000b\"]", {"[\"a\\u0000b\"]"}},
    {"[\"a\xC0\x80"
     "b\"]",
     {"[\"a\\u0000b\"]"}},
    {"[\"\xF0\x9F\x98\x80\xE2\x82\xAC\x7F\"]", {"[\"\\uD83D\\uDE00\\u20AC\\u007F\"]"}},
    {"[\"\\x41\"]", {syntax("invalid escape sequence in string")}},
    {"[\"\\U0041\"]", {syntax("invalid escape sequence in string")}},
    {"[\"\\u12\"]", {syntax("\\u12\" is not a valid Unicode character")}},
    {"[\"\\u\"]", {syntax("\\u\" is not a valid Unicode character")}},
    {"[\"\\u123g\"]", {syntax("\\u123g is not a valid Unicode character")}},
    {"[\"\\ufffe\"]", {syntax("\\ufffe is not a valid Unicode character")}},
    {"[\"\\ufdd0\"]", {syntax("\\ufdd0 is not a valid Unicode character")}},
    {"[\"\\ud83d\"]", {syntax("\\ud83d is not a valid Unicode character")}},
    {"[\"\\ude00\"]", {syntax("\\ude00 is not a valid Unicode character")}},
    {"[\"\\ud83d\\ud83d\\ude00\"]", {syntax("\\ud83d is not a valid Unicode character")}},
    {"[\"\\ud83d\\u12\"]", {syntax("\\ud83d is not a valid Unicode character")}},
    {"[\"\\udbff\\udfff\"]", {syntax("\\udbff\\udfff is not a valid Unicode character")}},
    {"[\"\xED\xA0\x80\"]", {syntax("invalid UTF-8 sequence in string")}},
    {"[\"\xEF\xBF\xBE\"]", {syntax("invalid UTF-8 sequence in string")}},
    {"[\"\xEF\xB7\x90\"]", {syntax("invalid UTF-8 sequence in string")}},
    {"[\"\xE0\x80\xAF\"]", {syntax("invalid UTF-8 sequence in string")}},
    {"[\"\xC3\"]", {syntax("invalid UTF-8 sequence in string")}},
    {"[\"\x80\"]", {syntax("invalid UTF-8 sequence in string")}},
    {"{\"\xC3(\":1}", {syntax("invalid UTF-8 sequence in string")}},
    // bad bytes and how it goes on behind them
    {"@", {syntax("stray '@'")}},
    {"#comment\n{}", {syntax("stray '#'"), "{}"}},
    {"GET / HTTP/1.0\r\n\r\n", {syntax("stray 'G'")}},
    {"{\"id\":True}", {syntax("stray 'T'"), kExpectingValue}},
    {"{..]", {syntax("stray '.'"), kExpectingValue}},
    {"[%]\tx {}", {syntax("stray '%'"), kExpectingValue, syntax("invalid keyword 'x'"), "{}"}},
    {"@ \"]\"\n", {syntax("stray '@'"), kExpectingValue, syntax("stray '\"\n'")}},
    {"@ \t\v{}", {syntax("stray '@'"), syntax("stray '\v'"), "{}"}},
    {"@\xC3\xA9{}", {syntax("stray '@'"), "{}"}},
    {"[\"a\nb\"]", {syntax("stray '\"a\n'"), kExpectingValue}},
    {"[\"\\\x01\"]", {syntax("stray '\"\\\x01'"), kExpectingValue}},
    {"\"a\0b\" {}"s, {syntax("stray '\"a'"), "{}"}},
    {"{}\0{}"s, {"{}", syntax("stray ''"), "{}"}},
    {"\xFF{}", {syntax("stray '\xFF'"), "{}"}},
    {"\xFE", {syntax("stray '\xFE'")}},
    {"12\xFF{}", {"12", syntax("stray '\xFF'"), "{}"}},
    {"[[[\xFF{}", {syntax("stray '\xFF'"), "{}"}},
    {"\"a\xFF{}", {syntax("stray '\"a\xFF'"), "{}"}},
    {"\xEF\xBB\xBF{}", {syntax("stray '\xEF'"), "{}"}},
};

}  // namespace

TEST_CASE("a stream gives QEMU's values and errors", "[json]") {
    for (const Case& c : kStreams) {
        INFO(c.bytes);
        CHECK(inputs(c.bytes) == c.expected);
    }
}

TEST_CASE("every way of cutting a stream gives the same inputs", "[json]") {
    for (const Case& c : kStreams) {
        INFO(c.bytes);
        const std::string_view bytes = c.bytes;
        std::vector<std::string_view> single;
        for (std::size_t i = 0; i < bytes.size(); ++i) single.push_back(bytes.substr(i, 1));
        CHECK(inputs_of_pieces(single) == c.expected);
        for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
            CHECK(inputs_of_pieces({bytes.substr(0, cut), bytes.substr(cut)}) == c.expected);
    }
}

TEST_CASE("random cuts through all streams in a row change nothing", "[json]") {
    std::string bytes;
    Lines expected;
    for (const Case& c : kStreams) {
        bytes += c.bytes + "\xFF";  // ends what is unfinished
    }
    expected = inputs(bytes);
    REQUIRE(expected.size() > 2 * kStreams.size());
    std::mt19937 random(1);
    for (int round = 0; round < 200; ++round) {
        std::vector<std::string_view> pieces;
        const std::size_t longest = round % 2 ? 8 : 300;
        for (std::string_view rest = bytes; !rest.empty();) {
            pieces.push_back(rest.substr(0, 1 + random() % longest));
            rest.remove_prefix(pieces.back().size());
        }
        CHECK(inputs_of_pieces(pieces) == expected);
    }
}

TEST_CASE("the exact parser and the fast one agree on plain JSON", "[json]") {
    for (const Case& c : kStreams) {
        if (c.expected.size() != 1 || c.bytes.front() == ' ' || c.expected[0].substr(0, 4) == "JSON") continue;
        if (c.bytes.front() != '[' && c.bytes.front() != '{') continue;
        const auto exact = json::parse_exactly(c.bytes);
        CHECK(shown(exact) == c.expected[0]);
    }
}

TEST_CASE("members keep QEMU's order and their types", "[json]") {
    const auto object = json::parse(R"({"b": 1, "a": 2, "c": {"z": 1, "y": -2.5}, "l": [null, true, "x"]})");
    REQUIRE(object);
    CHECK(json::to_string(*object) == R"({"a": 2, "b": 1, "l": [null, true, "x"], "c": {"y": -2.5, "z": 1}})");
    REQUIRE(object->dict()->find("l"));
    CHECK(*object->dict()->find("l")->list() == QList{QNull{}, true, "x"});
    std::int64_t a = 0;
    CHECK(object->dict()->find("a")->number()->get_int(a));
    CHECK(a == 2);
    CHECK(object->dict()->find("c")->dict()->find("y")->number()->kind() == QNum::Kind::real);
}

TEST_CASE("a number keeps its kind: int64, else uint64, else double", "[json]") {
    const auto kind = [](std::string_view text) { return json::parse(text)->number()->kind(); };
    CHECK(kind("-0") == QNum::Kind::int64);
    CHECK(kind("9223372036854775807") == QNum::Kind::int64);
    CHECK(kind("9223372036854775808") == QNum::Kind::uint64);
    CHECK(kind("18446744073709551616") == QNum::Kind::real);
    CHECK(kind("-9223372036854775809") == QNum::Kind::real);
    CHECK(kind("1.0") == QNum::Kind::real);
    CHECK(json::parse("1e400")->number()->as_double() == std::numeric_limits<double>::infinity());
    CHECK(std::signbit(json::parse("-1e-400")->number()->as_double()));
    CHECK(json::parse("3.14159265358979323846264338327950288")->number()->as_double() == 3.141592653589793);
}

TEST_CASE("syntax errors and limits carry the class of the old dialects", "[json]") {
    const std::string deep(1025, '[');
    for (std::string_view text : {std::string_view("[1,]"), std::string_view("[@"), std::string_view(deep)}) {
        const auto result = json::parse(text);
        REQUIRE_FALSE(result);
        CHECK(result.error().error_class() == ErrorClass::generic_error);
        CHECK(result.error().legacy_class() == "JSONParsing");
    }
}

TEST_CASE("1024 levels are fine, and behind the level that is too much it starts anew", "[json]") {
    CHECK(inputs(repeated("[", 1024) + repeated("]", 1024)) == Lines{repeated("[", 1024) + repeated("]", 1024)});
    Lines expected{kTooDeep};
    expected.insert(expected.end(), 1025, kExpectingValue);
    CHECK(inputs(repeated("[", 1025) + repeated("]", 1025)) == expected);
    expected.insert(expected.begin() + 1, "[]");
    CHECK(inputs(repeated("[", 1026) + repeated("]", 1026)) == expected);
    CHECK(inputs(repeated("[", 1025) + "{}") == Lines{kTooDeep, "{}"});
    CHECK(inputs(repeated("[", 3000) + "{}") == Lines{kTooDeep, kTooDeep});
    CHECK(inputs(repeated("{\"a\":[", 512) + "1" + repeated("]}", 512)).size() == 1);
    CHECK(inputs(repeated("{\"a\":[", 512) + "{}")[0] == kTooDeep);
}

TEST_CASE("what only the exact parser takes may be as deep", "[json]") {
    const std::string deep = repeated("[{'a':", 511) + "[1]" + repeated("}]", 511);
    CHECK(inputs(deep) == Lines{repeated("[{\"a\": ", 511) + "[1]" + repeated("}]", 511)});
    CHECK(inputs(repeated("['',", 1024) + "}") == Lines{kExpectingValue});
}

TEST_CASE("the bytes of a message's tokens are limited, its white space is not", "[json]") {
    json::Limits limits;
    limits.message_bytes = 100;
    const auto check = [&](const std::string& bytes, const Lines& expected) {
        INFO(bytes);
        CHECK(inputs(bytes, limits) == expected);
        std::vector<std::string_view> single;
        for (std::size_t i = 0; i < bytes.size(); ++i) single.push_back(std::string_view(bytes).substr(i, 1));
        CHECK(inputs_of_pieces(single, limits) == expected);
    };
    const std::string y97(97, 'y');
    check("\"" + y97 + "\"", {"\"" + y97 + "\""});
    check("\"" + y97 + "y\"", {kTooLarge});
    check("[\"" + y97 + "\"]", {kTooLarge, kExpectingValue});
    check("\"" + y97 + "yyxx\" ", {kTooLarge, syntax("invalid keyword 'x'")});
    check("[" + std::string(500, ' ') + "1" + std::string(500, '\n') + ",2]", {"[1, 2]"});
    check("[" + repeated("1 ", 97) + "]", {syntax("expected separator in list")});
    check("[" + repeated("1 ", 98) + "]{}", {kTooLarge, "{}"});
}

TEST_CASE("the tokens of a message are limited", "[json]") {
    json::Limits limits;
    limits.tokens = 9;
    CHECK(inputs("[1,2,3,4]", limits) == Lines{"[1, 2, 3, 4]"});
    CHECK(inputs("[1,2,3,4 ]]", limits) == Lines{"[1, 2, 3, 4]", kExpectingValue});
    CHECK(inputs("[1,2,3,4,5]", limits) == Lines{kTooMany, kExpectingValue});
    CHECK(inputs("{\"a\":1,\"b\":2}", limits) == Lines{"{\"a\": 1, \"b\": 2}"});
}

TEST_CASE("a sink that says stop gets the rest later", "[json]") {
    const std::string bytes = " {\"a\":1} 12{\"b\":[2]}@x\n\"s\"[1,}]tru,";
    const Lines expected = inputs(bytes);
    REQUIRE(expected.size() >= 8);
    for (std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{7}, bytes.size()}) {
        Collector sink;
        sink.go_on = [] { return false; };
        json::Stream stream(sink);
        std::string_view rest = bytes;
        while (!rest.empty()) {
            const std::size_t before = sink.lines.size();
            const std::string_view now = rest.substr(0, piece);
            const std::size_t taken = stream.feed(now);
            CHECK(sink.lines.size() - before <= 1);
            CHECK(taken <= now.size());
            if (taken < now.size()) CHECK(sink.lines.size() == before + 1);
            rest.remove_prefix(taken);
        }
        CHECK(sink.lines == expected);
    }
}

TEST_CASE("a stopped stream stands right behind its input", "[json]") {
    Collector sink;
    sink.go_on = [] { return false; };
    json::Stream stream(sink);
    CHECK(stream.feed("{}  {}") == 2);
    CHECK(stream.feed("  12 ") == 4);
    CHECK(stream.feed("[@]") == 2);
    CHECK(stream.feed("[1") == 2);
    CHECK(stream.feed("] []") == 1);
    CHECK(sink.lines == Lines{"{}", "12", syntax("stray '@'"), "[1]"});
}

TEST_CASE("what is unfinished is held, and can be forgotten", "[json]") {
    Collector sink;
    json::Stream stream(sink);
    stream.feed("  \n");
    CHECK(stream.buffered() == 0);
    stream.feed("{\"a\":");
    CHECK(stream.buffered() == 5);
    stream.feed("\"bc");
    CHECK(stream.buffered() == 8);
    stream.reset();
    CHECK(stream.buffered() == 0);
    stream.feed("[1]");
    CHECK(sink.lines == Lines{"[1]"});
    stream.feed("@ x");
    CHECK(stream.buffered() == 0);
    stream.reset();  // it no longer passes over what follows a bad byte
    stream.feed("2 ");
    CHECK(sink.lines == Lines{"[1]", syntax("stray '@'"), "2"});
}

TEST_CASE("white space in an unfinished message is not held", "[json]") {
    Collector sink;
    json::Stream stream(sink);
    stream.feed("[1");
    const std::string blanks(1 << 20, ' ');
    stream.feed(blanks);
    for (int i = 0; i < 1000; ++i) stream.feed("\n");
    CHECK(stream.buffered() < 10);
    stream.feed("2 ]");
    CHECK(sink.lines == Lines{syntax("expected separator in list")});  // 1 and 2 are still apart
}

TEST_CASE("a huge message is read when cut and leaves nothing behind", "[json]") {
    std::string text = "[";
    for (int i = 0; i < 20000; ++i) text += (i ? ", " : "") + ("{\"i\": " + std::to_string(i) + ", \"s\": \"\\u20AC\"}");
    text += "]";
    for (std::size_t piece : {std::size_t{1}, std::size_t{4096}}) {
        Collector sink;
        json::Stream stream(sink);
        for (std::size_t at = 0; at < text.size(); at += piece) stream.feed(std::string_view(text).substr(at, piece));
        REQUIRE(sink.lines.size() == 1);
        CHECK(sink.lines[0] == text);
        CHECK(stream.buffered() == 0);
    }
}

TEST_CASE("the end of the bytes makes a value or an error of what is unfinished", "[json]") {
    const auto end_of = [](std::string_view bytes) {
        Collector sink;
        json::Stream stream(sink);
        stream.feed(bytes);
        stream.finish();
        return sink.lines;
    };
    CHECK(end_of("12") == Lines{"12"});
    CHECK(end_of("{} true") == Lines{"{}", "true"});
    CHECK(end_of(" \n") == Lines{});
    CHECK(end_of("@xyz") == Lines{syntax("stray '@'")});
    CHECK(end_of("{") == Lines{syntax("premature EOI")});
    CHECK(end_of("[1") == Lines{syntax("premature EOI")});
    CHECK(end_of("[1.") == Lines{syntax("stray '1.'")});
}

TEST_CASE("one whole text is exactly one value", "[json]") {
    const auto text = [](std::string_view bytes) { return shown(json::parse(bytes)); };
    CHECK(text(" {\"driver\": 'null-co'}\n") == "{\"driver\": \"null-co\"}");
    CHECK(text("12") == "12");
    CHECK(text("") == "Expecting a JSON value");
    CHECK(text(" ") == "Expecting a JSON value");
    CHECK(text("{\"driver\":\"null-co\"} {") == "Expecting at most one JSON value");
    CHECK(text("{} 5") == "Expecting at most one JSON value");
    CHECK(text("{} %") == "Expecting at most one JSON value");
    for (const char* cut : {"{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "[", "[1", "[1,"})
        CHECK(text(cut) == syntax("premature EOI"));
    CHECK(text("{\"driver\":\"x") == syntax("stray '\"x'"));
    CHECK(text("{\"driver\":'x\\") == syntax("stray ''x\\'"));
    CHECK(text("{\"driver\":tru") == syntax("invalid keyword 'tru'"));
    CHECK(text("{\"a\":-") == syntax("stray '-'"));
    CHECK(text("{] []") == kExpectingValue);
}

TEST_CASE("a large message that came in pieces leaves no memory behind", "[json]") {
    const auto allocated = [] { return mallinfo2().uordblks + mallinfo2().hblkhd; };
    Collector sink;
    json::Stream stream(sink);
    stream.feed("{}");
    const auto before = allocated();
    const std::string piece(1u << 20, 'x');
    stream.feed("{\"a\": \"");
    for (int i = 0; i < 3; ++i) stream.feed(piece);
    stream.feed("\"}");
    REQUIRE(sink.lines.size() == 2);
    sink.lines.clear();
    CHECK(allocated() < before + (2u << 20));  // the piece is one of them
}
