#include "chardev/socket_chardev.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace rhea {

namespace {

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

const StreamPeer* live_peer(const std::vector<std::unique_ptr<StreamPeer>>& peers) {
    const auto at = std::find_if(peers.begin(), peers.end(), [](const auto& p) { return !p->ended(); });
    return at == peers.end() ? nullptr : at->get();
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
    if (options.tls_creds) return fail(fmt::format("No TLS credentials with id '{}'", *options.tls_creds));
    if (options.telnet.value_or(false)) return fail("'telnet' is not a valid char driver name");
    if (options.tn3270.value_or(false)) return fail("'tn3270' is not a valid char driver name");
    if (options.websocket.value_or(false)) return fail("'websocket' is not a valid char driver name");
    return {};
}

// --- Server

Result<std::unique_ptr<Chardev>> SocketServer::open(const ChardevContext& context, const ChardevOptions& options) {
    const ChardevSocket& socket = socket_options(options);
    auto log = RHEA_TRY(open_chardev_log(context.host, socket));
    auto sockets = RHEA_TRY(listen_sockets(socket.addr, context.named_fds, options.max_clients > 1 ? kCrowdBacklog : 1));
    std::unique_ptr<SocketServer> server(new SocketServer(context, options, std::move(log), std::move(sockets)));
    if (socket.wait.value_or(false)) server->wait_for_client(context.host);
    return std::unique_ptr<Chardev>(std::move(server));
}

SocketServer::SocketServer(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log,
                           std::vector<FileDescriptor> sockets)
    : StreamChardev(options.id, context.turn, std::move(log)),
      options_(socket_options(options)),
      max_clients_(options.max_clients),
      address_(address_name(options_.addr, sockets.front().get()) + ",server=on") {
    FdUser& user = *this;
    for (FileDescriptor& socket : sockets) {
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

std::string SocketServer::filename() const {
    const StreamPeer* peer = live_peer(peers());
    return peer ? connection_name(peer->fd(), true) : "disconnected:" + address_;
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
    FileDescriptor client(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!client) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) pause();
        return false;
    }
    adopt(make_peer(turn(), owner(), std::move(client), options_));
    listen_if_room();
    return true;
}

bool SocketServer::add_client(FileDescriptor& socket) {
    if (peers().size() >= max_clients_ || !prepare_socket(socket.get())) return false;
    adopt(make_peer(turn(), owner(), std::move(socket), options_));
    listen_if_room();
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
    auto log = RHEA_TRY(open_chardev_log(context.host, socket_options(options)));
    std::unique_ptr<SocketClient> client(new SocketClient(context, options, std::move(log)));
    if (client->connector_) client->try_to_connect();
    else client->connected(RHEA_TRY(connect_socket(client->options_.addr, context.named_fds)));
    return std::unique_ptr<Chardev>(std::move(client));
}

SocketClient::SocketClient(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log)
    : StreamChardev(options.id, context.turn, std::move(log)), host_(context.host), options_(socket_options(options)) {
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
    connector_->start([this](Result<FileDescriptor> socket) { connected(std::move(socket)); });
}

void SocketClient::connected(Result<FileDescriptor> socket) {
    if (socket) {
        trouble_told_ = false;
        return adopt(make_peer(turn(), owner(), std::move(*socket), options_));
    }
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
    adopt(make_peer(turn(), owner(), std::move(socket), options_));
    return true;
}

std::string SocketClient::filename() const {
    const StreamPeer* peer = live_peer(peers());
    return peer ? connection_name(peer->fd(), false) : "disconnected:" + address_name(options_.addr);
}

}  // namespace rhea
