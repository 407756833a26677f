#include "figures.h"

namespace bench {

namespace {

using enum Figure;
using enum Target::Of;
using enum Target::Bound;

constexpr Target kStart[] = {{at_most, 1.0 / 6, qemu}};
constexpr Target kIdle[] = {{at_most, 6}};
constexpr Target kP50[] = {{at_most, 1.2, floor}};
constexpr Target kP99[] = {{at_most, 1.5, floor}};
constexpr Target kPipelined[] = {{at_least, 1'000'000}, {at_least, 200, qemu}};
constexpr Target kSchema[] = {{at_most, 1.0 / 50, qemu}};
constexpr Target kBigId[] = {{at_least, 100}};
constexpr Target kAfterBigId[] = {{at_most, 2, own_figure, idle_rss}};
constexpr Target kEvents[] = {{at_least, 500'000}};

constexpr FigureInfo kFigures[] = {
    {start_to_greeting, "start-to-greeting", "start to greeting", "ms", kStart},
    {start_to_command_mode, "start-to-command-mode", "start to command mode", "ms", kStart},
    {idle_rss, "idle-rss", "idle RSS, all monitors connected", "MiB", kIdle},
    {idle_pss, "idle-pss", "idle PSS, all monitors connected", "MiB", {}},
    {round_trip_p50, "round-trip-p50", "round trip, median", "us", kP50},
    {round_trip_p99, "round-trip-p99", "round trip, 99th percentile", "us", kP99},
    {round_trip_rate, "round-trip-rate", "round trips", "/s", {}},
    {round_trip_cpu, "round-trip-cpu", "server CPU per round trip", "us", {}},
    {pipelined_rate, "pipelined-rate", "pipelined query-status", "/s", kPipelined},
    {pipelined_cpu, "pipelined-cpu", "server CPU per pipelined command", "us", {}},
    {schema_time, "schema-time", "query-qmp-schema", "ms", kSchema},
    {schema_size, "schema-size", "size of its reply", "KiB", {}},
    {big_id_rate, "big-id-rate", "echo of a 3 MB id", "MB/s", kBigId},
    {big_id_rss, "big-id-rss", "RSS after it", "MiB", kAfterBigId},
    {event_rate, "event-rate", "event deliveries, all monitors", "/s", kEvents},
    {event_cpu, "event-cpu", "server CPU per delivery", "us", {}},
    {quit_to_exit, "quit-to-exit", "quit to exit", "ms", {}},
};

}  // namespace

std::span<const FigureInfo> all_figures() { return kFigures; }

}  // namespace bench
