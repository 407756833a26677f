#pragma once
/// One VNC server: its listening sockets, its clients, who may come in, and what they see and do. Loop thread only.
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chardev/tls.h"
#include "machine/clock.h"
#include "machine/display/screen.h"
#include "machine/vnc/connection.h"
#include "machine/vnc/keyboard.h"
#include "machine/vnc/listener.h"
#include "machine/vnc/options.h"

namespace rhea {

class EventBus;
class Machine;

class VncServer final : private VncSessionHost, private InputWatcher {
public:
    using Complain = std::function<void(std::string_view)>;
    /// Nobody listens yet. The references outlive it.
    VncServer(Machine& machine, LoopTurn& turn, VncOptions options, Keymap keymap, Complain complain);
    ~VncServer();

    /// Listens, or calls the client that is to be called. Blocks for name resolution.
    Result<void> open();
    /// From now on at these places; who is connected stays, and so do the places of WebSockets.
    Result<void> listen_at(const std::vector<SocketAddressLegacy>& addresses, const NamedFds& named_fds);
    void add_client(FileDescriptor socket, VncConnection::Kind kind);

    const std::string& id() const { return options_.id; }
    /// For sessions to come. Without them nothing is encrypted.
    void set_credentials(TlsKind kind, std::shared_ptr<TlsCredentials> credentials);
    /// Reads the credentials' files again. Error: "vnc tls is not enabled".
    Result<void> reload_credentials();
    bool has_password() const { return options_.password; }
    /// False: clients are not asked for one.
    bool set_password(std::string password);
    /// `when`: seconds since 1970. The last second in which the password is good.
    void set_expiry(std::int64_t when) { expires_ = when; }
    VncInfo info() const;
    VncInfo2 detailed_info() const;

    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

private:
    // VncSessionHost
    rfb::Security security(const VncSession& session) const override;
    rfb::SubSecurity sub_security() const override;
    void start_tls(VncSession& session, std::string_view early) override;
    std::string_view password_problem(std::string_view challenge, std::string_view answer) const override;
    const Picture& picture() override;
    std::string name() const override;
    bool enter(VncSession& session, bool shared) override;
    void initialized(VncSession& session) override;
    void wants_update(VncSession& session, bool all) override;
    void key(std::uint32_t symbol, std::optional<std::uint32_t> code, bool down) override;
    void play(std::span<const InputEvent> events) override;
    bool offers_power() const override { return options_.power_control; }
    bool power(unsigned code) override;
    bool pointer_is_absolute() const override;
    unsigned leds() const override;
    void complain(std::string_view text) override { complain_(text); }
    void ended(VncSession& session) override;
    // InputWatcher
    void input_changed() override;

    using Connections = std::vector<std::shared_ptr<VncConnection>>;
    VncConnection& connection_of(const VncSession& session) const;
    void leave(VncConnection& connection);
    void make_room();
    Screen* screen() const;
    void tick();
    void quicken();
    std::vector<VncClientInfo> client_infos() const;
    VncPrimaryAuth inner_auth() const { return options_.password ? VncPrimaryAuth::vnc : VncPrimaryAuth::none; }
    VncPrimaryAuth auth() const { return tls_ ? VncPrimaryAuth::vencrypt : inner_auth(); }
    std::optional<VncVencryptSubAuth> sub_auth() const;
    std::string auth_name() const;
    std::unique_ptr<PeerLayer> make_tls(std::function<void(const std::string&)> named) const;
    std::optional<VncServerInfo> event_server() const;

    Machine& machine_;
    LoopTurn& turn_;
    VncOptions options_;
    Complain complain_;
    VncKeyboard keyboard_;
    VncListener listener_, websockets_;
    Connections connections_;  // in the order of their coming
    TlsKind tls_kind_{};
    std::shared_ptr<TlsCredentials> tls_;  // null: none
    std::optional<std::string> password_;
    std::int64_t expires_ = kNever;
    std::optional<Picture> picture_;  // of this turn
    Timer refresh_;                   // runs while a client waits for news
    std::int64_t last_refresh_ = 0, interval_;
};

}  // namespace rhea
