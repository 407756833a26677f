#pragma once
/// The QMP engine: what an embedder links. It knows no machine; whoever has one adds its commands and emits its events.
///
///     uv_loop_t* loop = uv_default_loop();
///     LoopClock clock(loop);
///     Engine engine(clock, {.version = {1, 0, 0, "My emulator"}});
///     engine.commands().add("hello", "Greets.", [](const Hello& args) -> Result<Greeting> { … });
///     Monitor& monitor = engine.add_monitor(chardev, {});
///     engine.events().emit(Booted{});
///
/// Everything runs on one thread: that of the chardevs' libuv loop. The engine outlives its chardevs' peers: shut the chardevs
/// down before it goes.
#include <memory>
#include <string>
#include <vector>

#include "chardev/chardev.h"
#include "monitor/command_table.h"
#include "monitor/event_bus.h"
#include "monitor/session.h"
#include "monitor/wire_format.h"

namespace rhea {

struct MonitorOptions {
    Dialect dialect = Dialect::current;
    bool pretty = false;
    SessionLimits limits = {};
};

/// A QMP monitor on a chardev: a session for each client of it.
class Monitor final : public CharFrontend {
public:
    /// The monitor takes the chardev over; both live until the chardev is shut down.
    Monitor(Engine& engine, Chardev& chardev, MonitorOptions options);
    ~Monitor() override;

    Chardev& chardev() { return chardev_; }
    PeerUser* connected(Peer& peer) override;

private:
    Engine& engine_;
    Chardev& chardev_;
    MonitorOptions options_;
    FdNames named_fds_;
    std::vector<std::shared_ptr<Session>> sessions_;
};

class HmpInterpreter;
class HmpMonitor;

struct EngineOptions {
    Version version;
};

class Engine final : private EventListener {
public:
    Engine(EventClock& clock, EngineOptions options);
    ~Engine() override;

    CommandTable& commands() { return commands_; }
    EventBus& events() { return events_; }
    const Version& version() const { return version_; }

    Monitor& add_monitor(Chardev& chardev, MonitorOptions options);
    /// Closes its sessions and leaves the chardev to others.
    void remove_monitor(Monitor& monitor);

    /// The human monitor: its commands, and a monitor that reads them from a chardev, taken over as by add_monitor.
    HmpInterpreter& hmp() { return *hmp_; }
    void add_hmp_monitor(Chardev& chardev);

    /// Before the machine is there only commands that allow it are run (-preconfig).
    void set_preconfig(bool preconfig) { preconfig_ = preconfig; }
    bool preconfig() const { return preconfig_; }

    /// The reply of query-qmp-schema, made at first use.
    const std::string& schema();

    /// Called when a client has left and no other is there.
    void on_last_session_left(std::function<void()> call) { last_session_left_ = std::move(call); }

    /// Where a log line about a misbehaving client goes; standard error by default.
    void set_log(std::function<void(std::string_view)> log) { log_ = std::move(log); }
    void log(std::string_view line) const { log_(line); }

private:
    friend class Session;
    void session_begins() { ++sessions_; }
    void session_ends() {
        if (--sessions_ == 0 && last_session_left_) last_session_left_();
    }
    void event(const EventRecord& event) override;

    Version version_;
    CommandTable commands_;
    EventBus events_;
    std::vector<Session*> listening_;                      // in command mode
    std::vector<std::unique_ptr<Monitor>> monitors_;
    std::unique_ptr<HmpInterpreter> hmp_;
    std::vector<std::unique_ptr<HmpMonitor>> hmp_monitors_;
    std::string schema_;
    std::size_t schema_of_ = 0;                            // rows in the table when it was made
    bool preconfig_ = false;
    std::size_t sessions_ = 0;                             // connected
    std::function<void()> last_session_left_;
    std::function<void(std::string_view)> log_;
};

}  // namespace rhea
