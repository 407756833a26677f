#pragma once
/// A human monitor on an in-memory chardev, with a few commands of a test's own.
#include "chardev/memory_chardev.h"
#include "monitor/engine.h"
#include "monitor/hmp/session.h"
#include "monitor_rig.h"

namespace rhea::test {

/// What the commands below act on.
struct HmpSubject {
    std::vector<std::string> said;
    std::shared_ptr<HmpCall> waiting;
};

struct HmpRig {
    HmpRig();
    ~HmpRig() { chardev.attach(nullptr); }
    /// What the client sees after these keys.
    std::string type(std::string_view keys) {
        client->push(keys);
        return received();
    }
    std::string received() {
        chardev.turn();
        return client->take_output();
    }
    /// What human-monitor-command would return.
    std::string line(std::string_view text) {
        HmpState state;
        std::string output = "(not done)";
        engine.hmp().run(text, state, [&](std::string&& printed, bool) { output = printed; });
        return output;
    }

    HmpSubject subject;
    ManualClock clock;
    Engine engine{clock, {.version = {7, 2, 22, "Rhea test"}}};
    MemoryChardev chardev{"mon0"};
    MemoryPeer* client = nullptr;
    std::string greeting;
};

inline void hmp_say(HmpSubject& subject, HmpCall& call) {
    subject.said.push_back(call.arguments.text("what"));
    call.print("{}{}\n", call.arguments.text("what"), call.arguments.flag("loud") ? "!" : "");
}
inline void hmp_wait(HmpSubject& subject, HmpCall& call) { subject.waiting = call.shared_from_this(); }
inline void hmp_numbers(HmpSubject&, HmpCall& call) {
    const HmpArguments& a = call.arguments;
    call.print("{} {} {} {}\n", a.number("int"), a.number("mib"), a.number("size", -1), a.has("size"));
}
inline void hmp_look(HmpSubject&, HmpCall& call) {
    const HmpFormat f = call.arguments.format();
    call.print("{} {} {} at {}\n", f.count, f.format, f.size, call.arguments.number("address"));
}
inline void hmp_fail(HmpSubject&, HmpCall& call) { call.run("refuse"); }

inline constexpr HmpCommand kHmpTestCommands[] = {
    hmp_command<hmp_say>("say|echo", "-l loud, =t tone, s what@word", "[-l] what", "says something"),
    hmp_command<hmp_wait>("wait", "", "", "finishes later"),
    hmp_command<hmp_numbers>("numbers", "i int, M mib, o? size", "int mib [size]", "takes numbers"),
    hmp_command<hmp_look>("look", "/ fmt, l address", "/fmt address", "takes a format"),
    hmp_command<hmp_fail>("fail", "", "", "fails"),
};
inline constexpr HmpCompleter kHmpTestCompleters[] = {{"word", [](HmpCompletion& c) {
    for (const char* word : {"hello", "help", "world"}) c.add(word);
}}};

inline HmpRig::HmpRig() {
    engine.hmp().table().add(kHmpTestCommands, subject);
    engine.hmp().table().add_completers(kHmpTestCompleters);
    engine.commands().add("refuse", "Fails.", [](const Empty&) -> Result<Empty> { return fail(Error::device_not_found("x")); });
    engine.add_hmp_monitor(chardev);
    client = &chardev.connect();
    greeting = client->take_output();
}

}  // namespace rhea::test
