/// The module: libslirp behind the interface of user_stack.h.
#include <slirp/libslirp.h>

#include <cstdlib>
#include <list>

#include "machine/net/user_stack.h"

namespace rhea::net {

namespace {

static_assert(poll_event::in == SLIRP_POLL_IN && poll_event::out == SLIRP_POLL_OUT && poll_event::priority == SLIRP_POLL_PRI &&
              poll_event::error == SLIRP_POLL_ERR && poll_event::hang_up == SLIRP_POLL_HUP);

class SlirpStack final : public UserStack {
public:
    SlirpStack(const UserStackConfig& config, UserStackHost& host);
    ~SlirpStack() override { slirp_cleanup(slirp_); }

    void frame_in(Frame frame) override { slirp_input(slirp_, frame.data(), static_cast<int>(frame.size())); }
    void fill(std::uint32_t& timeout_ms, const std::function<int(int, int)>& add) override {
        const auto call = [](int fd, int events, void* opaque) { return (*static_cast<const std::function<int(int, int)>*>(opaque))(fd, events); };
        slirp_pollfds_fill(slirp_, &timeout_ms, call, const_cast<std::function<int(int, int)>*>(&add));
    }
    void poll(const std::function<int(int)>& events) override {
        const auto call = [](int number, void* opaque) { return (*static_cast<const std::function<int(int)>*>(opaque))(number); };
        slirp_pollfds_poll(slirp_, 0, call, const_cast<std::function<int(int)>*>(&events));
    }

    bool add_forward(bool udp, in_addr host, int host_port, in_addr guest, int guest_port) override {
        return slirp_add_hostfwd(slirp_, udp, host, host_port, guest, guest_port) == 0;
    }
    bool remove_forward(bool udp, in_addr host, int host_port) override { return slirp_remove_hostfwd(slirp_, udp, host, host_port) == 0; }
    bool add_program(const std::string& command, in_addr& server, int port) override {
        return slirp_add_exec(slirp_, command.c_str(), &server, port) == 0;
    }
    bool add_guest_forward(std::function<void(std::span<const std::uint8_t>)> written, in_addr& server, int port) override {
        Written& kept = written_.emplace_back(std::move(written));
        const auto call = [](const void* bytes, std::size_t size, void* opaque) {
            (*static_cast<Written*>(opaque))({static_cast<const std::uint8_t*>(bytes), size});
            return static_cast<ssize_t>(size);
        };
        if (slirp_add_guestfwd(slirp_, call, &kept, &server, port) == 0) return true;
        written_.pop_back();
        return false;
    }
    std::size_t room(in_addr server, int port) override { return slirp_socket_can_recv(slirp_, server, port); }
    void write(in_addr server, int port, std::span<const std::uint8_t> bytes) override {
        slirp_socket_recv(slirp_, server, port, bytes.data(), static_cast<int>(bytes.size()));
    }
    std::string connections() override {
        char* text = slirp_connection_info(slirp_);
        std::string copy(text);
        std::free(text);      // which is what GLib's does
        return copy;
    }

    bool good() const { return slirp_ != nullptr; }

private:
    using Written = std::function<void(std::span<const std::uint8_t>)>;

    static SlirpStack& self(void* opaque) { return *static_cast<SlirpStack*>(opaque); }
    static const SlirpCb kCallbacks;

    UserStackHost& host_;
    std::list<Written> written_;        // at their addresses
    Slirp* slirp_ = nullptr;
};

const SlirpCb SlirpStack::kCallbacks = [] {
    SlirpCb calls{};
    calls.send_packet = [](const void* bytes, std::size_t size, void* opaque) {
        self(opaque).host_.frame_out({static_cast<const std::uint8_t*>(bytes), size});
        return static_cast<ssize_t>(size);
    };
    calls.guest_error = [](const char*, void*) {};
    calls.clock_get_ns = [](void* opaque) { return std::int64_t{self(opaque).host_.now_ns()}; };
    calls.timer_new = [](SlirpTimerCb call, void* with, void* opaque) -> void* {
        return self(opaque).host_.timer([call, with] { call(with); }).release();
    };
    calls.timer_free = [](void* timer, void*) { delete static_cast<UserStackTimer*>(timer); };
    calls.timer_mod = [](void* timer, std::int64_t at_ms, void*) { static_cast<UserStackTimer*>(timer)->set(at_ms); };
    calls.register_poll_fd = [](int, void*) {};
    calls.unregister_poll_fd = [](int fd, void* opaque) { self(opaque).host_.forget_fd(fd); };
    calls.notify = [](void* opaque) { self(opaque).host_.wake(); };
    return calls;
}();

const char* text_or_null(const std::optional<std::string>& text) { return text ? text->c_str() : nullptr; }

SlirpStack::SlirpStack(const UserStackConfig& config, UserStackHost& host) : host_(host) {
    std::vector<const char*> search;
    for (const std::string& domain : config.dnssearch) search.push_back(domain.c_str());
    search.push_back(nullptr);
    SlirpConfig c{};
    c.version = 1;
    c.restricted = config.restricted;
    c.in_enabled = config.ipv4;
    c.vnetwork = config.network;
    c.vnetmask = config.netmask;
    c.vhost = config.host;
    c.in6_enabled = config.ipv6;
    c.vprefix_addr6 = config.prefix6;
    c.vprefix_len = config.prefix6_length;
    c.vhost6 = config.host6;
    c.vhostname = text_or_null(config.hostname);
    c.tftp_server_name = text_or_null(config.tftp_server_name);
    c.tftp_path = text_or_null(config.tftp);
    c.bootfile = text_or_null(config.bootfile);
    c.vdhcp_start = config.dhcp_start;
    c.vnameserver = config.dns;
    c.vnameserver6 = config.dns6;
    c.vdnssearch = config.dnssearch.empty() ? nullptr : search.data();
    c.vdomainname = text_or_null(config.domainname);
    slirp_ = slirp_new(&c, &kCallbacks, this);
}

}  // namespace

}  // namespace rhea::net

extern "C" __attribute__((visibility("default"))) void rhea_slirp_make(const rhea::net::UserStackConfig& config, rhea::net::UserStackHost& host,
                                                                       std::unique_ptr<rhea::net::UserStack>& result) {
    auto stack = std::make_unique<rhea::net::SlirpStack>(config, host);
    if (stack->good()) result = std::move(stack);
}
