#include "measurements.h"

#include <fmt/format.h>
#include <poll.h>
#include <algorithm>
#include <cstdio>
#include <thread>

#include "client.h"

namespace bench {

namespace {

constexpr std::string_view kQueryStatus = "{\"execute\":\"query-status\"}\n";

/// What the measurements of one round work on.
struct Round {
    const Effort& effort;
    Server& server;
    Client& client;
    std::vector<Client>& listeners;
    Samples& samples;

    void add(Figure figure, double value) { samples[figure].push_back(value); }
};

void settle() { std::this_thread::sleep_for(std::chrono::milliseconds(150)); }

double percentile(std::vector<double>& values, double share) {
    auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// Until the server takes commands; the times are those since `started`.
bool greet(const Server& server, Client& client, Clock::time_point started, Samples& samples) {
    std::string_view line;
    if (!client.connect(server.socket(), Client::kPatience) || !client.line(line)) return false;
    samples[Figure::start_to_greeting].push_back(seconds_since(started) * 1e3);
    if (!client.ask("{\"execute\":\"qmp_capabilities\"}\n", line)) return false;
    samples[Figure::start_to_command_mode].push_back(seconds_since(started) * 1e3);
    return true;
}

bool connect_listeners(Round& round) {
    for (const std::string& path : round.server.more_sockets()) {
        Client& client = round.listeners.emplace_back();
        if (!client.connect(path, Client::kPatience) || !client.negotiate()) return false;
    }
    return true;
}

bool measure_idle_memory(Round& round) {
    settle();
    round.add(Figure::idle_rss, round.server.rss_mib());
    round.add(Figure::idle_pss, round.server.pss_mib());
    return true;
}

bool measure_round_trips(Round& round) {
    std::vector<double> times;
    times.reserve(static_cast<std::size_t>(round.effort.round_trips));
    const double cpu = round.server.cpu_seconds();
    const auto start = Clock::now();
    for (int i = 0; i < round.effort.round_trips; ++i) {
        std::string_view line;
        const auto sent = Clock::now();
        if (!round.client.ask(kQueryStatus, line)) return false;
        times.push_back(seconds_since(sent) * 1e6);
    }
    const double wall = seconds_since(start);
    const double count = round.effort.round_trips;
    round.add(Figure::round_trip_rate, count / wall);
    round.add(Figure::round_trip_cpu, (round.server.cpu_seconds() - cpu) / count * 1e6);
    round.add(Figure::round_trip_p50, percentile(times, 0.50));
    round.add(Figure::round_trip_p99, percentile(times, 0.99));
    return true;
}

bool measure_pipelining(Round& round) {
    const int count = round.effort.pipelined;
    std::string requests;
    requests.reserve(kQueryStatus.size() * static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) requests += kQueryStatus;

    int replies = 0;
    const double cpu = round.server.cpu_seconds();
    const auto start = Clock::now();
    if (!round.client.exchange(
            requests, [&](std::string_view line) { replies += !is_event(line); }, [&] { return replies >= count; }))
        return false;
    round.add(Figure::pipelined_rate, count / seconds_since(start));
    round.add(Figure::pipelined_cpu, (round.server.cpu_seconds() - cpu) / count * 1e6);
    return true;
}

bool measure_schema(Round& round) {
    std::vector<double> times;
    std::size_t size = 0;
    for (int i = 0; i < round.effort.schemas; ++i) {
        std::string_view line;
        const auto sent = Clock::now();
        if (!round.client.ask("{\"execute\":\"query-qmp-schema\"}\n", line)) return false;
        times.push_back(seconds_since(sent) * 1e3);
        size = line.size();
    }
    round.add(Figure::schema_time, percentile(times, 0.5));
    round.add(Figure::schema_size, static_cast<double>(size) / 1024);
    return true;
}

/// A request of about `size` bytes whose id holds every kind of value.
std::string request_with_big_id(std::size_t size) {
    std::string text = "{\"execute\":\"query-status\",\"id\":[";
    for (int i = 0; text.size() < size; ++i)
        fmt::format_to(std::back_inserter(text), R"({}{{"node":"drive-{}","offset":{},"ro":{},"load":[{}.5,null]}})",
                       i ? "," : "", i, i * 4096LL, i % 2 == 0, i % 100);
    return text + "]}\n";
}

bool measure_big_id(Round& round) {
    const std::string request = request_with_big_id(3'000'000);
    std::size_t size = 0;
    const auto sent = Clock::now();
    if (!round.client.exchange(
            request, [&](std::string_view line) { size += is_event(line) ? 0 : line.size(); }, [&] { return size > 0; }))
        return false;
    if (size < request.size() / 2) {
        fmt::print(stderr, "the big id did not come back ({} bytes)\n", size);
        return false;
    }
    round.add(Figure::big_id_rate, static_cast<double>(request.size()) / seconds_since(sent) / 1e6);
    settle();
    round.add(Figure::big_id_rss, round.server.rss_mib());
    return true;
}

/// STOP and RESUME by turns reach every monitor: twice the pairs on each, the issuing one included.
bool measure_events(Round& round) {
    if (round.listeners.empty()) return true;
    const int pairs = round.effort.event_pairs;
    std::string requests;
    for (int i = 0; i < pairs; ++i) requests += "{\"execute\":\"cont\"}\n{\"execute\":\"stop\"}\n";

    int replies = 0;
    std::vector<int> events(round.listeners.size() + 1);
    auto count = [&](std::size_t who) {
        return [&, who](std::string_view line) {
            if (!is_event(line)) ++replies;
            else if (line.find("\"STOP\"") != line.npos || line.find("\"RESUME\"") != line.npos) ++events[who];
        };
    };
    auto done = [&] {
        return replies >= pairs * 2 && std::all_of(events.begin(), events.end(), [&](int n) { return n >= pairs * 2; });
    };

    // The issuing client and the listeners are served by one poll: a thread each would fight the server for the processors.
    std::vector<pollfd> ready{{round.client.fd(), POLLIN | POLLOUT, 0}};
    for (Client& listener : round.listeners) ready.push_back({listener.fd(), POLLIN, 0});
    std::string_view rest = requests;
    const double cpu = round.server.cpu_seconds();
    const auto start = Clock::now();
    while (!done()) {
        if (poll(ready.data(), ready.size(), 20'000) <= 0) {
            fmt::print(stderr, "events were lost: {} replies of {}, {} events of {} on the first listener\n", replies,
                       pairs * 2, events[1], pairs * 2);
            return false;
        }
        if (ready[0].revents & POLLOUT) {
            rest.remove_prefix(round.client.send_some(rest));
            if (rest.empty()) ready[0].events = POLLIN;
        }
        for (std::size_t i = 0; i < ready.size(); ++i) {
            Client& client = i == 0 ? round.client : round.listeners[i - 1];
            if ((ready[i].revents & (POLLIN | POLLHUP)) && !client.read_some(count(i))) return false;
        }
    }
    const double deliveries = 2.0 * pairs * static_cast<double>(events.size());
    round.add(Figure::event_rate, deliveries / seconds_since(start));
    round.add(Figure::event_cpu, (round.server.cpu_seconds() - cpu) / deliveries * 1e6);
    return true;
}

bool measure_quit(Round& round) {
    const auto sent = Clock::now();
    if (!round.client.send("{\"execute\":\"quit\"}\n") || !round.server.wait_for_exit(30)) return false;
    round.add(Figure::quit_to_exit, seconds_since(sent) * 1e3);
    return true;
}

struct Measurement {
    std::string_view name;
    bool (*run)(Round&);
    bool of_floor;  // means something for a floor too
};

constexpr Measurement kMeasurements[] = {
    {"connecting the further monitors", connect_listeners, true},
    {"idle memory", measure_idle_memory, true},
    {"round trips", measure_round_trips, true},
    {"pipelining", measure_pipelining, true},
    {"big id", measure_big_id, false},      // before what keeps memory for good: the schema, once it has been made
    {"query-qmp-schema", measure_schema, false},
    {"events", measure_events, false},
    {"quit", measure_quit, false},
};

}  // namespace

bool measure_start(const Subject& subject, const std::string& directory, bool verbose, Samples& samples) {
    const auto started = Clock::now();
    const std::optional<Server> server = subject.start(directory, verbose);
    Client client;
    return server && greet(*server, client, started, samples);
}

bool measure_round(const Subject& subject, const Effort& effort, const std::string& directory, bool verbose,
                   Samples& samples) {
    const auto started = Clock::now();
    std::optional<Server> server = subject.start(directory, verbose);
    if (!server) return false;
    Client client;
    std::vector<Client> listeners;
    Round round{effort, *server, client, listeners, samples};
    if (!greet(*server, client, started, samples)) {
        fmt::print(stderr, "{}: did not start\n", subject.name());
        return false;
    }
    for (const Measurement& m : kMeasurements) {
        if (subject.is_floor() && !m.of_floor) continue;
        if (m.run(round)) continue;
        fmt::print(stderr, "{}: {} failed; the rest of this round is left out\n", subject.name(), m.name);
        break;
    }
    return true;
}

}  // namespace bench
