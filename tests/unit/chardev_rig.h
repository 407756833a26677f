#pragma once
/// A loop with chardevs, front ends that remember what happened, and clients on the other side of real sockets.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "chardev/memory_chardev.h"
#include "chardev/options.h"
#include "chardev/registry.h"
#include "chardev/tls.h"

namespace rhea::test {

/// Answers every line "x" with "<x>", and greets.
class Echo final : public PeerUser {
public:
    explicit Echo(Peer& peer, std::string greeting) : peer(&peer) {
        peer.output() += greeting;
        peer.schedule();
    }
    void received(std::string_view bytes) override {
        input += bytes;
        largest = std::max(largest, bytes.size());
        for (std::size_t end; (end = input.find('\n', done)) != std::string::npos; done = end + 1) {
            const std::string line = input.substr(done, end - done);
            lines.push_back(line);
            if (on_line) on_line(line);
            else peer->output() += "<" + line + ">";
        }
        peer->schedule();
    }
    bool input_ended() override {
        ended = true;
        return answers_to_come;
    }
    void disconnected() override {
        peer = nullptr;
        ++disconnects;
    }
    void drained() override { ++drains; }
    bool reads_last() const override { return last; }

    Peer* peer;
    std::string input;
    std::size_t done = 0, largest = 0;
    std::vector<std::string> lines;
    std::function<void(const std::string&)> on_line;
    bool answers_to_come = false, ended = false, last = false;
    int disconnects = 0, drains = 0;
};

class EchoServer final : public CharFrontend {
public:
    PeerUser* connected(Peer& peer) override {
        if (refuse) return nullptr;
        users.push_back(std::make_unique<Echo>(peer, greeting));
        users.back()->last = last;
        return users.back().get();
    }
    std::string greeting = "hello|";
    bool refuse = false, last = false;
    std::vector<std::unique_ptr<Echo>> users;
};

class Client {
public:
    explicit Client(int fd) : fd_(fd) {}
    Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Client& operator=(Client&& other) noexcept {
        std::swap(fd_, other.fd_);
        received.clear();
        at_end = false;
        return *this;
    }
    ~Client() { close(); }

    static Client unix_socket(const std::string& path, bool abstract = false) {
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path + abstract, path.data(), path.size());
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
        const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&address), length) == 0;
        if (!connected) ::close(fd);
        return Client(connected ? fd : -1);
    }
    static Client tcp(int port) {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<in_port_t>(port));
        const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        if (!connected) ::close(fd);
        else ::fcntl(fd, F_SETFL, O_NONBLOCK);
        return Client(connected ? fd : -1);
    }

    int fd() const { return fd_; }
    bool connected() const { return fd_ >= 0; }
    std::size_t send(std::string_view bytes) {
        const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        return n < 0 ? 0 : static_cast<std::size_t>(n);
    }
    void send_with_fds(std::string_view bytes, const std::vector<int>& fds) {
        std::vector<char> control(CMSG_SPACE(fds.size() * sizeof(int)));
        iovec vector{const_cast<char*>(bytes.data()), bytes.size()};
        msghdr message{};
        message.msg_iov = &vector;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
        std::memcpy(CMSG_DATA(header), fds.data(), fds.size() * sizeof(int));
        REQUIRE(::sendmsg(fd_, &message, 0) == static_cast<ssize_t>(bytes.size()));
    }
    void half_close() { ::shutdown(fd_, SHUT_WR); }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    /// Reads what is there. False: at the end.
    bool read() {
        char buffer[65536];
        while (true) {
            const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
            if (n > 0) {
                received.append(buffer, static_cast<std::size_t>(n));
                continue;
            }
            if (n == 0 || (errno != EAGAIN && errno != EINTR)) at_end = true;
            return !at_end;
        }
    }

    std::string received;
    bool at_end = false;

private:
    int fd_;
};

class Rig {
public:
    Rig() {
        REQUIRE(::mkdtemp(directory.data()));
        REQUIRE(uv_loop_init(&loop) == 0);
        ChardevHost host{&loop};
        host.info = [this](std::string_view message) {
            messages.emplace_back(message);
            if (on_info) on_info();
        };
        host.error = host.info;
        host.quit = [this] { ++quits; };
        host.tls_credentials = [this](const std::string& id) -> Result<std::shared_ptr<TlsCredentials>> {
            const auto at = tls.find(id);
            if (at == tls.end()) return fail("No TLS credentials with id '" + id + "'");
            return at->second;
        };
        host.authorize = [this](const std::string& id, const std::string& name) { return authorized == id + ":" + name; };
        chardevs = std::make_unique<Chardevs>(std::move(host));
    }
    ~Rig() {
        chardevs.reset();
        uv_run(&loop, UV_RUN_DEFAULT);
        CHECK(uv_loop_close(&loop) == 0);  // every handle was closed
        for (const char* name : {"s", "file", "log", "in"}) ::unlink(path(name).c_str());
        CHECK(::rmdir(directory.c_str()) == 0);
    }
    std::string path(const std::string& name) const { return directory + "/" + name; }

    /// Makes one out of `-chardev` text in which "@" stands for the directory.
    Result<Chardev*> create(std::string text) {
        for (std::size_t at; (at = text.find('@')) != std::string::npos;) text.replace(at, 1, directory);
        auto options = RHEA_TRY(parse_chardev(text));
        RHEA_CHECK(options.check(chardev_option_specs()));
        return chardevs->create(RHEA_TRY(chardev_options(options)));
    }
    Chardev& make(const std::string& text) {
        auto made = create(text);
        INFO((made ? std::string() : made.error().description()));
        REQUIRE(made);
        return **made;
    }
    std::string error_of(const std::string& text) {
        auto made = create(text);
        return made ? "no error" : made.error().description();
    }

    /// Turns the loop until `done`, and fails the test after a while.
    template <class F>
    void until(F done) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!done()) {
            if (std::chrono::steady_clock::now() > deadline) FAIL("nothing happened");
            turn();
        }
    }
    void turn() { uv_run(&loop, UV_RUN_NOWAIT); }
    void settle() {
        for (int i = 0; i < 20; ++i) turn();
    }
    void until_received(Client& client, std::string_view text) {
        until([&] {
            client.read();
            return client.received.find(text) != std::string::npos;
        });
    }
    void until_end(Client& client) {
        until([&] { return !client.read(); });
    }

    std::string directory = "/tmp/rhea-test-XXXXXX";
    uv_loop_t loop;
    int quits = 0;
    std::map<std::string, std::shared_ptr<TlsCredentials>> tls;
    std::string authorized;
    std::vector<std::string> messages;
    std::function<void()> on_info;
    std::unique_ptr<Chardevs> chardevs;
};

/// The port in "disconnected:tcp:127.0.0.1:4444,server=on".
inline int port_in(const std::string& filename) {
    const auto comma = filename.find(',');
    return std::stoi(filename.substr(filename.rfind(':', comma) + 1));
}

}  // namespace rhea::test
