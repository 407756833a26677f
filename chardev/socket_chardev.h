#pragma once
/// Sockets: a server that takes one client at a time (or `max_clients`), and a client. Blocking only while they are made.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chardev/connector.h"
#include "chardev/socket_address.h"
#include "chardev/stream_chardev.h"
#include "chardev/tls.h"

namespace rhea {

/// Whether the options go together, with QEMU's errors.
Result<void> check_socket_options(const ChardevSocket& options);

/// How a connected socket becomes a peer: what lies between it and the front end.
class SocketLayers {
public:
    /// Finds the credentials.
    static Result<SocketLayers> of(const ChardevHost& host, const ChardevSocket& options);
    bool is_there() const { return telnet_ || tn3270_ || websocket_ || tls_; }
    /// Empty when TLS refuses.
    PeerLayers make() const;
    /// "telnet", "websocket", "tcp": how query-chardev calls an internet socket.
    std::string_view protocol() const { return telnet_ ? "telnet" : websocket_ ? "websocket" : "tcp"; }

private:
    bool telnet_ = false, tn3270_ = false, websocket_ = false;
    std::shared_ptr<TlsCredentials> tls_;
    std::string server_name_;
    TlsAuthorization authorization_;
};

class SocketServer final : public StreamChardev, private FdUser {
public:
    static Result<std::unique_ptr<Chardev>> open(const ChardevContext& context, const ChardevOptions& options);
    ~SocketServer() override;

    std::string filename() const override;
    QObject socket_address() const override;
    bool connected() const override { return ready_peer() != nullptr; }
    bool add_client(FileDescriptor& socket) override;
    bool can_yank() const override { return true; }
    void yank() override { cut(); }
    void shut_down() override;
    void leave_files() override;

private:
    void take(FileDescriptor client);
    SocketServer(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log,
                 std::vector<FileDescriptor> sockets, SocketLayers layers);
    void wait_for_client(const ChardevHost& host);
    void fd_ready(FdWatch& watch, int events) override;
    void peer_left() override { listen_if_room(); }
    void listen_if_room();
    bool accept_from(int listening);
    void pause();

    struct Listener {
        FileDescriptor socket;
        std::unique_ptr<FdWatch> watch;
        std::optional<SocketFile> file;
    };

    ChardevSocket options_;
    SocketLayers layers_;
    unsigned max_clients_;
    std::string address_;  // of the first listener
    std::vector<Listener> listeners_;
    UvHandle<uv_timer_t> pause_;  // while no file descriptors are left to accept with
};

class SocketClient final : public StreamChardev {
public:
    /// Connects, or with `reconnect` begins to: then no failure is final, and the end of a connection begins the next
    /// attempt.
    static Result<std::unique_ptr<Chardev>> open(const ChardevContext& context, const ChardevOptions& options);
    ~SocketClient() override;

    std::string filename() const override;
    QObject socket_address() const override;
    bool connected() const override { return ready_peer() != nullptr; }
    bool add_client(FileDescriptor& socket) override;
    bool can_yank() const override { return true; }
    void yank() override { cut(); }
    void shut_down() override;

private:
    void take(FileDescriptor socket);
    SocketClient(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log, SocketLayers layers);
    void peer_left() override { retry_later(); }
    void try_to_connect();
    void connected(Result<FileDescriptor> socket);
    void retry_later();

    const ChardevHost& host_;
    ChardevSocket options_;
    SocketLayers layers_;
    std::uint64_t retry_ms_ = 0;  // 0: never again
    bool trouble_told_ = false;   // once for a series of failures
    std::unique_ptr<Connector> connector_;
    UvHandle<uv_timer_t> retry_;
};

}  // namespace rhea
