#pragma once
/// An engine on an in-memory chardev with a clock that the test moves.
#include <string>
#include <vector>

#include "chardev/memory_chardev.h"
#include "monitor/engine.h"

namespace rhea::test {

class ManualClock final : public EventClock {
public:
    std::int64_t wall_time_us() const override { return 1'700'000'000'000'000 + now_ / 1000; }
    std::int64_t now_ns() const override { return now_; }
    void call_at(std::int64_t at_ns, std::function<void()> call) override {
        at_ = at_ns;
        call_ = std::move(call);
    }
    void advance(std::int64_t ns) {
        const std::int64_t target = now_ + ns;
        while (call_ && at_ <= target) {
            now_ = std::max(now_, at_);
            std::exchange(call_, nullptr)();
        }
        now_ = target;
    }

private:
    std::int64_t now_ = 1'000'000'000;
    std::int64_t at_ = 0;
    std::function<void()> call_;
};

struct Ping { std::string word; };
struct Pong { std::string word; };
struct Tick { std::int64_t n = 0; };
struct Plain {};

/// One negotiated client by default.
struct Rig {
    explicit Rig(MonitorOptions options = {}, bool negotiate = true) {
        engine.commands().add("ping", "Answers.", [](const Ping& args) -> Result<Pong> { return Pong{args.word}; });
        engine.commands().add("refuse", "Fails.", [](const Empty&) -> Result<Empty> { return fail(Error::device_not_found("x")); });
        engine.commands().add("tick", "Emits an event, then answers.", [this](const Empty&) -> Result<Empty> {
            engine.events().emit(Plain{});
            return Empty{};
        });
        engine.set_log([this](std::string_view line) { log.emplace_back(line); });
        engine.add_monitor(chardev, options);
        client = &chardev.connect();
        greeting = client->take_output();
        if (negotiate) {
            send(R"({"execute":"qmp_capabilities"})");
            client->take_output();
        }
    }
    ~Rig() { chardev.attach(nullptr); }

    void send(std::string_view bytes) { client->push(bytes); }
    /// What came out since the last time.
    std::string received() {
        chardev.turn();
        return client->take_output();
    }
    std::string ask(std::string_view bytes) {
        send(bytes);
        return received();
    }

    ManualClock clock;
    Engine engine{clock, {.version = {7, 2, 22, "Rhea test"}}};
    MemoryChardev chardev{"mon0"};
    MemoryPeer* client = nullptr;
    std::string greeting;
    std::vector<std::string> log;
};

}  // namespace rhea::test

template <> inline constexpr auto rhea::description<rhea::test::Ping> = rhea::object("Ping", rhea::member<&rhea::test::Ping::word>("word"));
template <> inline constexpr auto rhea::description<rhea::test::Pong> = rhea::object("Pong", rhea::member<&rhea::test::Pong::word>("word"));
template <> inline constexpr auto rhea::description<rhea::test::Tick> = rhea::object("Tick", rhea::member<&rhea::test::Tick::n>("n"));
template <> inline constexpr auto rhea::description<rhea::test::Plain> = rhea::object("Plain");
template <> inline constexpr rhea::EventInfo rhea::event<rhea::test::Tick>{"TICK", "Limited.", 1000};
template <> inline constexpr rhea::EventInfo rhea::event<rhea::test::Plain>{"PLAIN", "Not limited."};
