#pragma once
/// The places of a VNC server as -vnc says them: a host and the number of a display, or a socket file.
#include <optional>
#include <string>

#include "chardev/options.h"

namespace rhea {

struct VncAddresses {
    std::optional<SocketAddressLegacy> rfb, websocket;  ///< none: nobody is listened for
};

/// Of the options vnc, websocket, to, ipv4, ipv6 and reverse. Errors are QEMU's ("no vnc port specified").
Result<VncAddresses> vnc_addresses(const Options& options);

}  // namespace rhea
