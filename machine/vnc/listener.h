#pragma once
/// The listening sockets of a VNC server.
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "chardev/loop_turn.h"
#include "chardev/socket_address.h"
#include "machine/display/vnc_types.h"

namespace rhea {

/// Where a socket is, or whom it is connected to.
VncBasicInfo local_address(int socket);
VncBasicInfo remote_address(int socket);

class VncListener final : private FdUser {
public:
    using Accept = std::function<void(FileDescriptor socket)>;
    VncListener(LoopTurn& turn, Accept accept) : turn_(turn), accept_(std::move(accept)) {}
    ~VncListener();

    /// Blocks for name resolution.
    Result<void> listen(const SocketAddressLegacy& address, const NamedFds& named_fds = {});
    /// Files of sockets go as well.
    void close();
    /// In the order of their coming.
    std::vector<VncBasicInfo> places() const;

private:
    void fd_ready(FdWatch& watch, int events) override;
    void pause();
    void set_watching(bool on);

    struct Socket {
        FileDescriptor socket;
        std::unique_ptr<FdWatch> watch;
        std::optional<SocketFile> file;
    };
    LoopTurn& turn_;
    Accept accept_;
    std::vector<Socket> sockets_;
    UvHandle<uv_timer_t> pause_;  // while there are no file descriptors left to accept with
};

}  // namespace rhea
