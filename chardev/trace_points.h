#pragma once
/// The trace points of sockets.
#include "qobject/trace.h"

namespace rhea {

inline constexpr std::string_view kChardevTracePoints[] = {
    "qio_channel_socket_connect_async", "qio_channel_socket_connect_fail", "qio_channel_socket_connect_complete",
    "qio_channel_socket_listen_complete", "qio_channel_socket_accept", "qio_channel_socket_accept_fail",
    "qio_channel_socket_accept_complete",
};

template <TraceName Name, class... Values>
void trace_chardev(fmt::format_string<const Values&...> format, const Values&... values) {
    trace<kChardevTracePoints, Name>(format, values...);
}

}  // namespace rhea
