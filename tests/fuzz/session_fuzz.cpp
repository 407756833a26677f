/// An engine with any clients: whatever they send, every line it says is a message of its dialect, what it keeps for a
/// client is bounded, cutting the bytes otherwise changes nothing, and the next client is served.
///
/// The input is one byte that chooses dialect and limits, then what the clients send; bytes 0xF5 to 0xFC, which UTF-8 never
/// has, stand for everything else that happens (see World::act).
#include <deque>
#include <string>
#include <vector>

#include "fuzz.h"
#include "json/stream.h"
#include "tests/unit/monitor_rig.h"

using namespace rhea;
using test::ManualClock, test::Ping, test::Plain, test::Pong, test::Tick;

namespace {

constexpr std::size_t kClients = 3;

struct Setup {
    Dialect dialect = Dialect::current;
    bool pretty = false;
    bool tight = false;
    bool bytewise = false;

    MonitorOptions options() const {
        MonitorOptions o{.dialect = dialect, .pretty = pretty};
        if (tight) o.limits = {.output_soft = 256, .output_hard = 4096, .queue = 2};
        return o;
    }
};

class World {
public:
    explicit World(const Setup& setup) : setup_(setup) {
        engine_.set_log([](std::string_view) {});
        engine_.commands().add("ping", "Answers.", [](const Ping& ping) -> Result<Pong> { return Pong{ping.word}; });
        engine_.commands().add("refuse", "Fails.",
                               [](const Empty&) -> Result<Empty> { return fail(Error::device_not_found("x")); });
        engine_.commands().add("plain", "Emits an event, then answers.", [this](const Empty&) -> Result<Empty> {
            engine_.events().emit(Plain{});
            return Empty{};
        });
        engine_.commands().add("tick", "Emits an event that is limited.", [this](const Tick& tick) -> Result<Empty> {
            engine_.events().emit(tick);
            return Empty{};
        });
        engine_.commands().add(kLater, *this);
        engine_.add_monitor(chardev_, setup_.options());
        for (std::size_t i = 0; i < kClients; ++i) connect(i);
    }
    ~World() {
        owed_.clear();
        chardev_.attach(nullptr);
        chardev_.turn();
    }

    void play(std::string_view script) {
        std::size_t at = 0;
        while (at < script.size()) {
            std::size_t end = at;
            while (end < script.size() && !is_act(script[end])) ++end;
            push(script.substr(at, end - at));
            at = end;
            if (at < script.size()) act(static_cast<unsigned char>(script[at++]));
        }
        finish();
    }

    /// All that client i was told.
    const std::string& told(std::size_t i) const { return told_[i]; }
    bool somebody_read_slowly() const { return slow_; }

    /// Whoever is still there, after all that, with nothing owed and everything read.
    void check_nobody_is_stuck() {
        if (setup_.dialect == Dialect::v0_1 || setup_.pretty) return;
        for (MemoryPeer* client : clients_) {
            if (!client) continue;
            client->push("\xff\n{\"execute\":\"query-version\",\"id\":\"end\"}");
            chardev_.turn();
            const std::string said = client->take_output();
            fuzz::promise(said.find("\"id\": \"end\"") != said.npos, "a client that reads is answered", said);
        }
    }

    /// A new client after all that.
    void check_service() {
        if (setup_.dialect != Dialect::current || setup_.pretty) return;
        MemoryPeer& client = chardev_.connect();
        client.push(R"({"execute":"qmp_capabilities"}{"execute":"ping","arguments":{"word":"a"},"id":7})");
        chardev_.turn();
        const std::string said = client.take_output();
        const std::string_view wanted = "\r\n{\"return\": {}}\r\n{\"return\": {\"word\": \"a\"}, \"id\": 7}\r\n";
        fuzz::promise(said.ends_with(wanted), "a new client is served", said);
    }

private:
    static void later(World& world, const Ping&, Reply<Pong> reply) { world.owed_.push_back(std::move(reply)); }
    static const Command kLater[2];

    static bool is_act(char c) { return static_cast<unsigned char>(c) >= 0xF5 && static_cast<unsigned char>(c) <= 0xFC; }

    void act(unsigned char what) {
        switch (what) {
            case 0xF5: turn(); break;
            case 0xF6: now_ = (now_ + 1) % kClients; break;  // what follows comes from the next client
            case 0xF7: engine_.events().emit(Plain{}); break;
            case 0xF8: engine_.events().emit(Tick{++ticks_}); break;
            case 0xF9:  // the oldest command that is owed an answer gets it
                if (!owed_.empty()) {
                    Reply<Pong> reply = std::move(owed_.front());
                    owed_.pop_front();
                    reply.succeed(Pong{"late"});
                    turn();  // what this sets free comes in before the next answer, however it was cut
                }
                break;
            case 0xFA: clock_.advance(400'000'000); break;
            case 0xFB:  // takes a little more, or all again
                if (MemoryPeer* client = clients_[now_]) client->set_room(steps_++ % 3 == 2 ? SIZE_MAX : 100);
                slow_ = true;
                break;
            case 0xFC:  // leaves, and comes anew
                drop(now_);
                connect(now_);
                break;
        }
        check_backlog();
    }

    void connect(std::size_t i) { clients_[i] = &chardev_.connect(); }

    void drop(std::size_t i) {
        if (!clients_[i]) return;
        collect(i);
        std::exchange(clients_[i], nullptr)->disconnect();
        cut_off(i);
    }

    /// What ends in the middle of a line is lost: the connection has gone.
    void cut_off(std::size_t i) {
        const auto end = told_[i].rfind("\r\n");
        told_[i].erase(end == std::string::npos ? 0 : end + 2);
    }

    void collect(std::size_t i) {
        if (clients_[i]) told_[i] += clients_[i]->take_output();
    }

    void push(std::string_view bytes) {
        MemoryPeer* client = clients_[now_];
        if (!client || bytes.empty()) return;
        if (!setup_.bytewise) client->push(bytes);
        else
            for (std::size_t i = 0; i < bytes.size(); ++i) client->push(bytes.substr(i, 1));
        pushed_ += bytes.size();
        check_backlog();
    }

    void turn() {
        for (std::size_t i = 0; i < kClients; ++i) {
            collect(i);
            if (!clients_[i] || !clients_[i]->closed()) continue;
            clients_[i] = nullptr;  // gone with the turn
            cut_off(i);
        }
        chardev_.turn();
    }

    void finish() {
        for (MemoryPeer* client : clients_)
            if (client) client->set_room(SIZE_MAX);
        for (int quiet = 0; quiet < 3;) {
            const std::size_t before = told_[0].size() + told_[1].size() + told_[2].size() + owed_.size();
            act(0xF9);
            turn();
            const std::size_t after = told_[0].size() + told_[1].size() + told_[2].size() + owed_.size();
            quiet = after == before ? quiet + 1 : 0;
        }
        clock_.advance(10'000'000'000);
        turn();
        turn();
    }

    void check_backlog() {
        if (!setup_.tight) return;
        // One reply goes beyond the soft limit: the schema, or an id as long as all the input, escaped.
        const std::size_t largest_reply = engine_.schema().size() * 8 + pushed_ * 8 + 1024;
        const SessionLimits limits = setup_.options().limits;
        for (MemoryPeer* client : clients_)
            if (client && !client->closed())
                fuzz::promise(client->pending() <= limits.output_soft + limits.output_hard + largest_reply,
                              "a backlog is bounded");
    }

    Setup setup_;
    ManualClock clock_;
    Engine engine_{clock_, {.version = {7, 2, 0, "fuzz"}}};
    MemoryChardev chardev_{"fuzz"};
    MemoryPeer* clients_[kClients] = {};
    std::string told_[kClients];
    std::deque<Reply<Pong>> owed_;
    std::size_t now_ = 0, steps_ = 0, pushed_ = 0;
    std::int64_t ticks_ = 0;
    bool slow_ = false;
};

constexpr Command World::kLater[2] = {command<&World::later>("later", "Answers when told to."),
                                      command<&World::later>("later-oob", "The same, out of band.").oob()};

/// Calls `line` for each of a client's lines, without its end.
template <class F>
void each_line(std::string_view told, F line) {
    while (!told.empty()) {
        const auto end = told.find("\r\n");
        fuzz::promise(end != told.npos, "every line ends with CR LF", told);
        line(told.substr(0, end));
        told.remove_prefix(end + 2);
    }
}

void check_json_line(std::string_view line) {
    // QEMU's words for what JSON cannot say; an id may bring them in.
    if (line.find("inf") != line.npos || line.find("nan") != line.npos) return;
    auto message = json::parse(line);
    const QDict* dict = message ? message->dict() : nullptr;
    fuzz::promise(dict != nullptr, "every line is a JSON object", line);
    const int kinds = dict->contains("QMP") + dict->contains("return") + dict->contains("error") + dict->contains("event");
    fuzz::promise(kinds == 1, "every line is a greeting, a reply, an error or an event", line);
}

void check_text_line(std::string_view line) {
    for (std::string_view kind : {"+ OK ", "- ERR ", "- BAD ", "= ", "* EVENT "})
        if (line.starts_with(kind)) return;
    fuzz::broken("every line begins with the sign of its kind", line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    constexpr Dialect kDialects[] = {Dialect::current, Dialect::v0_12, Dialect::v0_1, Dialect::current};
    Setup setup{.dialect = kDialects[data[0] & 3], .pretty = (data[0] & 3) == 3, .tight = (data[0] & 4) != 0};
    const std::string_view script(reinterpret_cast<const char*>(data) + 1, size - 1);

    World world(setup);
    world.play(script);
    if (!setup.pretty)
        for (std::size_t i = 0; i < kClients; ++i)
            each_line(world.told(i), setup.dialect == Dialect::v0_1 ? check_text_line : check_json_line);
    world.check_nobody_is_stuck();
    world.check_service();

    // With tight limits or a slow reader it matters when the output goes, and that is at the end of a push.
    if (setup.tight || world.somebody_read_slowly()) return 0;
    setup.bytewise = true;
    World again(setup);
    again.play(script);
    for (std::size_t i = 0; i < kClients; ++i)
        fuzz::promise(world.told(i) == again.told(i), "it does not matter how the bytes are cut",
                      world.told(i) + "\n--\n" + again.told(i));
    return 0;
}
