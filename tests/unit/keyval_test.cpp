#include "qobject/keyval.h"

#include <catch2/catch.hpp>

using namespace rhea;

namespace {

std::vector<Option> entries(std::string_view text, std::string_view implied_key = {}) {
    return Options::parse(text, implied_key)->entries();
}
using List = std::vector<Option>;

constexpr OptionSpec kSpecs[] = {
    {"path", OptionType::string}, {"server", OptionType::boolean}, {"to", OptionType::number}, {"size", OptionType::size}};

std::string check(std::string_view text) {
    const auto done = Options::parse(text)->check(kSpecs);
    return done ? "" : done.error().description();
}

}  // namespace

TEST_CASE("options keep their order and their repetitions", "[qobject][keyval]") {
    CHECK(entries("a=1,b=2,a=3") == List{{"a", "1"}, {"b", "2"}, {"a", "3"}});
    CHECK(entries("") == List{});
    CHECK(entries("a=,b=2,") == List{{"a", ""}, {"b", "2"}});
    CHECK(entries("a=b=c") == List{{"a", "b=c"}});
}

TEST_CASE("a doubled comma is a comma of the value", "[qobject][keyval]") {
    CHECK(entries("path=/a,,b,c=,,") == List{{"path", "/a,b"}, {"c", ","}});
    CHECK(entries("/a,,b,c=1", "path") == List{{"path", "/a,b"}, {"c", "1"}});
    CHECK(entries("a=1,,,b=2") == List{{"a", "1,"}, {"b", "2"}});
}

TEST_CASE("the first word is the implied key's value unless it has an equals sign", "[qobject][keyval]") {
    CHECK(entries("socket,path=x", "backend") == List{{"backend", "socket"}, {"path", "x"}});
    CHECK(entries("path=x,socket", "backend") == List{{"path", "x"}, {"socket", "on"}});
    CHECK(entries("nothing", "backend") == List{{"backend", "nothing"}});
}

TEST_CASE("a switch is on, with 'no' in front off, and deprecated", "[qobject][keyval]") {
    const auto options = Options::parse("a=1,server,nowait");
    CHECK(options->entries() == List{{"a", "1"}, {"server", "on"}, {"wait", "off"}});
    CHECK(options->warnings() ==
          std::vector<std::string>{"short-form boolean option 'server' deprecated\nPlease use server=on instead",
                                   "short-form boolean option 'nowait' deprecated\nPlease use wait=off instead"});
    CHECK(Options::parse("x,nodelay", "backend")->entries().back() == Option{"delay", "off"});
    CHECK(Options::parse("x,nodelay", "backend")->warnings().front() ==
          "short-form boolean option 'nodelay' deprecated\nPlease use nodelay=on instead");
    CHECK(Options::parse("x,delay", "backend")->warnings().front() ==
          "short-form boolean option 'delay' deprecated\nPlease use nodelay=off instead");
    CHECK(Options::parse("a=1,b=on")->warnings().empty());
}

TEST_CASE("the first id counts, and must be well-formed", "[qobject][keyval]") {
    const auto options = Options::parse("null,id=a,id=b,c=d", "backend");
    CHECK(options->id() == "a");
    CHECK(options->entries() == List{{"backend", "null"}, {"c", "d"}});
    CHECK_FALSE(Options::parse("a=b")->id());
    for (const char* bad : {"id=1a", "id=", "id=a,,b", "id=a b", "id=_a", "id=\xc3\xa9"}) {
        CAPTURE(bad);
        const auto failed = Options::parse(bad);
        REQUIRE_FALSE(failed);
        CHECK(failed.error().description() == "Parameter 'id' expects an identifier");
        CHECK(failed.error().hint() == "Identifiers consist of letters, digits, '-', '.', '_', starting with a letter.");
    }
    CHECK(is_well_formed_id("a-b.c_9"));
    CHECK(duplicate_id("a", "chardev").description() == "Duplicate ID 'a' for chardev");
}

TEST_CASE("a group's options are checked in the order given, each against its type", "[qobject][keyval]") {
    CHECK(check("path=x,server=on,to=5,size=1G") == "");
    CHECK(check("foo=3") == "Invalid parameter 'foo'");
    CHECK(check("server=foo,server=on") == "Parameter 'server' expects 'on' or 'off'");
    CHECK(check("server=foo,bar=1") == "Parameter 'server' expects 'on' or 'off'");
    CHECK(check("server=ON") == "Parameter 'server' expects 'on' or 'off'");
    CHECK(check("=x") == "Invalid parameter ''");
    CHECK(check("to=5x") == "Parameter 'to' expects a number");
    CHECK(check("to=") == "Parameter 'to' expects a number");
    CHECK(check("to=09") == "Parameter 'to' expects a number");
    CHECK(check("to=0x10") == "");
    CHECK(check("to=-1") == "");
    CHECK(check("to=99999999999999999999999") == "Value '99999999999999999999999' is too large for parameter 'to'");
    CHECK(check("size=5Q") ==
          "Parameter 'size' expects a non-negative number below 2^64\n"
          "Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\nand exabytes, respectively.");
    CHECK(check("size=-5").starts_with("Parameter 'size' expects a non-negative number below 2^64"));
    CHECK(check("size=16E") == "Value '16E' is out of range for parameter 'size'");
    CHECK(check("size=18446744073709551616") == "Value '18446744073709551616' is out of range for parameter 'size'");
}

TEST_CASE("of a repeated key the last value counts, and taking removes them all", "[qobject][keyval]") {
    auto options = *Options::parse("a=1,b=on,a=2,c=1k,d=x");
    CHECK(options.get("a") == "2");
    CHECK(options.get("z", "none") == "none");
    CHECK(*options.get_bool("b", false));
    CHECK(*options.get_bool("z", true));
    CHECK(*options.take_number("a", 7) == 2);
    CHECK(*options.take_number("a", 7) == 7);
    CHECK(*options.take_size("c", 0) == 1024);
    CHECK(options.take_bool("d", false).error().description() == "Parameter 'd' expects 'on' or 'off'");
    CHECK(options.check_empty().error().description() == "Invalid parameter 'b'");
    CHECK(options.take("b") == "on");
    CHECK(options.check_empty());
    CHECK(Options::parse("a=1,a=2,b=3")->to_qdict() == QDict{{"a", "2"}, {"b", "3"}});
}
