#include "monitor/session.h"

#include <catch2/catch.hpp>

#include "json/stream.h"
#include "monitor_rig.h"

using namespace rhea;
using rhea::test::Plain;
using rhea::test::Rig;

namespace {

const std::string kPong = "{\"return\": {\"word\": \"a\"}}\r\n";
const std::string kNegotiate = R"({"execute":"qmp_capabilities"})";
const std::string kNegotiateOob = R"({"execute":"qmp_capabilities","arguments":{"enable":["oob"]}})";

/// A command that answers when the test says so.
struct Delayed {
    std::vector<Reply<test::Pong>> replies;
};
void wait_for_it(Delayed& delayed, const Empty&, Reply<test::Pong> reply) { delayed.replies.push_back(std::move(reply)); }
Result<test::Pong> out_of_band(Delayed&, const Empty&) { return test::Pong{"oob"}; }

constexpr Command kDelayed[] = {
    command<wait_for_it>("wait", "Answers later."),
    command<out_of_band>("now", "Answers at once.").oob(),
};

std::string event_line(std::string_view name) {
    return "{\"timestamp\": {\"seconds\": 1700000001, \"microseconds\": 0}, \"event\": \"" + std::string(name) + "\"}\r\n";
}

}  // namespace

TEST_CASE("a new client is greeted with version and capabilities", "[monitor]") {
    Rig rig;
    CHECK(rig.greeting == "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}, \"package\": "
                          "\"Rhea test\"}, \"capabilities\": [\"oob\"]}}\r\n");
}

TEST_CASE("before negotiation only qmp_capabilities runs, and no event is delivered", "[monitor]") {
    Rig rig({}, false);
    CHECK(rig.ask(R"({"execute":"ping","id":1})") ==
          "{\"id\": 1, \"error\": {\"class\": \"CommandNotFound\", \"desc\": \"Expecting capabilities negotiation with "
          "'qmp_capabilities'\"}}\r\n");
    rig.engine.events().emit(Plain{});
    CHECK(rig.received().empty());
    CHECK(rig.ask(kNegotiate) == "{\"return\": {}}\r\n");
    rig.engine.events().emit(Plain{});
    CHECK(rig.received() == event_line("PLAIN"));
    CHECK(rig.ask(kNegotiate) ==
          "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"Capabilities negotiation is already complete, command "
          "ignored\"}}\r\n");
}

TEST_CASE("the id comes back behind a result and before an error", "[monitor]") {
    Rig rig;
    CHECK(rig.ask(R"({"execute":"ping","arguments":{"word":"a"},"id":{"b":1,"a":[null]}})") ==
          "{\"return\": {\"word\": \"a\"}, \"id\": {\"a\": [null], \"b\": 1}}\r\n");
    CHECK(rig.ask(R"({"execute":"refuse","id":null})") ==
          "{\"id\": null, \"error\": {\"class\": \"DeviceNotFound\", \"desc\": \"Device 'x' not found\"}}\r\n");
    CHECK(rig.ask(R"({"execute":"nope"})") ==
          "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command nope has not been found\"}}\r\n");
}

TEST_CASE("a faulty envelope is answered, and the session goes on", "[monitor]") {
    Rig rig;
    auto desc = [&](std::string_view input) {
        const std::string reply = rig.ask(input);
        const auto from = reply.find("\"desc\": \"") + 9;
        return reply.substr(from, reply.find("\"}}", from) - from);
    };
    CHECK(desc("[]") == "QMP input must be a JSON object");
    CHECK(desc("{}") == "QMP input lacks member 'execute'");
    CHECK(desc(R"({"execute":1})") == "QMP input member 'execute' must be a string");
    CHECK(desc(R"({"execute":"ping","arguments":[]})") == "QMP input member 'arguments' must be an object");
    CHECK(desc(R"({"execute":"ping","zzz":1,"aaa":2})") == "QMP input member 'aaa' is unexpected");
    CHECK(desc(R"({"exec-oob":"ping"})") == "QMP input member 'exec-oob' is unexpected");
    CHECK(desc(R"({"execute":"ping"})") == "Parameter 'word' is missing");
    CHECK(desc(R"({"execute":"ping","arguments":{"word":"a","x":1}})") == "Parameter 'x' is unexpected");
    CHECK(desc("}") == "JSON parse error, expecting value");
    CHECK(rig.ask(R"({"execute":"ping","arguments":{"word":"a"}})") == kPong);
}

TEST_CASE("events that a command causes come before its reply, on every monitor", "[monitor][events]") {
    Rig rig;
    MemoryChardev second("mon1");
    rig.engine.add_monitor(second, {});
    MemoryPeer& other = second.connect();
    other.push(kNegotiate);
    other.take_output();
    CHECK(rig.ask(R"({"execute":"tick"})") == event_line("PLAIN") + "{\"return\": {}}\r\n");
    CHECK(other.take_output() == event_line("PLAIN"));
    second.attach(nullptr);
}

TEST_CASE("a reconnecting client starts afresh", "[monitor]") {
    Rig rig;
    rig.send(R"({"execute":"pi)");
    rig.client->disconnect();
    rig.client = &rig.chardev.connect();
    CHECK(rig.received() == rig.greeting);
    rig.send(kNegotiate);
    CHECK(rig.received() == "{\"return\": {}}\r\n");
    CHECK(rig.ask(R"({"execute":"ping","arguments":{"word":"a"}})") == kPong);
}

TEST_CASE("in-band commands wait for an asynchronous one", "[monitor][async]") {
    Rig rig;
    Delayed delayed;
    rig.engine.commands().add(kDelayed, delayed);
    CHECK(rig.ask(R"({"execute":"wait","id":1}{"execute":"ping","arguments":{"word":"a"}} } {"execute":"wait","id":2})").empty());
    REQUIRE(delayed.replies.size() == 1);
    CHECK_FALSE(rig.client->reading());      // without oob one request is taken at a time
    delayed.replies[0].succeed({"done"});
    CHECK(rig.received() == "{\"return\": {\"word\": \"done\"}, \"id\": 1}\r\n" + kPong +
                                "{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error, expecting value\"}}\r\n");
    REQUIRE(delayed.replies.size() == 2);
    delayed.replies[1].fail(Error::generic("no"));
    CHECK(rig.received() == "{\"id\": 2, \"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\r\n");
    CHECK(rig.client->reading());
}

TEST_CASE("out-of-band commands overtake; eight in-band ones may wait", "[monitor][oob]") {
    Rig rig({}, false);
    Delayed delayed;
    rig.engine.commands().add(kDelayed, delayed);
    rig.ask(kNegotiateOob);
    rig.send(R"({"execute":"wait","id":"w"})");
    for (int i = 0; i < 7; ++i) rig.send(R"({"execute":"ping","arguments":{"word":"a"}})");
    CHECK(rig.ask(R"({"exec-oob":"now","id":"o"})") == "{\"return\": {\"word\": \"oob\"}, \"id\": \"o\"}\r\n");
    rig.send(R"({"execute":"ping","arguments":{"word":"a"}})");      // the eighth: no more is seen from here on
    CHECK(rig.ask(R"({"exec-oob":"now","id":"p"})").empty());
    delayed.replies[0].succeed({"w"});
    std::string expected = "{\"return\": {\"word\": \"w\"}, \"id\": \"w\"}\r\n";
    for (int i = 0; i < 8; ++i) expected += kPong;
    CHECK(rig.received() == expected + "{\"return\": {\"word\": \"oob\"}, \"id\": \"p\"}\r\n");
    CHECK(rig.ask(R"({"exec-oob":"ping","id":1})") ==
          "{\"id\": 1, \"error\": {\"class\": \"GenericError\", \"desc\": \"The command ping does not support OOB\"}}\r\n");
    CHECK(rig.ask(R"({"execute":"now","exec-oob":"now","id":1})") ==
          "{\"id\": 1, \"error\": {\"class\": \"GenericError\", \"desc\": \"QMP input member 'execute' clashes with 'exec-oob'\"}}\r\n");
}

TEST_CASE("a client that leaves drops what it had queued; its late reply goes nowhere", "[monitor][async]") {
    Rig rig({}, false);
    Delayed delayed;
    rig.engine.commands().add(kDelayed, delayed);
    rig.ask(kNegotiateOob);
    rig.send(R"({"execute":"wait"}{"execute":"wait"})");
    REQUIRE(delayed.replies.size() == 1);
    rig.client->disconnect();
    delayed.replies[0].succeed({"late"});
    CHECK(delayed.replies.size() == 1);
    rig.client = &rig.chardev.connect();
    CHECK(rig.received() == rig.greeting);
}

TEST_CASE("a reply that is dropped unanswered answers with an error", "[monitor][async]") {
    Rig rig;
    Delayed delayed;
    rig.engine.commands().add(kDelayed, delayed);
    rig.send(R"({"execute":"wait"})");
    delayed.replies.clear();
    CHECK(rig.received() == "{\"error\": {\"class\": \"GenericError\", \"desc\": \"The command was abandoned\"}}\r\n");
}

TEST_CASE("a client that does not read is not read from, and loses nothing", "[monitor][backpressure]") {
    MonitorOptions options;
    options.limits.output_soft = 1000;
    Rig rig(options);
    rig.client->set_room(0);
    for (int i = 0; i < 200; ++i) rig.send(R"({"execute":"ping","arguments":{"word":"a"}})");
    CHECK_FALSE(rig.client->reading());
    rig.client->set_room(SIZE_MAX);
    std::string expected, got;
    for (int i = 0; i < 200; ++i) expected += kPong;
    for (int i = 0; i < 200 && got.size() < expected.size(); ++i) got += rig.received();
    CHECK(got == expected);
    CHECK(rig.client->reading());
}

TEST_CASE("one reply beyond the soft limit does not silence a client that reads", "[monitor][backpressure]") {
    MonitorOptions options;
    options.limits.output_soft = 1000;
    Rig rig(options);
    const std::string word(5000, 'w');
    CHECK(rig.ask(R"({"execute":"ping","arguments":{"word":")" + word + "\"}}").size() > word.size());
    CHECK(rig.client->reading());
    CHECK(rig.ask(R"({"execute":"ping","arguments":{"word":"a"}})") == kPong);
}

TEST_CASE("a backlog of events beyond the hard limit closes that session alone", "[monitor][backpressure]") {
    MonitorOptions options;
    options.limits.output_hard = 10'000;
    Rig rig(options);
    MemoryChardev second("mon1");
    rig.engine.add_monitor(second, options);
    MemoryPeer& other = second.connect();
    other.push(kNegotiate);
    other.take_output();
    rig.client->set_room(0);
    for (int i = 0; i < 1000; ++i) {
        rig.engine.events().emit(Plain{});
        REQUIRE(other.take_output() == event_line("PLAIN"));
    }
    CHECK(rig.client->closed());
    REQUIRE(rig.log.size() == 1);
    CHECK(rig.log[0].find("does not read") != std::string::npos);
    rig.chardev.turn();
    rig.client = &rig.chardev.connect();
    CHECK(rig.received() == rig.greeting);
    second.attach(nullptr);
}

TEST_CASE("the pretty form spreads replies and events over lines", "[monitor]") {
    MonitorOptions options;
    options.pretty = true;
    Rig rig(options);
    CHECK(rig.ask(R"({"execute":"ping","arguments":{"word":"a"},"id":1})") ==
          "{\r\n    \"return\": {\r\n        \"word\": \"a\"\r\n    },\r\n    \"id\": 1\r\n}\r\n");
}

TEST_CASE("before the machine is there only commands that allow it run", "[monitor]") {
    Rig rig;
    rig.engine.set_preconfig(true);
    CHECK(rig.ask(R"({"execute":"ping","arguments":{"word":"a"}})") ==
          "{\"error\": {\"class\": \"GenericError\", \"desc\": \"The command 'ping' is permitted only after machine "
          "initialization has completed\"}}\r\n");
    CHECK(rig.ask(R"({"execute":"query-version"})").find("\"return\"") != std::string::npos);
}

TEST_CASE("commands are listed in the order asked for, those without a place in it before, the newest first", "[monitor]") {
    Rig rig;
    Delayed delayed;
    rig.engine.commands().add(kDelayed, delayed);
    rig.engine.commands().list_as("wait absent query-version");
    const auto names = rig.engine.commands().listing();
    REQUIRE(names.size() > 4);
    CHECK(names[0] == "now");
    CHECK(std::vector(names.end() - 2, names.end()) == std::vector<std::string_view>{"wait", "query-version"});
    CHECK(names.size() == rig.engine.commands().rows().size());
}
