#include <catch2/catch.hpp>

#include "chardev/memory_chardev.h"
#include "monitor/engine.h"
#include "monitor/loop_clock.h"

struct Hello { std::string name; };
struct Greeting { std::string text; };
struct Greeted { std::string name; };
using namespace rhea;
template <> inline constexpr auto rhea::description<Hello> = object("Hello", member<&Hello::name>("name"));
template <> inline constexpr auto rhea::description<Greeting> = object("Greeting", member<&Greeting::text>("text"));
template <> inline constexpr auto rhea::description<Greeted> = object("Greeted", member<&Greeted::name>("name"));
template <> inline constexpr EventInfo rhea::event<Greeted>{"GREETED", "Somebody was greeted."};

TEST_CASE("an embedder adds a command and an event in a few lines", "[embedding]") {
    uv_loop_t loop;
    uv_loop_init(&loop);
    {
        LoopClock clock(&loop);
        Engine engine(clock, {.version = {1, 0, 0, "My emulator"}});
        engine.events().declare<Greeted>();
        engine.commands().add("hello", "Greets.", [&](const Hello& hello) -> Result<Greeting> {
            engine.events().emit(Greeted{hello.name});
            return Greeting{"Hello, " + hello.name};
        });
        MemoryChardev chardev("mon0");      // or one of Chardevs::create: a socket, stdio …
        engine.add_monitor(chardev, {});

        MemoryPeer& client = chardev.connect();
        client.push(R"({"execute":"qmp_capabilities"}{"execute":"hello","arguments":{"name":"you"}})");
        const std::string out = client.take_output();
        CHECK(out.find("\"event\": \"GREETED\", \"data\": {\"name\": \"you\"}}\r\n{\"return\": {\"text\": \"Hello, you\"}}\r\n") !=
              std::string::npos);
        chardev.attach(nullptr);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK(uv_loop_close(&loop) == 0);
}
