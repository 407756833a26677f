#include "monitor/engine.h"

#include <cstdio>

#include "json/writer.h"
#include "monitor/engine_commands.h"
#include "monitor/hmp/session.h"
#include "monitor/introspection.h"

namespace rhea {

Monitor::Monitor(Engine& engine, Chardev& chardev, MonitorOptions options)
    : engine_(engine), chardev_(chardev), options_(options) {}

Monitor::~Monitor() = default;

PeerUser* Monitor::connected(Peer& peer) {
    std::erase_if(sessions_, [](const auto& session) { return !session->peer(); });
    sessions_.push_back(std::make_shared<Session>(engine_, peer, wire_format(options_.dialect, options_.pretty), options_.limits));
    sessions_.back()->set_named_fds(named_fds_);
    sessions_.back()->start();
    return sessions_.back().get();
}

Engine::Engine(EventClock& clock, EngineOptions options)
    : version_(std::move(options.version)), events_(clock), log_([](std::string_view line) {
          std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
      }) {
    events_.add_listener(*this);
    hmp_ = std::make_unique<HmpInterpreter>(*this);
    add_engine_commands(commands_, *this);
    add_human_monitor_command(commands_, *this);
}

Engine::~Engine() = default;

Monitor& Engine::add_monitor(Chardev& chardev, MonitorOptions options) {
    monitors_.push_back(std::make_unique<Monitor>(*this, chardev, options));
    chardev.attach(monitors_.back().get());
    return *monitors_.back();
}

void Engine::remove_monitor(Monitor& monitor) {
    monitor.chardev().detach(monitor);
    std::erase_if(monitors_, [&](const auto& owned) { return owned.get() == &monitor; });
}

void Engine::add_hmp_monitor(Chardev& chardev) {
    hmp_monitors_.push_back(std::make_unique<HmpMonitor>(*this, chardev));
    chardev.attach(hmp_monitors_.back().get());
}

const std::string& Engine::schema() {
    if (schema_of_ != commands_.rows().size()) {
        schema_.clear();
        const auto schema = introspect(commands_, events_);
        json::Writer(schema_).described(schema);
        schema_of_ = commands_.rows().size();
    }
    return schema_;
}

void Engine::event(const EventRecord& event) {
    // Each wire format is written once; sessions may leave while the event is delivered.
    const WireFormat* format = nullptr;
    std::string line;
    const std::vector<Session*> sessions = listening_;
    for (Session* session : sessions) {
        if (&session->format() != format) {
            format = &session->format();
            line.clear();
            format->event(line, event);
        }
        session->deliver(line);
    }
}

}  // namespace rhea
