#include "machine/vnc/address.h"

#include <charconv>

#include <fmt/format.h>

namespace rhea {

namespace {

constexpr std::uint64_t kFirstPort = 5900, kFirstWebsocketPort = 5700, kMostPorts = 65535;

SocketAddressLegacy inet(InetSocketAddress where) {
    return {SocketAddressType::inet, Data<InetSocketAddress>{std::move(where)}};
}

/// Display 1 listens at port 5901; a client that is called listens at the very port.
Result<std::uint64_t> display_number(std::string_view text, bool reverse) {
    if (text.empty()) return fail("vnc port cannot be empty");
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return fail(fmt::format("can't convert to a number: {}", text));
    if (number > kMostPorts - (reverse ? 0 : kFirstPort)) return fail(fmt::format("port {} out of range", text));
    return number;
}

Result<std::optional<bool>> family(const Options& options, std::string_view name) {
    if (!options.has(name)) return std::optional<bool>();
    return RHEA_TRY(options.get_bool(name, false));
}

}  // namespace

Result<VncAddresses> vnc_addresses(const Options& options) {
    VncAddresses addresses;
    const std::string display = options.get("vnc");
    if (display.empty() || display == "none") return addresses;
    const bool reverse = RHEA_TRY(options.get_bool("reverse", false));
    InetSocketAddress where;
    std::uint64_t number = 0;
    if (display.starts_with("unix:")) {
        addresses.rfb = {SocketAddressType::unix_path, Data<UnixSocketAddress>{{.path = display.substr(5), .abstract = {}, .tight = {}}}};
    } else {
        const auto colon = display.rfind(':');
        if (colon == std::string::npos) return fail("no vnc port specified");
        number = RHEA_TRY(display_number(std::string_view(display).substr(colon + 1), reverse));
        where.host = display.substr(0, colon);
        if (where.host.starts_with('[') && where.host.ends_with(']')) where.host = where.host.substr(1, where.host.size() - 2);
        where.ipv4 = RHEA_TRY(family(options, "ipv4"));
        where.ipv6 = RHEA_TRY(family(options, "ipv6"));
        const std::uint64_t to = RHEA_TRY(options.get_number("to", 0)), base = reverse ? 0 : kFirstPort;
        if (to) where.to = static_cast<std::uint16_t>(to + base);
        where.port = std::to_string(number + base);
        if (where.to && *where.to < number + base) return fail("Failed to create a socket");  // no port at all
        addresses.rfb = inet(where);
    }
    if (const std::string* websocket = options.find("websocket")) {
        if (reverse) return fail("Cannot use websockets in reverse mode");
        const bool follows = websocket->empty() || *websocket == "on";
        where.to = follows && where.to ? std::optional(static_cast<std::uint16_t>(*where.to - kFirstPort + kFirstWebsocketPort)) : std::nullopt;
        where.port = follows ? std::to_string(number + kFirstWebsocketPort) : *websocket;
        addresses.websocket = inet(where);
    }
    return addresses;
}

}  // namespace rhea
