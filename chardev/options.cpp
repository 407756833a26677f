#include "chardev/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace rhea {

namespace {

constexpr unsigned kMaxClients = 1024;

constexpr OptionSpec kSpecs[] = {
    {"backend", OptionType::string},   {"path", OptionType::string},        {"host", OptionType::string},
    {"port", OptionType::string},      {"fd", OptionType::string},          {"localaddr", OptionType::string},
    {"localport", OptionType::string}, {"to", OptionType::number},          {"ipv4", OptionType::boolean},
    {"ipv6", OptionType::boolean},     {"wait", OptionType::boolean},       {"server", OptionType::boolean},
    {"delay", OptionType::boolean},    {"nodelay", OptionType::boolean},    {"reconnect", OptionType::number},
    {"telnet", OptionType::boolean},   {"tn3270", OptionType::boolean},     {"tls-creds", OptionType::string},
    {"tls-authz", OptionType::string}, {"websocket", OptionType::boolean},  {"width", OptionType::number},
    {"height", OptionType::number},    {"cols", OptionType::number},        {"rows", OptionType::number},
    {"mux", OptionType::boolean},      {"signal", OptionType::boolean},     {"name", OptionType::string},
    {"debug", OptionType::number},     {"size", OptionType::size},          {"chardev", OptionType::string},
    {"append", OptionType::boolean},   {"logfile", OptionType::string},     {"logappend", OptionType::boolean},
    {"mouse", OptionType::boolean},    {"clipboard", OptionType::boolean},  {"tight", OptionType::boolean, "on"},
    {"abstract", OptionType::boolean}, {"max-clients", OptionType::number, {}, {}, true},
};

constexpr std::string_view kBackends[] = {"stdio", "null", "socket", "file"};

/// The value as the schema's optional members want it: absent unless given.
Result<std::optional<bool>> optional_bool(const Options& options, std::string_view key) {
    if (!options.has(key)) return std::optional<bool>();
    return std::optional<bool>(RHEA_TRY(options.get_bool(key, false)));
}
std::optional<std::string> optional_string(const Options& options, std::string_view key) {
    const std::string* value = options.find(key);
    return value ? std::optional<std::string>(*value) : std::nullopt;
}

Result<SocketAddressLegacy> socket_address(const Options& options) {
    SocketAddressLegacy address;
    if (options.has("path")) {
        UnixSocketAddress path;
        path.path = options.get("path");
        path.abstract = RHEA_TRY(optional_bool(options, "abstract"));
        path.tight = RHEA_TRY(optional_bool(options, "tight"));
        address.type = SocketAddressType::unix_path;
        address.u = Data<UnixSocketAddress>{std::move(path)};
    } else if (options.has("host")) {
        InetSocketAddress inet;
        inet.host = options.get("host");
        inet.port = options.get("port");
        if (options.has("to")) {
            const auto to = RHEA_TRY(options.get_number("to", 0));
            if (to > std::numeric_limits<std::uint16_t>::max())
                return fail(Error::invalid_parameter_value("to", "uint16_t"));
            inet.to = static_cast<std::uint16_t>(to);
        }
        inet.ipv4 = RHEA_TRY(optional_bool(options, "ipv4"));
        inet.ipv6 = RHEA_TRY(optional_bool(options, "ipv6"));
        address.type = SocketAddressType::inet;
        address.u = Data<InetSocketAddress>{std::move(inet)};
    } else {
        address.type = SocketAddressType::fd;  // without any of the three, QEMU goes on to miss the number of an fd
        address.u = Data<FdSocketAddress>{{options.get("fd")}};
    }
    return address;
}

Result<ChardevSocket> socket_backend(const Options& options) {
    if (options.has("path") + options.has("host") + options.has("fd") > 1)
        return fail("None or one of 'path', 'fd' or 'host' option required.");
    if (options.has("host") && !options.has("port")) return fail("chardev: socket: no port given");

    ChardevSocket socket;
    socket.server = RHEA_TRY(options.get_bool("server", false));
    if (*socket.server || options.has("wait")) socket.wait = RHEA_TRY(options.get_bool("wait", true));
    socket.nodelay = RHEA_TRY(optional_bool(options, "nodelay"));
    if (options.has("delay")) socket.nodelay = !RHEA_TRY(options.get_bool("delay", false));
    socket.telnet = RHEA_TRY(optional_bool(options, "telnet"));
    socket.tn3270 = RHEA_TRY(optional_bool(options, "tn3270"));
    socket.websocket = RHEA_TRY(optional_bool(options, "websocket"));
    if (options.has("reconnect")) socket.reconnect = static_cast<std::int64_t>(RHEA_TRY(options.get_number("reconnect", 0)));
    socket.tls_creds = optional_string(options, "tls-creds");
    socket.tls_authz = optional_string(options, "tls-authz");
    socket.addr = RHEA_TRY(socket_address(options));
    return socket;
}

Result<void> fill_common(ChardevCommon& common, const Options& options) {
    common.logfile = optional_string(options, "logfile");
    common.logappend = RHEA_TRY(optional_bool(options, "logappend"));
    return {};
}

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

/// "HOST:PORT,…" with an empty HOST for any. An IPv6 address stands in brackets (QEMU does not know those here).
Result<void> add_legacy_inet(Options& options, std::string_view text) {
    constexpr std::size_t kLongestHost = 64, kLongestPort = 32;
    std::string_view host, rest = text;
    if (const auto close = text.find("]:"); text.starts_with('[') && close != std::string_view::npos) {
        host = text.substr(1, close - 1);
        rest = text.substr(close + 2);
    } else {
        const auto colon = text.find(':');
        if (colon == std::string_view::npos || colon > kLongestHost) return fail("");
        host = text.substr(0, colon);
        rest = text.substr(colon + 1);
    }
    const std::string_view port = rest.substr(0, rest.find(','));
    if (port.empty() || port.size() > kLongestPort) return fail("");
    options.add("host", std::string(host));
    options.add("port", std::string(port));
    rest.remove_prefix(port.size());
    if (!rest.empty()) RHEA_CHECK(add_legacy_switches(options, rest.substr(1)));
    return {};
}

Result<void> add_legacy(Options& options, std::string_view text) {
    for (std::string_view name : {"null", "pty", "msmouse", "wctablet", "braille", "testdev", "stdio"}) {
        if (text != name) continue;
        options.add("backend", std::string(name));
        return {};
    }
    if (text == "vc" || text.starts_with("vc:")) {
        options.add("backend", "vc");
    } else if (const auto file = without_prefix(text, "file:")) {
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
    } else if (text.starts_with("udp:")) {
        options.add("backend", "udp");
    } else {
        for (std::string_view protocol : {"tcp", "telnet", "tn3270", "websocket"}) {
            const auto address = without_prefix(text, std::string(protocol) + ":");
            if (!address) continue;
            options.add("backend", "socket");
            if (protocol != "tcp") options.add(std::string(protocol), "on");
            return add_legacy_inet(options, *address);
        }
        return fail(fmt::format("'{}' is not a valid char driver", text));
    }
    return {};
}

}  // namespace

std::span<const std::string_view> chardev_backends() { return kBackends; }
std::span<const OptionSpec> chardev_option_specs() { return kSpecs; }

Result<Options> parse_chardev(std::string_view text) { return Options::parse(text, "backend"); }

Result<Options> parse_legacy_chardev(std::string_view id, std::string_view text) {
    Options options;
    options.set_id(std::string(id));
    RHEA_CHECK(add_legacy(options, text));
    RHEA_CHECK(options.check(kSpecs));
    return options;
}

std::optional<std::string_view> chardev_reference(std::string_view text) { return without_prefix(text, "chardev:"); }

Result<ChardevOptions> chardev_options(const Options& options) {
    if (!options.id()) return fail("chardev: no id specified");
    if (!options.has("backend")) return fail(fmt::format("chardev: \"{}\" missing backend", *options.id()));
    const std::string name = options.get("backend");
    if (std::find(std::begin(kBackends), std::end(kBackends), name) == std::end(kBackends))
        return fail(fmt::format("'{}' is not a valid char driver name", name));
    if (RHEA_TRY(options.get_bool("mux", false))) return fail("'mux' is not a valid char driver name");

    ChardevOptions result;
    result.id = *options.id();
    result.backend.type = *enum_from_name<ChardevKind>(name);
    const auto max_clients = RHEA_TRY(options.get_number("max-clients", 1));
    if (max_clients < 1 || max_clients > kMaxClients)
        return fail(
            Error::invalid_parameter_value("max-clients", fmt::format("a value in range from 1 to {}", kMaxClients)));
    result.max_clients = static_cast<unsigned>(max_clients);

    switch (result.backend.type) {
        case ChardevKind::file: {
            if (!options.has("path")) return fail("chardev: file: no filename given");
            ChardevFile file;
            file.out = options.get("path");
            file.append = RHEA_TRY(optional_bool(options, "append"));
            RHEA_CHECK(fill_common(file, options));
            result.backend.u = Data<ChardevFile>{std::move(file)};
            break;
        }
        case ChardevKind::stdio: {
            ChardevStdio stdio;
            stdio.signal = RHEA_TRY(optional_bool(options, "signal"));
            RHEA_CHECK(fill_common(stdio, options));
            result.backend.u = Data<ChardevStdio>{std::move(stdio)};
            break;
        }
        case ChardevKind::socket: {
            auto socket = RHEA_TRY(socket_backend(options));
            RHEA_CHECK(fill_common(socket, options));
            result.backend.u = Data<ChardevSocket>{std::move(socket)};
            break;
        }
        default: {
            ChardevCommon common;
            RHEA_CHECK(fill_common(common, options));
            result.backend.u = Data<ChardevCommon>{std::move(common)};
            break;
        }
    }
    return result;
}

}  // namespace rhea
