#include "qobject/convert.h"

#include <catch2/catch.hpp>

using namespace rhea;

namespace {

enum class Colour { red, green };
struct Point { std::int64_t x = 0; std::optional<std::int64_t> y; };
struct Circle { std::uint8_t radius = 0; };
enum class ShapeKind { circle, nothing, line };
struct Line { std::vector<Point> points; };
struct Shape { ShapeKind kind{}; std::optional<std::string> name; std::variant<std::monostate, Circle, Line> u; };
using PointRef = std::variant<std::string, Point>;
struct Everything {
    std::string text;
    bool flag = false;
    std::uint64_t big = 0;
    double real = 0;
    std::vector<std::string> words;
    std::optional<Colour> colour;
    std::optional<std::vector<Colour>> colours;
    std::optional<Shape> shape;
    std::optional<PointRef> ref;
    std::optional<std::vector<PointRef>> refs;
    std::optional<QObject> anything;
    std::optional<std::vector<std::uint16_t>> narrow;
};

}  // namespace

template <> inline constexpr auto rhea::description<Colour> = enumeration<Colour>("Colour", "red", "green");
template <> inline constexpr auto rhea::description<Point> = object("Point", member<&Point::x>("x"), member<&Point::y>("y"));
template <> inline constexpr auto rhea::description<Circle> = object("Circle", member<&Circle::radius>("radius"));
template <> inline constexpr auto rhea::description<Line> = object("Line", member<&Line::points>("points"));
template <> inline constexpr auto rhea::description<ShapeKind> = enumeration<ShapeKind>("ShapeKind", "circle", "nothing", "line");
template <> inline constexpr auto rhea::description<Shape> = flat_union<&Shape::kind, &Shape::u>(
    "Shape", branches(branch<Circle>(ShapeKind::circle), branch<Line>(ShapeKind::line)), member<&Shape::kind>("kind"),
    member<&Shape::name>("name"));
template <> inline constexpr auto rhea::description<PointRef> = alternate<PointRef>("PointRef");
template <> inline constexpr auto rhea::description<Everything> = object(
    "Everything", member<&Everything::text>("text"), member<&Everything::flag>("flag"), member<&Everything::big>("big"),
    member<&Everything::real>("real"), member<&Everything::words>("words"), member<&Everything::colour>("colour"),
    member<&Everything::colours>("colours"), member<&Everything::shape>("shape"), member<&Everything::ref>("ref"),
    member<&Everything::refs>("refs"), member<&Everything::anything>("anything"), member<&Everything::narrow>("narrow"));

namespace {

QDict good() {
    return QDict{{"text", "t"}, {"flag", true}, {"big", 7}, {"real", 1.5}, {"words", QList{"a", "b"}}};
}

/// The error of reading `good()` with one member changed.
std::string error_of(std::string_view key, QObject value) {
    QDict dict = good();
    dict.put(std::string(key), std::move(value));
    auto result = from_qdict<Everything>(dict);
    return result ? "accepted" : result.error().description();
}

}  // namespace

TEST_CASE("a described struct survives the way to a QObject and back", "[convert]") {
    QDict dict = good();
    dict.put("colour", "green");
    dict.put("colours", QList{"red", "green"});
    dict.put("shape", QDict{{"kind", "line"}, {"points", QList{QDict{{"x", 1}}, QDict{{"x", 2}, {"y", -3}}}}});
    dict.put("ref", "origin");
    dict.put("refs", QList{QDict{{"x", 9}}, "named"});
    dict.put("anything", QDict{{"deep", QList{QNull{}}}});
    dict.put("narrow", QList{0, 65535});
    auto value = from_qdict<Everything>(dict);
    REQUIRE(value);
    CHECK(*value->colour == Colour::green);
    CHECK(std::get<Line>(value->shape->u).points.at(1).y == -3);
    CHECK(std::get<std::string>(*value->ref) == "origin");
    CHECK(std::get<Point>(value->refs->at(0)).x == 9);
    CHECK(*to_qobject(*value).dict() == dict);
}

TEST_CASE("absent optional members stay absent", "[convert]") {
    auto value = from_qdict<Everything>(good());
    REQUIRE(value);
    CHECK_FALSE(value->colour);
    CHECK(*to_qobject(*value).dict() == good());
}

TEST_CASE("errors name the member by its full path as QEMU does", "[convert]") {
    CHECK(error_of("text", 5) == "Invalid parameter type for 'text', expected: string");
    CHECK(error_of("flag", QNull{}) == "Invalid parameter type for 'flag', expected: boolean");
    CHECK(error_of("real", "x") == "Invalid parameter type for 'real', expected: number");
    CHECK(error_of("words", 5) == "Invalid parameter type for 'words', expected: array");
    CHECK(error_of("words", QList{"a", 1}) == "Invalid parameter type for 'words[1]', expected: string");
    CHECK(error_of("shape", QDict{{"kind", "line"}, {"points", QList{QDict{}}}}) == "Parameter 'shape.points[0].x' is missing");
    CHECK(error_of("shape", QDict{{"kind", "line"}, {"points", QList{QDict{{"x", 1}, {"z", 1}}}}}) ==
          "Parameter 'shape.points[0].z' is unexpected");
    CHECK(error_of("shape", QDict{{"kind", "nothing"}, {"radius", 1}}) == "Parameter 'shape.radius' is unexpected");
    CHECK(error_of("shape", QDict{}) == "Parameter 'shape.kind' is missing");
    CHECK(error_of("nonsense", 1) == "Parameter 'nonsense' is unexpected");
    auto missing = from_qdict<Point>(QDict{});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().description() == "Parameter 'x' is missing");
    CHECK(missing.error().legacy_class() == "MissingParameter");
}

TEST_CASE("enums, alternates and narrow integers are named by their leaf alone", "[convert]") {
    CHECK(error_of("shape", QDict{{"kind", "blob"}}) == "Parameter 'kind' does not accept value 'blob'");
    CHECK(error_of("colours", QList{"red", "blue"}) == "Parameter 'null' does not accept value 'blue'");
    CHECK(error_of("colour", 1) == "Invalid parameter type for 'colour', expected: string");
    CHECK(error_of("ref", true) == "Invalid parameter type for 'ref', expected: PointRef");
    CHECK(error_of("refs", QList{5}) == "Invalid parameter type for 'null', expected: PointRef");
    CHECK(error_of("shape", QDict{{"kind", "circle"}, {"radius", 300}}) == "Parameter 'radius' expects uint8_t");
    CHECK(error_of("narrow", QList{1, 70000}) == "Parameter 'null' expects uint16_t");
    CHECK(error_of("narrow", QList{"x"}) == "Parameter 'narrow[0]' expects uint64");
}

TEST_CASE("unsigned members take negative numbers as QEMU 7.2 does", "[convert]") {
    QDict dict = good();
    dict.put("big", -1);
    auto value = from_qdict<Everything>(dict);
    REQUIRE(value);
    CHECK(value->big == UINT64_MAX);
    CHECK(error_of("big", 1.5) == "Parameter 'big' expects uint64");
}

TEST_CASE("of several stray members QEMU's hash order names one", "[convert]") {
    auto stray = [](QDict dict) { return from_qdict<Empty>(dict).error().description(); };
    CHECK(stray({{"zeta", 1}, {"alpha", 2}}) == "Parameter 'alpha' is unexpected");
    CHECK(stray({{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}, {"e", 1}}) == "Parameter 'e' is unexpected");
}

TEST_CASE("key=value input has text for every scalar", "[convert]") {
    auto value = from_qdict<Everything>(
        QDict{{"text", "t"}, {"flag", "on"}, {"big", "2k"}, {"real", "0.5"}, {"words", QList{"w"}}}, InputMode::keyval);
    REQUIRE(value);
    CHECK(value->flag);
    CHECK(value->big == 2048);
    CHECK(value->real == 0.5);
    auto bad = from_qdict<Point>(QDict{{"x", "1x"}}, InputMode::keyval);
    CHECK_FALSE(bad);
}

TEST_CASE("sizes take suffixes and refuse what does not fit", "[convert]") {
    CHECK(parse_size("4G") == (4ull << 30));
    CHECK(parse_size("1.5k") == 1536u);
    CHECK(parse_size("0x10") == 16u);
    CHECK(parse_size("128", 1 << 20) == (128ull << 20));
    CHECK_FALSE(parse_size(""));
    CHECK_FALSE(parse_size("-1"));
    CHECK_FALSE(parse_size("1Gx"));
    CHECK_FALSE(parse_size("16E"));
    CHECK_FALSE(parse_size("99999999999999999999"));
}
