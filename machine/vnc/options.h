#pragma once
/// What -vnc says of one server.
#include <cstdint>
#include <optional>
#include <string>

#include "machine/vnc/address.h"

namespace rhea {

/// What becomes of clients that want the screen for themselves: they get it, are refused, or get no more than others.
enum class VncShare { allow_exclusive, force_shared, ignore };

struct VncOptions {
    std::string id;
    VncAddresses addresses;
    bool reverse = false;  ///< a client is called
    bool searches = false; ///< the port is one of a range (to=)
    bool password = false;
    std::optional<std::string> password_secret, tls_creds, tls_authz, audiodev;
    VncShare share = VncShare::allow_exclusive;
    std::uint64_t most_connecting = 32;
    std::optional<std::string> display;  ///< id of the adapter
    std::int64_t head = 0;
    bool power_control = false, lock_key_sync = true;
    std::int64_t key_delay_ms = 10;
};

/// Of options whose names and types have been checked.
Result<VncOptions> vnc_options(const Options& options, std::string id);

}  // namespace rhea
