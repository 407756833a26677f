#pragma once
/// "user": a network of its own, whose packets become connections of this process.
#include "machine/clock.h"
#include "machine/net/network.h"
#include "machine/net/stack_poll.h"
#include "machine/net/user_options.h"

namespace rhea::net {

class UserNetdev final : public Client, private UserStackHost {
public:
    UserNetdev(Network& network, std::string name, UserStackConfig config);
    ~UserNetdev() override;

    std::string info() const override;
    void receive(Frame frame) override;
    void shut_down() override;

    /// The error has the whole text.
    Result<void> add_host_forward(const std::string& rule);
    Result<void> add_guest_forward(const std::string& rule);
    /// False: there is no such rule.
    bool remove_host_forward(const HostForward& rule);
    /// The table of its connections, for people.
    std::string connections();

private:
    class Connection;       // of a guest's port to a character device

    /// Made when it is first needed: many networks never see a frame. Null: the module does not load.
    UserStack* stack();

    // UserStackHost
    void frame_out(Frame frame) override { send(frame); }
    std::int64_t now_ns() override;
    std::unique_ptr<UserStackTimer> timer(std::function<void()> fire) override;
    void forget_fd(int fd) override;
    void wake() override;

    UserStackConfig config_;
    bool ended_ = false;
    std::unique_ptr<UserStack> stack_;
    std::unique_ptr<StackPoll> poll_;
    std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace rhea::net
