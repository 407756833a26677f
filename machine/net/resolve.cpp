#include "machine/net/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <fmt/format.h>

namespace rhea::net {

namespace {

bool is_address(const std::string& host) {
    in6_addr any{};
    // One that begins with a digit is an address to QEMU, whether it is a good one or not.
    return host.empty() || (host[0] >= '0' && host[0] <= '9') || ::inet_pton(AF_INET6, host.c_str(), &any) == 1;
}

std::string host_of(const std::string& text, bool has_port) { return has_port ? text.substr(0, text.find(':')) : text; }

class Resolver {
public:
    Resolver(uv_loop_t* loop, Netdev netdev, std::function<void(Result<Netdev>)> done)
        : loop_(loop), netdev_(std::move(netdev)), done_(std::move(done)) {
        if (auto* socket = std::get_if<SocketOptions>(&netdev_.u))
            for (auto* text : {&socket->listen, &socket->connect, &socket->mcast, &socket->udp, &socket->localaddr})
                if (*text && (*text)->find(':') != std::string::npos) add(**text, true);
        if (auto* dgram = std::get_if<DgramOptions>(&netdev_.u))
            for (auto* address : {&dgram->local, &dgram->remote})
                if (auto* inet = *address ? std::get_if<InetSocketAddress>(&(*address)->u) : nullptr) add(inet->host, false);
        // A client looks the name up by itself.
        if (auto* stream = std::get_if<StreamOptions>(&netdev_.u))
            if (auto* inet = std::get_if<InetSocketAddress>(&stream->addr.u); inet && stream->server.value_or(false)) {
                server_ = inet;
                add(inet->host, false);
            }
    }
    static void next(std::unique_ptr<Resolver> self) {
        if (self->names_.empty()) {
            auto done = std::move(self->done_);
            return done(std::move(self->netdev_));
        }
        self->request_.data = self.get();
        addrinfo hints{};
        hints.ai_family = self->server_ ? AF_UNSPEC : AF_INET;
        hints.ai_socktype = SOCK_STREAM;
        const std::string host = host_of(*self->names_.back().text, self->names_.back().has_port);
        if (uv_getaddrinfo(self->loop_, &self->request_, &Resolver::found, host.c_str(), nullptr, &hints) != 0) return give_up(std::move(self));
        static_cast<void>(self.release());      // the callback takes it back
    }

    bool has_names() const { return !names_.empty(); }

private:
    struct Name {
        std::string* text;
        bool has_port;
    };

    void add(std::string& text, bool has_port) {
        if (!is_address(host_of(text, has_port))) names_.push_back({&text, has_port});
    }
    static void found(uv_getaddrinfo_t* request, int status, addrinfo* list) {
        std::unique_ptr<Resolver> self(static_cast<Resolver*>(request->data));
        if (status != 0) return give_up(std::move(self));
        char address[NI_MAXHOST] = "";
        ::getnameinfo(list->ai_addr, list->ai_addrlen, address, sizeof address, nullptr, 0, NI_NUMERICHOST);
        uv_freeaddrinfo(list);
        const Name name = self->names_.back();
        self->names_.pop_back();
        name.text->replace(0, host_of(*name.text, name.has_port).size(), address);
        next(std::move(self));
    }
    static void give_up(std::unique_ptr<Resolver> self) {
        auto done = std::move(self->done_);
        if (self->server_) {
            // Only `info network` tells of it.
            self->server_->numeric = true;
            return done(std::move(self->netdev_));
        }
        const Name name = self->names_.back();
        done(fail(fmt::format("can't resolve host address '{}'", host_of(*name.text, name.has_port))));
    }

    uv_loop_t* loop_;
    Netdev netdev_;
    std::function<void(Result<Netdev>)> done_;
    std::vector<Name> names_;
    InetSocketAddress* server_ = nullptr;
    uv_getaddrinfo_t request_{};
};

}  // namespace

bool has_names(const Netdev& netdev) { return Resolver(nullptr, netdev, {}).has_names(); }

void resolve_names(uv_loop_t* loop, Netdev netdev, std::function<void(Result<Netdev>)> done) {
    Resolver::next(std::make_unique<Resolver>(loop, std::move(netdev), std::move(done)));
}

}  // namespace rhea::net
