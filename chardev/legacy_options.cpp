#include <fmt/format.h>

#include <charconv>

#include "chardev/options.h"

namespace rhea {

namespace {

std::optional<std::string_view> without_prefix(std::string_view text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return std::nullopt;
    return text.substr(prefix.size());
}

/// The switches after a legacy address. Unlike those of `-chardev` they are no matter for a warning.
Result<void> add_legacy_switches(Options& options, std::string_view text) {
    const auto more = RHEA_TRY(Options::parse(text));
    for (const auto& [key, value] : more.entries()) options.add(key, value);
    return {};
}

/// Takes "HOST:PORT" from the front of `text`; false when it does not begin so. An IPv6 address stands in brackets (QEMU
/// does not know those here).
bool take_host_port(std::string_view& text, std::string_view ends, std::string_view& host, std::string_view& port) {
    constexpr std::size_t kLongestHost = 64, kLongestPort = 32;
    std::string_view rest;
    if (const auto close = text.find("]:"); text.starts_with('[') && close != std::string_view::npos) {
        host = text.substr(1, close - 1);
        rest = text.substr(close + 2);
    } else {
        const auto colon = text.find(':');
        if (colon == std::string_view::npos || colon > kLongestHost) return false;
        host = text.substr(0, colon);
        rest = text.substr(colon + 1);
    }
    port = rest.substr(0, rest.find_first_of(ends));
    if (port.empty() || port.size() > kLongestPort) return false;
    text = rest.substr(port.size());
    return true;
}

/// "HOST:PORT,…" with an empty HOST for any.
Result<void> add_legacy_inet(Options& options, std::string_view text) {
    std::string_view host, port;
    if (!take_host_port(text, ",", host, port)) return fail("");
    options.add("host", std::string(host));
    options.add("port", std::string(port));
    if (!text.empty()) RHEA_CHECK(add_legacy_switches(options, text.substr(1)));
    return {};
}

/// "HOST:PORT" or "HOST:PORT@LOCALHOST:LOCALPORT"; each host may be empty.
Result<void> add_legacy_udp(Options& options, std::string_view text) {
    std::string_view host, port;
    if (!take_host_port(text, "@,", host, port)) return fail("");
    options.add("host", std::string(host));
    options.add("port", std::string(port));
    if (!text.starts_with('@')) return {};
    text.remove_prefix(1);
    if (!take_host_port(text, ",", host, port)) return fail("");
    options.add("localaddr", std::string(host));
    options.add("localport", std::string(port));
    return {};
}

/// "WIDTHxHEIGHT" in pixels, or with a C after each in characters.
Result<void> add_legacy_vc(Options& options, std::string_view size) {
    const auto take = [&](std::string_view pixels, std::string_view characters) {
        unsigned number = 0;
        const auto read = std::from_chars(size.data(), size.data() + size.size(), number);
        if (read.ec != std::errc()) return false;
        size.remove_prefix(static_cast<std::size_t>(read.ptr - size.data()));
        const bool cells = size.starts_with('C');
        if (cells) size.remove_prefix(1);
        options.add(std::string(cells ? characters : pixels), std::to_string(number));
        return true;
    };
    if (!take("width", "cols") || !size.starts_with('x')) return fail("");
    size.remove_prefix(1);
    if (!take("height", "rows") || !size.empty()) return fail("");
    return {};
}

Result<void> add_legacy(Options& options, std::string_view text) {
    for (std::string_view name : {"null", "pty", "msmouse", "wctablet", "braille", "testdev", "stdio", "vc"}) {
        if (text != name) continue;
        options.add("backend", std::string(name));
        return {};
    }
    if (const auto size = without_prefix(text, "vc:")) {
        options.add("backend", "vc");
        return add_legacy_vc(options, *size);
    }
    if (const auto file = without_prefix(text, "file:")) {
        options.add("backend", "file");
        options.add("path", std::string(*file));
    } else if (const auto pipe = without_prefix(text, "pipe:")) {
        options.add("backend", "pipe");
        options.add("path", std::string(*pipe));
    } else if (const auto path = without_prefix(text, "unix:")) {
        options.add("backend", "socket");
        auto more = RHEA_TRY(Options::parse(*path, "path"));
        for (const auto& [key, value] : more.entries()) options.add(key, value);
    } else if (text.starts_with("/dev/")) {
        options.add("backend", text.starts_with("/dev/parport") ? "parallel" : "serial");
        options.add("path", std::string(text));
    } else if (text == "con:") {
        options.add("backend", "console");
    } else if (const auto address = without_prefix(text, "udp:")) {
        options.add("backend", "udp");
        return add_legacy_udp(options, *address);
    } else {
        for (std::string_view protocol : {"tcp", "telnet", "tn3270", "websocket"}) {
            const auto inet = without_prefix(text, std::string(protocol) + ":");
            if (!inet) continue;
            options.add("backend", "socket");
            if (protocol != "tcp") options.add(std::string(protocol), "on");
            return add_legacy_inet(options, *inet);
        }
        return fail(fmt::format("'{}' is not a valid char driver", text));
    }
    return {};
}

}  // namespace

Result<Options> parse_legacy_chardev(std::string_view id, std::string_view text) {
    Options options;
    options.set_id(std::string(id));
    const auto shared = without_prefix(text, "mon:");
    RHEA_CHECK(add_legacy(options, shared.value_or(text)));
    if (shared) options.add("mux", "on");
    RHEA_CHECK(options.check(chardev_option_specs()));
    return options;
}

std::optional<std::string_view> chardev_reference(std::string_view text) { return without_prefix(text, "chardev:"); }

}  // namespace rhea
