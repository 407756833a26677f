#pragma once
/// The trace points of VNC servers.
#include "qobject/trace.h"

namespace rhea {

inline constexpr std::string_view kVncTracePoints[] = {
    "vnc_key_guest_leds",
    "vnc_key_event_ext",
    "vnc_key_event_map",
    "vnc_key_sync_numlock",
    "vnc_key_sync_capslock",
    "vnc_msg_server_desktop_resize",
    "vnc_msg_server_ext_desktop_resize",
    "vnc_msg_client_set_desktop_size",
    "vnc_client_eof",
    "vnc_client_connect",
    "vnc_client_disconnect_start",
    "vnc_client_disconnect_finish",
    "vnc_auth_init",
    "vnc_auth_start",
    "vnc_auth_pass",
    "vnc_auth_fail",
    "vnc_auth_reject",
    "vnc_auth_vencrypt_version",
    "vnc_auth_vencrypt_subauth",
};

template <TraceName Name, class... Values>
void trace_vnc(fmt::format_string<const Values&...> format, const Values&... values) {
    trace<kVncTracePoints, Name>(format, values...);
}

}  // namespace rhea
