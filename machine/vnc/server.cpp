#include "machine/vnc/server.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "chardev/des.h"
#include "machine/machine.h"
#include "machine/objects/authz.h"
#include "machine/objects/tls_creds.h"
#include "machine/objects/user_creatable.h"
#include "machine/vnc/trace_points.h"

namespace rhea {

namespace {

// Between two looks at the screen, in ns: fast while it changes, slower the longer it does not.
constexpr std::int64_t kFastest = 30'000'000, kSlower = 50'000'000, kSlowest = 500'000'000;

constexpr std::size_t kKeySize = 8, kChallengeSize = 16;

/// A password is the key of the cipher, with the bits of its bytes the other way round.
std::array<unsigned char, kKeySize> key_of(std::string_view password) {
    std::array<unsigned char, kKeySize> key{};
    for (std::size_t i = 0; i < std::min(key.size(), password.size()); ++i)
        for (unsigned bit = 0; bit < 8; ++bit)
            if (static_cast<unsigned char>(password[i]) >> bit & 1) key[i] = static_cast<unsigned char>(key[i] | 0x80u >> bit);
    return key;
}

}  // namespace

VncServer::VncServer(Machine& machine, LoopTurn& turn, VncOptions options, Keymap keymap, Complain complain)
    : machine_(machine),
      turn_(turn),
      options_(std::move(options)),
      complain_(std::move(complain)),
      keyboard_(machine.input(), std::move(keymap),
                {.delay_ms = options_.key_delay_ms,
                 .sync_locks = options_.lock_key_sync,
                 .by_symbol = !machine.config().keyboard_layout.empty(),
                 .keep_console_keys = !options_.display}),
      listener_(turn, [this](FileDescriptor socket) { add_client(std::move(socket), {}); }),
      websockets_(turn, [this](FileDescriptor socket) { add_client(std::move(socket), {.websocket = true}); }),
      refresh_(machine.clocks(), ClockType::realtime, [this] { tick(); }),
      interval_(kFastest) {
    machine_.input().watch(*this);
}

VncServer::~VncServer() { machine_.input().unwatch(*this); }

Result<void> VncServer::open() {
    const auto init = [this](unsigned websocket, rfb::Security type, std::uint32_t kind) {
        trace_vnc<"vnc_auth_init">("VNC auth init state={} websock={} auth={} subauth={}", fmt::ptr(this), websocket, static_cast<unsigned>(type), kind);
    };
    const rfb::Security inner = options_.password ? rfb::Security::vnc : rfb::Security::none;
    init(0, tls_ ? rfb::Security::vencrypt : inner, tls_ ? static_cast<std::uint32_t>(sub_security()) : 0);
    init(1, inner, 0);
    const VncAddresses& where = options_.addresses;
    if (where.rfb && options_.reverse) {
        add_client(RHEA_TRY(connect_socket(*where.rfb, {})), {});
        return {};
    }
    if (where.rfb) RHEA_CHECK(listener_.listen(*where.rfb));
    if (where.websocket) RHEA_CHECK(websockets_.listen(*where.websocket));
    if (const auto places = listener_.places(); options_.searches && !places.empty()) {
        std::printf("VNC server running on %s:%s\n", places[0].host.c_str(), places[0].service.c_str());
        std::fflush(stdout);
    }
    return {};
}

Result<void> VncServer::listen_at(const std::vector<SocketAddressLegacy>& addresses, const NamedFds& named_fds) {
    listener_.close();
    for (const SocketAddressLegacy& address : addresses)
        if (auto listening = listener_.listen(address, named_fds); !listening) {
            listener_.close();
            return listening;
        }
    return {};
}

// --- Clients

void VncServer::add_client(FileDescriptor socket, VncConnection::Kind kind) {
    if (!prepare_socket(socket.get())) return;
    VncSessionHost& host = *this;
    std::unique_ptr<PeerLayer> tls;
    if (kind.websocket && tls_ && !(tls = make_tls({}))) return;
    connections_.push_back(std::make_shared<VncConnection>(turn_, host, std::move(socket), kind, std::move(tls)));
    if (auto server = event_server()) {
        const VncClientInfo& info = connections_.back()->info();
        machine_.platform().events.emit(VncConnectedEvent{std::move(*server), {info.host, info.service, info.family, info.websocket}});
    }
    make_room();
}

/// Of too many who have not come in yet, the first has waited long enough.
void VncServer::make_room() {
    const auto connecting = [](const auto& c) { return c->presence == VncPresence::connecting; };
    if (static_cast<std::uint64_t>(std::count_if(connections_.begin(), connections_.end(), connecting)) <= options_.most_connecting) return;
    leave(**std::find_if(connections_.begin(), connections_.end(), connecting));
}

VncConnection& VncServer::connection_of(const VncSession& session) const {
    return **std::find_if(connections_.begin(), connections_.end(), [&](const auto& c) { return &c->session() == &session; });
}

void VncServer::leave(VncConnection& connection) {
    connection.presence = VncPresence::leaving;
    connection.session().close();
}

bool VncServer::enter(VncSession& session, bool shared) {
    VncConnection& who = connection_of(session);
    const auto is_alone = [](const auto& c) { return c->presence == VncPresence::exclusive; };
    if (options_.share == VncShare::force_shared && !shared) return false;
    if (options_.share == VncShare::allow_exclusive) {
        if (shared && std::any_of(connections_.begin(), connections_.end(), is_alone)) return false;
        if (!shared)
            for (const auto& other : Connections(connections_))
                if (other->presence == VncPresence::shared || other->presence == VncPresence::exclusive) leave(*other);
    }
    who.presence = shared ? VncPresence::shared : VncPresence::exclusive;
    return true;
}

void VncServer::initialized(VncSession& session) {
    picture_.reset();  // the next client may come much later
    if (auto server = event_server()) machine_.platform().events.emit(VncInitializedEvent{std::move(*server), connection_of(session).info()});
}

void VncServer::ended(VncSession& session) {
    const auto at = std::find_if(connections_.begin(), connections_.end(), [&](const auto& c) { return &c->session() == &session; });
    if (auto server = event_server()) machine_.platform().events.emit(VncDisconnectedEvent{std::move(*server), (*at)->info()});
    turn_.bury(*at);
    connections_.erase(at);
    keyboard_.release();
}

// --- Security

rfb::Security VncServer::security(const VncSession& session) const {
    const auto at = std::find_if(connections_.begin(), connections_.end(), [&](const auto& c) { return &c->session() == &session; });
    if (at != connections_.end() && (*at)->skips_security()) return rfb::Security::none;
    // The TLS of a WebSocket lies below it.
    if (tls_ && !(at != connections_.end() && (*at)->is_websocket())) return rfb::Security::vencrypt;
    return options_.password ? rfb::Security::vnc : rfb::Security::none;
}

void VncServer::set_credentials(TlsKind kind, std::shared_ptr<TlsCredentials> credentials) {
    tls_kind_ = kind;
    tls_ = std::move(credentials);
}

rfb::SubSecurity VncServer::sub_security() const {
    if (tls_kind_ == TlsKind::x509) return options_.password ? rfb::SubSecurity::x509_vnc : rfb::SubSecurity::x509_none;
    return options_.password ? rfb::SubSecurity::tls_vnc : rfb::SubSecurity::tls_none;
}

std::unique_ptr<PeerLayer> VncServer::make_tls(std::function<void(const std::string&)> named) const {
    return tls_->session("", [this, named = std::move(named)](const std::string& name) {
        if (named) named(name);
        if (!options_.tls_authz) return true;
        const auto* authz = find_object<Authz>(machine_.devices(), *options_.tls_authz);
        return authz && authz->allows(name);
    });
}

void VncServer::start_tls(VncSession& session, std::string_view early) {
    VncConnection& connection = connection_of(session);
    auto tls = make_tls([&connection](const std::string& name) { connection.set_name(name); });
    if (!tls) return session.close();
    connection.start_tls(std::move(tls), early);
}

Result<void> VncServer::reload_credentials() {
    if (!tls_) return fail("vnc tls is not enabled");
    TlsCreds* own = RHEA_TRY(find_tls_object(machine_.devices(), *options_.tls_creds));
    RHEA_CHECK(own->reload());
    tls_ = own->credentials();
    return {};
}

std::optional<VncVencryptSubAuth> VncServer::sub_auth() const {
    if (!tls_) return std::nullopt;
    switch (sub_security()) {
        case rfb::SubSecurity::tls_none: return VncVencryptSubAuth::tls_none;
        case rfb::SubSecurity::tls_vnc: return VncVencryptSubAuth::tls_vnc;
        case rfb::SubSecurity::x509_none: return VncVencryptSubAuth::x509_none;
        case rfb::SubSecurity::x509_vnc: return VncVencryptSubAuth::x509_vnc;
    }
    return std::nullopt;
}

/// "vnc", "vencrypt+x509+none"
std::string VncServer::auth_name() const {
    std::string name(enum_name(auth()));
    if (const auto sub = sub_auth()) name.append("+").append(enum_name(*sub));
    std::replace(name.begin(), name.end(), '-', '+');
    return name;
}

bool VncServer::set_password(std::string password) {
    if (!options_.password) return false;
    password_ = std::move(password);
    return true;
}

std::string_view VncServer::password_problem(std::string_view challenge, std::string_view answer) const {
    const std::int64_t now = machine_.clocks().now(ClockType::host) / 1'000'000'000;
    const DesCipher cipher = des_cipher();
    if (!password_) return "password is not set";
    if (expires_ < now) return "password is expired";
    if (!cipher) return "cannot create cipher";
    const auto key = key_of(*password_);
    unsigned char expected[kChallengeSize];
    const auto* plain = reinterpret_cast<const unsigned char*>(challenge.data());
    for (std::size_t at = 0; at < kChallengeSize; at += kKeySize)
        if (!cipher(key.data(), plain + at, expected + at)) return "cannot encrypt challenge response";
    unsigned char difference = 0;  // looked for in the same time wherever it is
    for (std::size_t i = 0; i < kChallengeSize; ++i) difference = static_cast<unsigned char>(difference | (expected[i] ^ static_cast<unsigned char>(answer[i])));
    return difference == 0 ? "" : "mis-matched challenge response";
}

// --- The screen

Screen* VncServer::screen() const {
    if (!options_.display) return first_screen(machine_.devices());
    auto found = find_screen(machine_.devices(), *options_.display, options_.head);
    return found ? *found : nullptr;
}

const Picture& VncServer::picture() {
    if (picture_) return *picture_;
    Screen* from = screen();
    picture_ = from ? from->picture() : placeholder_picture(Placeholder::no_adapter);
    if (picture_->width > VncSession::kMostWidth || picture_->height > VncSession::kMostHeight)
        picture_ = rfb::fitted(*picture_, std::min(picture_->width, VncSession::kMostWidth), std::min(picture_->height, VncSession::kMostHeight));
    return *picture_;
}

void VncServer::wants_update(VncSession&, bool all) {
    if (all) interval_ = kFastest;
    const std::int64_t due = last_refresh_ + interval_;
    if (!refresh_.pending() || refresh_.deadline() > due) refresh_.set(due);
}

void VncServer::tick() {
    bool changed = false, waiting = false;
    picture_.reset();
    for (const auto& connection : connections_) {
        if (!connection->session().waits_for_update()) continue;
        const bool sent = connection->session().refresh(picture());
        changed = changed || sent;
        waiting = waiting || !sent;
    }
    picture_.reset();
    last_refresh_ = machine_.clocks().now(ClockType::realtime);
    interval_ = changed ? kFastest : std::min(interval_ + kSlower, kSlowest);
    if (waiting) refresh_.set(last_refresh_ + interval_);
}

/// Somebody does something: the screen will soon show it.
void VncServer::quicken() {
    interval_ = kFastest;
    if (refresh_.pending()) refresh_.set(std::min(refresh_.deadline(), last_refresh_ + interval_));
}

std::string VncServer::name() const {
    const std::string& guest = machine_.config().guest_name;
    return guest.empty() ? "QEMU" : fmt::format("QEMU ({})", guest);
}

// --- Input

void VncServer::key(std::uint32_t symbol, std::optional<std::uint32_t> code, bool down) {
    if (!screen()) return;  // without an adapter there is no keyboard to it
    keyboard_.key(symbol, code, down);
    quicken();
}

void VncServer::play(std::span<const InputEvent> events) {
    machine_.input().play(events);
    quicken();
}

bool VncServer::pointer_is_absolute() const { return machine_.input().pointer_is_absolute(); }
unsigned VncServer::leds() const { return machine_.input().leds(); }

void VncServer::input_changed() {
    keyboard_.set_leds(machine_.input().leds());
    for (const auto& connection : connections_) connection->session().input_changed();
}

bool VncServer::power(unsigned code) {
    enum : unsigned { kShutdown = 2, kReset = 4 };
    if (code == kShutdown) return machine_.life().powerdown(), true;
    if (code == kReset) return machine_.life().request_reset(ShutdownCause::host_qmp_system_reset), true;
    return false;
}

// --- What queries tell

/// The last that came is the first.
std::vector<VncClientInfo> VncServer::client_infos() const {
    std::vector<VncClientInfo> infos;
    for (auto connection = connections_.rbegin(); connection != connections_.rend(); ++connection) infos.push_back((*connection)->info());
    return infos;
}

std::optional<VncServerInfo> VncServer::event_server() const {
    auto places = listener_.places();
    if (places.empty()) return std::nullopt;
    VncServerInfo info;
    info.host = std::move(places[0].host);
    info.service = std::move(places[0].service);
    info.family = places[0].family;
    info.auth = auth_name();
    return info;
}

VncInfo VncServer::info() const {
    VncInfo info;
    const auto server = event_server();
    if (!server) return info;
    info.enabled = true;
    info.host = server->host;
    info.service = server->service;
    info.family = server->family;
    info.auth = server->auth;
    info.clients = client_infos();
    return info;
}

VncInfo2 VncServer::detailed_info() const {
    VncInfo2 info;
    info.id = options_.id;
    info.auth = auth();
    info.vencrypt = sub_auth();
    info.clients = client_infos();
    info.display = options_.display;
    // As QEMU lists them: the last first.
    for (const VncListener* listener : {&websockets_, &listener_}) {
        auto places = listener->places();
        for (auto place = places.rbegin(); place != places.rend(); ++place) {
            VncServerInfo2 server;
            server.host = std::move(place->host);
            server.service = std::move(place->service);
            server.family = place->family;
            server.websocket = listener == &websockets_;
            server.auth = server.websocket ? inner_auth() : info.auth;
            if (!server.websocket) server.vencrypt = info.vencrypt;
            info.server.push_back(std::move(server));
        }
    }
    return info;
}

}  // namespace rhea
