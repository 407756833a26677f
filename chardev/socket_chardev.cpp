#include "chardev/socket_chardev.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "chardev/telnet_layer.h"
#include "chardev/trace_points.h"
#include "chardev/websocket_layer.h"

namespace rhea {

namespace {

constexpr int kLastClientMs = 250;  // the patience of a start that failed
constexpr int kCrowdBacklog = 128;  // for a server of several clients; else QEMU's single one
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::seconds kLongestRetry{24 * 60 * 60};

const ChardevSocket& socket_options(const ChardevOptions& options) {
    return std::get<Data<ChardevSocket>>(options.backend.u).data;
}

std::unique_ptr<StreamPeer> make_peer(LoopTurn& turn, StreamOwner& owner, FileDescriptor fd, const ChardevSocket& options) {
    const bool is_unix = is_unix_socket(fd.get());
    // Whole replies leave at once, so waiting for more to send with them only delays the next.
    const int no_delay = options.nodelay.value_or(true);
    if (!is_unix) ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof no_delay);
    return StreamPeer::socket(turn, owner, std::move(fd), is_unix);
}

/// The name of an address or connection with the right protocol in it.
std::string with_protocol(std::string name, std::string_view protocol) {
    if (name.starts_with("tcp:")) name.replace(0, 3, protocol);
    return name;
}

}  // namespace

Result<void> check_socket_options(const ChardevSocket& options) {
    const bool server = options.server.value_or(true);
    if (server && options.reconnect)
        return fail("'reconnect' option is incompatible with socket in server listen mode");
    if (options.addr.type == SocketAddressType::fd && options.reconnect.value_or(0) != 0)
        return fail("'reconnect' option is incompatible with 'fd' address type");
    if (!server && options.wait) return fail("'wait' option is incompatible with socket in client connect mode");
    if (!server && options.websocket.value_or(false)) return fail("Websocket client is not implemented");
    if (options.tls_authz && !options.tls_creds) return fail("'tls_authz' option requires 'tls_creds' option");
    return {};
}

// --- Layers

Result<SocketLayers> SocketLayers::of(const ChardevHost& host, const ChardevSocket& options) {
    SocketLayers layers;
    layers.telnet_ = options.telnet.value_or(false);
    layers.tn3270_ = options.tn3270.value_or(false);
    layers.websocket_ = options.websocket.value_or(false);
    if (!options.tls_creds) return layers;
    if (!host.tls_credentials) return fail(fmt::format("No TLS credentials with id '{}'", *options.tls_creds));
    auto credentials = RHEA_TRY(host.tls_credentials(*options.tls_creds));
    const bool server = options.server.value_or(true);
    if (server && credentials->endpoint() != TlsEndpoint::server)
        return fail("Expected TLS credentials for a server endpoint");
    if (!server && credentials->endpoint() != TlsEndpoint::client)
        return fail("Expected TLS credentials for a client endpoint");
    if (options.addr.type != SocketAddressType::inet)
        return fail(fmt::format("'tls_creds' option is incompatible with '{}' address type", enum_name(options.addr.type)));
    layers.tls_ = std::move(credentials);
    if (const auto* inet = std::get_if<Data<InetSocketAddress>>(&options.addr.u)) layers.server_name_ = inet->data.host;
    if (options.tls_authz)
        layers.authorization_ = [&host, id = *options.tls_authz](const std::string& name) {
            return host.authorize && host.authorize(id, name);
        };
    return layers;
}

PeerLayers SocketLayers::make() const {
    PeerLayers layers;
    if (tls_) {
        auto session = tls_->session(server_name_, authorization_);
        if (!session) return layers;
        layers.push_back(std::move(session));
    }
    // As with QEMU, a WebSocket is no telnet besides.
    if (websocket_) layers.push_back(std::make_unique<WebsocketLayer>());
    else if (tn3270_) layers.push_back(std::make_unique<Tn3270Layer>());
    else if (telnet_) layers.push_back(std::make_unique<TelnetLayer>());
    return layers;
}

// --- Server

Result<std::unique_ptr<Chardev>> SocketServer::open(const ChardevContext& context, const ChardevOptions& options) {
    const ChardevSocket& socket = socket_options(options);
    auto layers = RHEA_TRY(SocketLayers::of(context.host, socket));
    auto log = RHEA_TRY(open_chardev_log(context.host, socket));
    auto sockets = RHEA_TRY(listen_sockets(socket.addr, context.named_fds, options.max_clients > 1 ? kCrowdBacklog : 1));
    std::unique_ptr<SocketServer> server(new SocketServer(context, options, std::move(log), std::move(sockets), std::move(layers)));
    if (socket.wait.value_or(false)) server->wait_for_client(context.host);
    return std::unique_ptr<Chardev>(std::move(server));
}

SocketServer::SocketServer(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log,
                           std::vector<FileDescriptor> sockets, SocketLayers layers)
    : StreamChardev(options.id, context.turn, std::move(log)),
      options_(socket_options(options)),
      layers_(std::move(layers)),
      max_clients_(options.max_clients),
      address_(with_protocol(address_name(options_.addr, sockets.front().get()), layers_.protocol()) +
               (options_.addr.type == SocketAddressType::vsock ? "" : ",server=on")) {
    FdUser& user = *this;
    for (FileDescriptor& socket : sockets) {
        trace_chardev<"qio_channel_socket_listen_complete">("Socket listen complete ioc={} fd={}", fmt::ptr(this), socket.get());
        auto watch = std::make_unique<FdWatch>(turn(), socket.get(), user);
        auto file = SocketFile::of(socket.get());
        listeners_.push_back({std::move(socket), std::move(watch), std::move(file)});
    }
    listen_if_room();
}

SocketServer::~SocketServer() { SocketServer::shut_down(); }

void SocketServer::shut_down() {
    for (Listener& listener : std::exchange(listeners_, {})) {
        listener.watch.reset();
        if (listener.file) listener.file->remove();
    }
    pause_.reset();
    StreamChardev::shut_down();
}

void SocketServer::leave_files() {
    for (Listener& listener : listeners_) {
        listener.file.reset();
        // Whoever handed the socket over is about to connect, and asks why we ended only when a connection breaks.
        pollfd client{listener.socket.get(), POLLIN, 0};
        if (options_.addr.type == SocketAddressType::fd && peers().empty()) ::poll(&client, 1, kLastClientMs);
    }
}

std::string SocketServer::filename() const {
    if (const StreamPeer* peer = ready_peer()) return with_protocol(connection_name(peer->fd(), true), layers_.protocol());
    return "disconnected:" + address_;
}

QObject SocketServer::socket_address() const {
    return listeners_.empty() ? address_value(options_.addr) : local_address_value(listeners_.front().socket.get());
}

/// Nothing else runs meanwhile: this is for the start of the program, before it catches signals.
void SocketServer::wait_for_client(const ChardevHost& host) {
    host.info("QEMU waiting for connection on: " + filename());
    std::vector<pollfd> fds;
    for (const Listener& listener : listeners_) fds.push_back({listener.socket.get(), POLLIN, 0});
    while (peers().empty()) {
        if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return;
        for (const pollfd& p : fds)
            if ((p.revents & POLLIN) && accept_from(p.fd)) break;
    }
}

void SocketServer::fd_ready(FdWatch& watch, int) {
    const auto at =
        std::find_if(listeners_.begin(), listeners_.end(), [&](const Listener& l) { return l.watch.get() == &watch; });
    accept_from(at->socket.get());
}

bool SocketServer::accept_from(int listening) {
    trace_chardev<"qio_channel_socket_accept">("Socket accept start ioc={}", fmt::ptr(this));
    FileDescriptor client(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!client) {
        trace_chardev<"qio_channel_socket_accept_fail">("Socket accept fail ioc={}", fmt::ptr(this));
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) pause();
        return false;
    }
    trace_chardev<"qio_channel_socket_accept_complete">("Socket accept complete ioc={} fd={}", fmt::ptr(this), client.get());
    take(std::move(client));
    return true;
}

void SocketServer::take(FileDescriptor client) {
    auto layers = layers_.make();
    if (layers.empty() && layers_.is_there()) return;
    adopt(make_peer(turn(), owner(), std::move(client), options_), std::move(layers));
    listen_if_room();
}

bool SocketServer::add_client(FileDescriptor& socket) {
    if (peers().size() >= max_clients_ || !prepare_socket(socket.get())) return false;
    take(std::move(socket));
    return true;
}

/// Those who wait in the backlog make the listening socket ready all the time, so it is watched only when one can come in.
void SocketServer::listen_if_room() {
    const bool room = peers().size() < max_clients_ && !pause_;
    for (const Listener& listener : listeners_) listener.watch->set(room ? UV_READABLE : 0);
}

void SocketServer::pause() {
    pause_.reset(new uv_timer_t);
    uv_timer_init(turn().loop(), pause_.get());
    pause_->data = this;
    uv_timer_start(
        pause_.get(),
        [](uv_timer_t* timer) {
            auto* self = static_cast<SocketServer*>(timer->data);
            self->pause_.reset();
            self->listen_if_room();
        },
        kAcceptPause.count(), 0);
    listen_if_room();
}

// --- Client

Result<std::unique_ptr<Chardev>> SocketClient::open(const ChardevContext& context, const ChardevOptions& options) {
    const ChardevSocket& socket = socket_options(options);
    auto layers = RHEA_TRY(SocketLayers::of(context.host, socket));
    auto log = RHEA_TRY(open_chardev_log(context.host, socket));
    std::unique_ptr<SocketClient> client(new SocketClient(context, options, std::move(log), std::move(layers)));
    if (client->connector_) client->try_to_connect();
    else client->connected(RHEA_TRY(connect_socket(client->options_.addr, context.named_fds)));
    return std::unique_ptr<Chardev>(std::move(client));
}

SocketClient::SocketClient(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log,
                           SocketLayers layers)
    : StreamChardev(options.id, context.turn, std::move(log)),
      host_(context.host),
      options_(socket_options(options)),
      layers_(std::move(layers)) {
    const std::int64_t seconds = std::min<std::int64_t>(options_.reconnect.value_or(0), kLongestRetry.count());
    if (seconds <= 0) return;
    retry_ms_ = static_cast<std::uint64_t>(seconds) * 1000;
    connector_ = std::make_unique<Connector>(turn(), options_.addr);
    retry_.reset(new uv_timer_t);
    uv_timer_init(turn().loop(), retry_.get());
    retry_->data = this;
}

SocketClient::~SocketClient() { SocketClient::shut_down(); }

void SocketClient::shut_down() {
    retry_ms_ = 0;
    retry_.reset();
    connector_.reset();
    StreamChardev::shut_down();
}

void SocketClient::try_to_connect() {
    trace_chardev<"qio_channel_socket_connect_async">("Socket connect async ioc={}", fmt::ptr(this));
    connector_->start([this](Result<FileDescriptor> socket) { connected(std::move(socket)); });
}

void SocketClient::connected(Result<FileDescriptor> socket) {
    if (socket) {
        trace_chardev<"qio_channel_socket_connect_complete">("Socket connect complete ioc={} fd={}", fmt::ptr(this), socket->get());
        trouble_told_ = false;
        return take(std::move(*socket));
    }
    trace_chardev<"qio_channel_socket_connect_fail">("Socket connect fail ioc={}", fmt::ptr(this));
    if (!std::exchange(trouble_told_, true))
        host_.error(fmt::format("Unable to connect character device {}: {}", label(), socket.error().description()));
    retry_later();
}

void SocketClient::retry_later() {
    if (retry_ms_ == 0) return;
    uv_timer_start(
        retry_.get(), [](uv_timer_t* timer) { static_cast<SocketClient*>(timer->data)->try_to_connect(); }, retry_ms_, 0);
}

bool SocketClient::add_client(FileDescriptor& socket) {
    if (!peers().empty() || !prepare_socket(socket.get())) return false;
    take(std::move(socket));
    return true;
}

void SocketClient::take(FileDescriptor socket) {
    auto layers = layers_.make();
    if (layers.empty() && layers_.is_there()) return retry_later();
    adopt(make_peer(turn(), owner(), std::move(socket), options_), std::move(layers));
}

QObject SocketClient::socket_address() const { return address_value(options_.addr); }

std::string SocketClient::filename() const {
    if (const StreamPeer* peer = ready_peer()) return with_protocol(connection_name(peer->fd(), false), layers_.protocol());
    return "disconnected:" + with_protocol(address_name(options_.addr), layers_.protocol());
}

}  // namespace rhea
