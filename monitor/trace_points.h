#pragma once
/// The monitor's trace points. Every row of the command table has two more, qmp_enter_COMMAND and qmp_exit_COMMAND.
#include <string>

#include "qobject/trace.h"

namespace rhea {

inline constexpr std::string_view kMonitorTracePoints[] = {
    "handle_hmp_command",          "monitor_protocol_event_handler", "monitor_protocol_event_emit",
    "monitor_protocol_event_queue", "monitor_qmp_in_band_enqueue",   "monitor_qmp_in_band_dequeue",
    "monitor_qmp_cmd_in_band",     "monitor_qmp_err_in_band",        "monitor_qmp_cmd_out_of_band",
    "monitor_qmp_respond",         "handle_qmp_command",
};

template <TraceName Name, class... Values>
void trace_monitor(fmt::format_string<const Values&...> format, const Values&... values) {
    trace<kMonitorTracePoints, Name>(format, values...);
}

/// "qmp_enter_query_status"
std::string command_trace_name(std::string_view prefix, std::string_view command);

}  // namespace rhea
