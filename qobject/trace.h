#pragma once
/// Trace points: named places that write a line to the log while they are turned on. One that is off costs a load and a branch.
///
/// Each room has one table of its names, and calls them by name; a name that is not in the table does not compile:
///
///     inline constexpr std::string_view kMonitorTracePoints[] = {"handle_qmp_command", …};
///     trace<kMonitorTracePoints, "handle_qmp_command">("mon {} req: {}", …);
///
/// The arguments are evaluated in any case: what costs something to make stands behind `if (tracing<…>())`.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <span>
#include <string_view>

namespace rhea {

/// A name as a template argument.
template <std::size_t N>
struct TraceName {
    char text[N]{};
    consteval TraceName(const char (&name)[N]) { std::copy_n(name, N, text); }
    constexpr std::string_view view() const { return {text, N - 1}; }
};

/// Which points of a table are on. A fact of the process, as its log is. Set by the loop, looked at by any thread.
template <const auto& Names>
inline constinit std::array<std::atomic<bool>, std::size(Names)> trace_flags{};

template <const auto& Names, TraceName Name>
consteval std::size_t trace_index() {
    for (std::size_t i = 0; i < std::size(Names); ++i)
        if (Names[i] == Name.view()) return i;
    throw "the table has no such trace point";
}

template <const auto& Names, TraceName Name>
bool tracing() {
    return trace_flags<Names>[trace_index<Names, Name>()].load(std::memory_order_relaxed);
}

/// "NAME TEXT\n" to the log, in one piece.
void write_trace(std::string_view name, std::string_view text);

template <const auto& Names, TraceName Name, class... Values>
void trace(fmt::format_string<const Values&...> format, const Values&... values) {
    if (tracing<Names, Name>()) [[unlikely]]
        write_trace(Name.view(), fmt::vformat(format, fmt::make_format_args(values...)));
}

/// A room's table, for whoever turns points on and off.
struct TraceTable {
    std::span<const std::string_view> names;
    std::span<std::atomic<bool>> flags;
};
template <const auto& Names>
TraceTable trace_table() {
    return {Names, trace_flags<Names>};
}

/// As QEMU matches names: '*' is any text, '?' any character.
bool matches_pattern(std::string_view pattern, std::string_view name);

/// Where lines go from now on: standard error until somebody says otherwise. Takes the descriptor over and closes the one
/// before (never standard error).
void set_log_descriptor(int fd);

}  // namespace rhea
