#include "monitor/wire_format.h"

#include <catch2/catch.hpp>

#include "monitor_rig.h"

using namespace rhea;
using rhea::test::Plain;
using rhea::test::Rig;

namespace {

struct SetLink { std::string name; bool up = false; };
MonitorOptions dialect(Dialect d) {
    MonitorOptions options;
    options.dialect = d;
    return options;
}

}  // namespace

template <> inline constexpr auto rhea::description<SetLink> = object("SetLink", member<&SetLink::name>("name"), member<&SetLink::up>("up"));

TEST_CASE("QMP of 0.12 offers no capabilities and tells errors with their data", "[dialect]") {
    Rig rig(dialect(Dialect::v0_12));
    CHECK(rig.greeting == "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}, \"package\": "
                          "\"Rhea test\"}, \"capabilities\": []}}\r\n");
    CHECK(rig.ask(R"({ "execute": })") ==
          "{\"error\": {\"class\": \"JSONParsing\", \"desc\": \"Invalid JSON syntax\", \"data\": {}}}\r\n");
    CHECK(rig.ask(R"({"execute":"nope","id":"x"})") ==
          "{\"id\": \"x\", \"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command nope has not been found\", "
          "\"data\": {\"name\": \"nope\"}}}\r\n");
    CHECK(rig.ask(R"({"execute":"refuse"})") ==
          "{\"error\": {\"class\": \"DeviceNotFound\", \"desc\": \"Device 'x' not found\", \"data\": {\"device\": \"x\"}}}\r\n");
    CHECK(rig.ask(R"({"execute":"ping"})") ==
          "{\"error\": {\"class\": \"MissingParameter\", \"desc\": \"Parameter 'word' is missing\", \"data\": {\"name\": "
          "\"word\"}}}\r\n");
    CHECK(rig.ask(R"({"execute":"ping","arguments":{"word":5}})") ==
          "{\"error\": {\"class\": \"InvalidParameterType\", \"desc\": \"Invalid parameter type for 'word', expected: string\", "
          "\"data\": {\"name\": \"word\", \"expected\": \"string\"}}}\r\n");
    CHECK(rig.ask(R"({"execute":"ping","arguments":{"word":"a"}})") == "{\"return\": {\"word\": \"a\"}}\r\n");
    CHECK(rig.ask(R"({"exec-oob":"ping"})").find("QMPExtraInputObjectMember") != std::string::npos);
}

TEST_CASE("capabilities that a dialect does not offer cannot be enabled in it", "[dialect]") {
    Rig rig(dialect(Dialect::v0_12), false);
    CHECK(rig.ask(R"({"execute":"qmp_capabilities","arguments":{"enable":["oob"]}})").find("\"InvalidParameter\"") != std::string::npos);
    CHECK(rig.ask(R"({"execute":"qmp_capabilities"})") == "{\"return\": {}}\r\n");
}

TEST_CASE("the text protocol of 2009 speaks as its specification's examples", "[dialect]") {
    Rig rig(dialect(Dialect::v0_1), false);
    std::string linked;
    rig.engine.commands().add("set_link", "Sets a link.", [&](const SetLink& args) -> Result<Empty> {
        if (args.name == "foo") return fail(Error::generic("could not find network device 'foo'"));
        linked = args.name + (args.up ? " up" : " down");
        return Empty{};
    });
    rig.engine.commands().add("query-network", "Tells.", [](const Empty&) -> Result<std::vector<std::string>> {
        return std::vector<std::string>{"VLAN 0 devices:", "caf\xc3\xa9"};
    });
    CHECK(rig.greeting == "+ OK QEMU 7.2.22 QMP 0.1\r\n");
    CHECK(rig.ask("tick\r\n") == "* EVENT plain\r\n+ OK tick completed\r\n");      // no negotiation
    CHECK(rig.ask("foo\r\n") == "- BAD unknown command\r\n");
    CHECK(rig.ask("set_link foo down\r\n") == "- ERR could not find network device 'foo'\r\n");
    CHECK(rig.ask("SET_LINK Net0 UP\r\n") == "+ OK set_link net0 up completed\r\n");
    CHECK(linked == "Net0 up");
    CHECK(rig.ask("info network\r\n") == "= 0: VLAN 0 devices:\r\n= 1: caf\\u00E9\r\n+ OK info network completed\r\n");
    CHECK(rig.ask("ping\r\n") == "- ERR Parameter 'word' is missing\r\n");
    CHECK(rig.ask("ping a b\r\n") == "- BAD too many arguments\r\n");
    CHECK(rig.ask("caf\xc3\xa9\r\n") == "- BAD only ASCII is permitted\r\n");
    CHECK(rig.ask("\r\n").empty());
    CHECK(rig.ask(std::string(70'000, 'x') + "\r\n") == "- BAD line too long\r\n");
    rig.send("pi");
    rig.send("ng a");
    CHECK(rig.ask("\n") == "= word: a\r\n+ OK ping a completed\r\n");
}

TEST_CASE("dialects share one engine and its events", "[dialect]") {
    Rig rig;
    MemoryChardev old("old");
    rig.engine.add_monitor(old, dialect(Dialect::v0_1));
    MemoryPeer& peer = old.connect();
    peer.take_output();
    rig.engine.events().emit(Plain{});
    CHECK(peer.take_output() == "* EVENT plain\r\n");
    CHECK(rig.received().find("\"event\": \"PLAIN\"") != std::string::npos);
    old.attach(nullptr);
}
