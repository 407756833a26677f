#pragma once
/// Trace points: named places in the emulator that write a line to standard error (or the log of -D) while they are turned
/// on. A point that is off costs one load. Loop thread only.
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace rhea {

enum class TracePoint : unsigned char { runstate_set, vm_state_notify, system_wakeup_request };

/// In the order of TracePoint.
inline constexpr std::array<std::string_view, 3> kTraceNames{"runstate_set", "vm_state_notify", "system_wakeup_request"};

/// Which ones are on. A fact of the process, as its log is.
inline constinit std::array<bool, kTraceNames.size()> trace_enabled{};

void write_trace(TracePoint point, std::string_view text);

template <class... Values>
void trace(TracePoint point, fmt::format_string<const Values&...> format, const Values&... values) {
    if (!trace_enabled[static_cast<std::size_t>(point)]) return;
    write_trace(point, fmt::format(format, values...));
}

}  // namespace rhea
