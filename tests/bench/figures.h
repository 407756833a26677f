#pragma once
/// What the bench measures, and what Rhea promises of it: one row for each figure, in the order of the tables.
#include <span>
#include <string_view>

namespace bench {

enum class Figure {
    start_to_greeting,
    start_to_command_mode,
    idle_rss,
    idle_pss,
    round_trip_p50,
    round_trip_p99,
    round_trip_rate,
    round_trip_cpu,
    pipelined_rate,
    pipelined_cpu,
    schema_time,
    schema_size,
    big_id_rate,
    big_id_rss,
    event_rate,
    event_cpu,
    quit_to_exit,
};

/// `value` bounds the figure itself, or its ratio to the same figure of QEMU or of the floor, or to another one of its own.
struct Target {
    enum class Of { itself, qemu, floor, own_figure };
    enum class Bound { at_most, at_least };
    Bound bound;
    double value;
    Of of = Of::itself;
    Figure own = Figure::idle_rss;
};

struct FigureInfo {
    Figure figure;
    std::string_view id;  ///< in the JSON output
    std::string_view title;
    std::string_view unit;
    std::span<const Target> targets;
};

std::span<const FigureInfo> all_figures();

}  // namespace bench
