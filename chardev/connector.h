#pragma once
/// Connects a socket without blocking: looks the host up, then tries its addresses one after the other.
#include <uv.h>

#include <functional>
#include <memory>

#include "chardev/loop_turn.h"
#include "chardev/socket_address.h"

namespace rhea {

class Connector final : private FdUser {
public:
    using Done = std::function<void(Result<FileDescriptor>)>;
    Connector(LoopTurn& turn, SocketAddressLegacy address) : turn_(turn), address_(std::move(address)) {}
    ~Connector();

    /// One attempt; `done` hears how it ended, perhaps before this returns. Not while another one is under way.
    void start(Done done);

private:
    void look_up(const InetSocketAddress& where);
    void try_next();
    void fd_ready(FdWatch& watch, int events) override;
    void finish(Result<FileDescriptor> result);

    LoopTurn& turn_;
    SocketAddressLegacy address_;
    Done done_;
    uv_getaddrinfo_t* request_ = nullptr;  // frees itself in its callback
    std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses_{nullptr, uv_freeaddrinfo};
    const addrinfo* next_ = nullptr;
    FileDescriptor socket_;
    std::unique_ptr<FdWatch> watch_;
    int error_ = 0;
};

}  // namespace rhea
