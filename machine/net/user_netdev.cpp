#include "machine/net/user_netdev.h"

#include <arpa/inet.h>

#include <fmt/format.h>

#include "machine/char_port.h"
#include "machine/net/backends.h"

namespace rhea::net {

namespace {

/// What a guest has sent that its character device's reader has not taken; a connection with more than that loses bytes.
constexpr std::size_t kMaxBacklog = 1 << 20;

constexpr std::string_view kProgram = "cmd:";

class VirtualTimer final : public UserStackTimer {
public:
    VirtualTimer(Clocks& clocks, std::function<void()> fire) : timer_(clocks, ClockType::virtual_time, std::move(fire)) {}
    void set(std::int64_t at_ms) override { timer_.set(at_ms * 1'000'000); }

private:
    Timer timer_;
};

}  // namespace

class UserNetdev::Connection final : private CharPortUser {
public:
    Connection(Chardevs& chardevs, Chardev& chardev) : chardevs_(chardevs), label_(chardev.label()) {
        CharPortUser& user = *this;
        port_ = std::make_unique<CharPort>(&chardev, user);
    }
    ~Connection() override {
        port_.reset();
        static_cast<void>(chardevs_.remove(label_));
    }

    void open(UserStack& stack, in_addr server, int number) {
        stack_ = &stack;
        server_ = server;
        number_ = number;
    }
    void written(std::span<const std::uint8_t> bytes) {
        if (waiting_.size() + bytes.size() > kMaxBacklog) return;
        waiting_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        can_write();
    }
    /// The guest may have room again.
    void accept_input() { port_->accept_input(); }

private:
    std::size_t can_receive() override { return stack_ ? stack_->room(server_, number_) : 0; }
    void receive(std::span<const std::uint8_t> bytes) override { stack_->write(server_, number_, bytes); }
    void can_write() override {
        while (!waiting_.empty()) {
            const auto part = std::min(waiting_.size(), CharPort::kMaxBacklog / 2);
            if (!port_->write({reinterpret_cast<const std::uint8_t*>(waiting_.data()), part})) return;
            waiting_.erase(0, part);
        }
    }

    Chardevs& chardevs_;
    std::string label_, waiting_;
    UserStack* stack_ = nullptr;
    in_addr server_{};
    int number_ = 0;
    std::unique_ptr<CharPort> port_;
};

UserNetdev::UserNetdev(Network& network, std::string name, UserStackConfig config)
    : Client(network, Kind::user, std::move(name)), config_(std::move(config)) {}

UserNetdev::~UserNetdev() { shut_down(); }

void UserNetdev::shut_down() {
    ended_ = true;
    connections_.clear();
    // The stack tells of descriptors that it closes while it ends.
    if (stack_) stack_.reset();
    poll_.reset();
}

std::string UserNetdev::info() const {
    char text[INET_ADDRSTRLEN] = "";
    ::inet_ntop(AF_INET, &config_.network, text, sizeof text);
    return fmt::format("net={},restrict={}", text, config_.restricted ? "on" : "off");
}

UserStack* UserNetdev::stack() {
    if (stack_ || ended_) return stack_.get();
    stack_ = make_user_stack(config_, *this);
    if (stack_)
        poll_ = std::make_unique<StackPoll>(network().turn(), *stack_, [this] {
            for (const auto& connection : connections_) connection->accept_input();
        });
    return stack_.get();
}

void UserNetdev::receive(Frame frame) {
    UserStack* stack = this->stack();
    if (!stack) return drop();
    stack->frame_in(frame);
    wake();
}

std::int64_t UserNetdev::now_ns() { return network().clocks().now(ClockType::virtual_time); }

std::unique_ptr<UserStackTimer> UserNetdev::timer(std::function<void()> fire) {
    return std::make_unique<VirtualTimer>(network().clocks(), std::move(fire));
}

void UserNetdev::forget_fd(int fd) {
    if (poll_) poll_->forget_fd(fd);
}

void UserNetdev::wake() {
    if (poll_) poll_->wake();
}

Result<void> UserNetdev::add_host_forward(const std::string& rule) {
    const HostForward forward = RHEA_TRY(parse_host_forward(rule));
    UserStack* stack = this->stack();
    if (!stack || !stack->add_forward(forward.udp, forward.host, forward.host_port, forward.guest, forward.guest_port))
        return fail(fmt::format("Could not set up host forwarding rule '{}'", rule));
    wake();
    return {};
}

bool UserNetdev::remove_host_forward(const HostForward& rule) { return stack_ && stack_->remove_forward(rule.udp, rule.host, rule.host_port); }

Result<void> UserNetdev::add_guest_forward(const std::string& rule) {
    GuestForward forward = RHEA_TRY(parse_guest_forward(rule));
    const auto conflict = [&] { return fail(fmt::format("Conflicting/invalid host:port in guest forwarding rule '{}'", rule)); };
    UserStack* stack = this->stack();
    if (!stack) return conflict();
    if (forward.target.starts_with(kProgram)) {
        if (!stack->add_program(forward.target.substr(kProgram.size()), forward.server, forward.port)) return conflict();
        return {};
    }
    const auto label = fmt::format("guestfwd.tcp.{}", forward.port);
    Chardevs& chardevs = network().chardevs();
    Chardev* chardev = nullptr;
    if (const auto id = chardev_reference(forward.target)) {
        chardev = chardevs.find(*id);
        if (chardev && chardev->in_use()) return fail(fmt::format("Device '{}' is in use", *id));
    } else if (auto options = parse_legacy_chardev(label, forward.target)) {
        if (auto typed = chardev_options(*options)) chardev = chardevs.create(*typed).value_or(nullptr);
    }
    if (!chardev) return fail(fmt::format("Could not open guest forwarding device '{}'", label));
    auto connection = std::make_unique<Connection>(chardevs, *chardev);
    Connection& user = *connection;
    if (!stack->add_guest_forward([&user](std::span<const std::uint8_t> bytes) { user.written(bytes); }, forward.server, forward.port))
        return conflict();
    user.open(*stack, forward.server, forward.port);
    connections_.push_back(std::move(connection));
    return {};
}

std::string UserNetdev::connections() {
    UserStack* stack = this->stack();
    return stack ? stack->connections() : std::string();
}

Result<Backends> make_user(Network& network, const std::string& id, const UserOptions& options) {
    Backends made = backend<UserNetdev>(network, id, RHEA_TRY(user_config(options)));
    auto& user = static_cast<UserNetdev&>(*made.front());
    if (options.hostfwd)
        for (const Line& rule : *options.hostfwd) RHEA_CHECK(user.add_host_forward(rule.str));
    if (options.guestfwd)
        for (const Line& rule : *options.guestfwd) RHEA_CHECK(user.add_guest_forward(rule.str));
    return made;
}

}  // namespace rhea::net
