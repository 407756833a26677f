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

constexpr std::string_view kBackends[] = {"stdio",    "ringbuf", "mux",    "pipe", "qemu-vdagent", "null",     "msmouse", "socket", "vc",
                                          "parallel", "udp",     "memory", "file", "serial",       "wctablet", "pty",     "testdev"};
/// Those that QEMU has in modules, which it lists when one has been asked for.
constexpr std::string_view kInModules[] = {"braille", "spicevmc", "spiceport", "dbus"};

constexpr std::pair<std::string_view, std::string_view> kAliases[] = {{"tty", "serial"}, {"parport", "parallel"}};

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

Result<ChardevUdp> udp_backend(const Options& options) {
    if (options.get("port").empty()) return fail("chardev: udp: remote port not specified");
    const auto inet = [](std::string host, std::string port) {
        InetSocketAddress address;
        address.host = std::move(host);
        address.port = std::move(port);
        return address;
    };
    ChardevUdp udp;
    auto remote = inet(options.get("host").empty() ? "localhost" : options.get("host"), options.get("port"));
    remote.ipv4 = RHEA_TRY(optional_bool(options, "ipv4"));
    remote.ipv6 = RHEA_TRY(optional_bool(options, "ipv6"));
    udp.remote.type = SocketAddressType::inet;
    udp.remote.u = Data<InetSocketAddress>{std::move(remote)};
    if (!options.has("localaddr") && !options.has("localport")) return udp;
    udp.local.emplace().type = SocketAddressType::inet;
    udp.local->u = Data<InetSocketAddress>{inet(options.get("localaddr"), options.get("localport", "0"))};
    return udp;
}

Result<ChardevFile> file_backend(const Options& options) {
    if (!options.has("path")) return fail("chardev: file: no filename given");
    ChardevFile file;
    file.out = options.get("path");
    file.append = RHEA_TRY(optional_bool(options, "append"));
    return file;
}

/// `what` as QEMU calls the backend in its error.
Result<ChardevHostdev> device_backend(const Options& options, std::string_view what) {
    if (!options.has("path")) return fail(fmt::format("chardev: {}: no device path given", what));
    ChardevHostdev device;
    device.device = options.get("path");
    return device;
}

Result<ChardevMux> mux_backend(const Options& options) {
    if (!options.has("chardev")) return fail("chardev: mux: no chardev given");
    ChardevMux mux;
    mux.chardev = options.get("chardev");
    return mux;
}

Result<ChardevStdio> stdio_backend(const Options& options) {
    ChardevStdio stdio;
    stdio.signal = RHEA_TRY(optional_bool(options, "signal"));
    return stdio;
}

Result<ChardevRingbuf> ringbuf_backend(const Options& options) {
    ChardevRingbuf ringbuf;
    if (options.has("size")) ringbuf.size = static_cast<std::int64_t>(RHEA_TRY(options.get_size("size", 0)));
    return ringbuf;
}

Result<ChardevVc> vc_backend(const Options& options) {
    ChardevVc vc;
    const auto number = [&](std::string_view key, std::optional<std::int64_t>& out) -> Result<void> {
        const auto value = RHEA_TRY(options.get_number(key, 0));
        if (value != 0) out = static_cast<std::int64_t>(value);
        return {};
    };
    RHEA_CHECK(number("width", vc.width));
    RHEA_CHECK(number("height", vc.height));
    RHEA_CHECK(number("cols", vc.cols));
    RHEA_CHECK(number("rows", vc.rows));
    return vc;
}

Result<ChardevVdagent> vdagent_backend(const Options& options) {
    ChardevVdagent agent;
    agent.mouse = RHEA_TRY(optional_bool(options, "mouse"));
    agent.clipboard = RHEA_TRY(optional_bool(options, "clipboard"));
    return agent;
}

/// Of those that need a name for the other side.
template <class T, std::string T::*Name>
Result<T> named_backend(const Options& options, std::string_view what) {
    if (!options.has("name")) return fail(fmt::format("chardev: {}: no name given", what));
    T backend;
    backend.*Name = options.get("name");
    return backend;
}

Result<ChardevCommon> plain_backend() { return ChardevCommon(); }

/// Puts a backend's own members in place, with those that all have.
template <class T>
Result<void> put(ChardevBackend& backend, Result<T> data, const Options& options) {
    if (!data) return fail(std::move(data).error());
    data->logfile = optional_string(options, "logfile");
    data->logappend = RHEA_TRY(optional_bool(options, "logappend"));
    backend.u = Data<T>{std::move(*data)};
    return {};
}

Result<void> fill_backend(ChardevBackend& backend, const Options& options) {
    switch (backend.type) {
        case ChardevKind::file: return put(backend, file_backend(options), options);
        case ChardevKind::serial: return put(backend, device_backend(options, "serial/tty"), options);
        case ChardevKind::parallel: return put(backend, device_backend(options, "parallel"), options);
        case ChardevKind::pipe: return put(backend, device_backend(options, "pipe"), options);
        case ChardevKind::socket: return put(backend, socket_backend(options), options);
        case ChardevKind::udp: return put(backend, udp_backend(options), options);
        case ChardevKind::mux: return put(backend, mux_backend(options), options);
        case ChardevKind::stdio: return put(backend, stdio_backend(options), options);
        case ChardevKind::vc: return put(backend, vc_backend(options), options);
        case ChardevKind::ringbuf:
        case ChardevKind::memory: return put(backend, ringbuf_backend(options), options);
        case ChardevKind::vdagent: return put(backend, vdagent_backend(options), options);
        case ChardevKind::spicevmc: return put(backend, named_backend<ChardevSpiceChannel, &ChardevSpiceChannel::type>(options, "spice channel"), options);
        case ChardevKind::spiceport: return put(backend, named_backend<ChardevSpicePort, &ChardevSpicePort::fqdn>(options, "spice port"), options);
        case ChardevKind::dbus: return put(backend, named_backend<ChardevDbus, &ChardevDbus::name>(options, "dbus"), options);
        default: return put(backend, plain_backend(), options);
    }
}

}  // namespace

const ChardevCommon& common_options(const ChardevBackend& backend) {
    static const ChardevCommon kNone;
    return std::visit(
        [](const auto& branch) -> const ChardevCommon& {
            if constexpr (std::is_same_v<std::decay_t<decltype(branch)>, std::monostate>) return kNone;
            else return branch.data;
        },
        backend.u);
}

std::span<const std::string_view> chardev_backends() { return kBackends; }
std::span<const OptionSpec> chardev_option_specs() { return kSpecs; }

Result<Options> parse_chardev(std::string_view text) { return Options::parse(text, "backend"); }

std::optional<std::string> chardev_warning(const Options& options) {
    const std::string name = options.get("backend");
    for (const auto& [alias, meant] : kAliases)
        if (name == alias) return fmt::format("The alias '{}' is deprecated, use '{}' instead", alias, meant);
    return std::nullopt;
}

Result<ChardevOptions> chardev_options(const Options& options) {
    if (!options.id()) return fail("chardev: no id specified");
    if (!options.has("backend")) return fail(fmt::format("chardev: \"{}\" missing backend", *options.id()));
    ChardevOptions result;
    std::string name = options.get("backend");
    for (const auto& [alias, meant] : kAliases)
        if (name == alias) name = meant;
    const auto knows = [&](const auto& names) { return std::find(std::begin(names), std::end(names), name) != std::end(names); };
    if (!knows(kBackends) && !knows(kInModules))
        return fail(fmt::format("'{}' is not a valid char driver name", name));
    result.id = *options.id();
    result.backend.type = *enum_from_name<ChardevKind>(name);
    result.mux = RHEA_TRY(options.get_bool("mux", false));
    const auto max_clients = RHEA_TRY(options.get_number("max-clients", 1));
    if (max_clients < 1 || max_clients > kMaxClients)
        return fail(
            Error::invalid_parameter_value("max-clients", fmt::format("a value in range from 1 to {}", kMaxClients)));
    result.max_clients = static_cast<unsigned>(max_clients);
    RHEA_CHECK(fill_backend(result.backend, options));
    return result;
}

}  // namespace rhea
