#pragma once
/// "tap": an interface of the host's, made by /dev/net/tun or passed as a descriptor. Scripts that set it up and tear it down run beside
/// the loop, which goes on.
#include <functional>

#include "machine/net/network.h"

namespace rhea::net {

class TapNetdev final : public Client, private FdUser {
public:
    struct Setup {
        std::string info;            ///< "ifname=tap0,script=…", "fd=11"
        std::string interface;
        std::string script, downscript;   ///< programs; empty: none
        std::size_t header = 0;      ///< bytes of a virtio header in front of every frame
    };
    TapNetdev(Network& network, std::string name, unsigned queue, FileDescriptor tun, Setup setup);
    ~TapNetdev() override;

    std::string info() const override { return setup_.info; }
    void receive(Frame frame) override;
    void shut_down() override;

    const Setup& setup() const { return setup_; }

private:
    friend void start_tap(Network&, const std::string&, std::function<void(Result<void>)>);
    void fd_ready(FdWatch& watch, int events) override;

    std::shared_ptr<FileDescriptor> tun_;     // shared with scripts that are under way
    Setup setup_;
    bool up_ = false;                         // its script has run: the other one has to
    std::unique_ptr<FdWatch> watch_;
};

/// The last part of making one: runs its script, when it has one, and calls `done` when that has ended; at once otherwise. A network
/// whose script fails is deleted, and the error says so. For other kinds nothing is to be done.
void start_tap(Network& network, const std::string& id, std::function<void(Result<void>)> done);

}  // namespace rhea::net
