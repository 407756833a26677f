#include <catch2/catch.hpp>

#include "machine/cli/tree.h"

using namespace rhea;
using namespace rhea::cli;

namespace {

std::string error_of(std::string_view text, std::string_view implied = {}) {
    auto tree = parse_tree(text, implied);
    return tree ? "" : tree.error().description();
}

}  // namespace

TEST_CASE("dots nest, numbers make lists, doubled commas are commas", "[cli][tree]") {
    CHECK(*parse_tree("raw,a.b=1,a.c.d=x,,y,l.1=q,l.0=p", "driver") ==
          QDict{{"driver", "raw"}, {"a", QDict{{"b", "1"}, {"c", QDict{{"d", "x,y"}}}}}, {"l", QList{"p", "q"}}});
    CHECK(*parse_tree("") == QDict{});
    CHECK(*parse_tree("a=1,a=2,") == QDict{{"a", "2"}});
    CHECK(*parse_tree("a=") == QDict{{"a", ""}});
    CHECK(*parse_tree("l.0.x=1,l.1.x=2") == QDict{{"l", QList{QDict{{"x", "1"}}, QDict{{"x", "2"}}}}});
    CHECK(*parse_tree("__com.example_x-y.z=1") == QDict{{"__com.example_x-y", QDict{{"z", "1"}}}});
}

TEST_CASE("a wrong nested option is named", "[cli][tree]") {
    CHECK(error_of("a") == "Expected '=' after parameter 'a'");
    CHECK(error_of("x,a", "type") == "Expected '=' after parameter 'a'");
    CHECK(error_of("=x") == "Invalid parameter ''");
    CHECK(error_of("a..b=x") == "Invalid parameter 'a..b'");
    CHECK(error_of("a.=x") == "Invalid parameter 'a.'");
    CHECK(error_of("1=x") == "Invalid parameter '1'");
    CHECK(error_of("l.0=a,l.2=b") == "Parameter 'l.1' missing");
    CHECK(error_of("l.0=a,l.x=b") == "Parameters 'l.*' used inconsistently");
    CHECK(error_of("a=1,a.b=2") == "Parameters 'a.*' used inconsistently");
    CHECK(error_of("a.b=2,a=1") == "Parameters 'a.*' used inconsistently");
}

TEST_CASE("help is noticed where it is allowed", "[cli][tree]") {
    bool help = false;
    CHECK(*parse_tree("pc,help", "type", &help) == QDict{{"type", "pc"}});
    CHECK(help);
    CHECK(error_of("pc,help", "type") == "Expected '=' after parameter 'help'");
    help = false;
    CHECK(parse_tree("help=1", "type", &help));
    CHECK_FALSE(help);
}

TEST_CASE("hostile nesting and list indexes stay bounded", "[cli][tree]") {
    std::string deep;
    for (int i = 0; i < 100000; ++i) deep += "a.";
    CHECK(error_of(deep + "a=1").starts_with("Invalid parameter"));
    CHECK(error_of("l.4000000000=x") == "Parameter 'l.0' missing");
    CHECK(error_of(std::string(200, 'k') + "=1").starts_with("Invalid parameter"));
}

TEST_CASE("later options are put over earlier ones", "[cli][tree]") {
    QDict into = *parse_tree("a=1,s.x=1");
    REQUIRE(merge_tree(into, *parse_tree("a=2,s.y=2")));
    CHECK(into == *parse_tree("a=2,s.x=1,s.y=2"));
    CHECK(merge_tree(into, *parse_tree("s=1")).error().description() == "Parameter 's' used inconsistently");
}

TEST_CASE("JSON is told by its brace", "[cli][tree]") {
    CHECK(looks_like_json("{}"));
    CHECK_FALSE(looks_like_json(" {}"));
    CHECK_FALSE(looks_like_json("[]"));
    CHECK(*parse_json_object(R"({"a": [1]})") == QDict{{"a", QList{1}}});
    CHECK_FALSE(parse_json_object("{\"a\":"));
}
