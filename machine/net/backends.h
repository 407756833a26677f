#pragma once
/// The kinds of networks on the host's side, each in its own file: how one is made of its options, with QEMU's errors.
#include "machine/net/network.h"
#include "machine/net/options.h"

namespace rhea::net {

/// One for each queue.
using Backends = std::vector<std::unique_ptr<Client>>;

Result<Backends> make_hubport(Network& network, const std::string& id, const HubportOptions& options);
Result<Backends> make_stream(Network& network, const std::string& id, const StreamOptions& options, const NamedFds& named_fds);
Result<Backends> make_dgram(Network& network, const std::string& id, const DgramOptions& options, const NamedFds& named_fds);
Result<Backends> make_socket(Network& network, const std::string& id, const SocketOptions& options, const NamedFds& named_fds);
Result<Backends> make_user(Network& network, const std::string& id, const UserOptions& options);
Result<Backends> make_tap(Network& network, const std::string& id, const TapOptions& options, const NamedFds& named_fds);

/// Those of one queue.
template <class T, class... Args>
Backends backend(Args&&... args) {
    Backends made;
    made.push_back(std::make_unique<T>(std::forward<Args>(args)...));
    return made;
}

/// The descriptor that `name` means: a number, or what getfd gave that name. One that `fits` refuses fails with `otherwise`; a number
/// may stand for anything of ours, which stays open then.
Result<FileDescriptor> fd_of(const std::string& name, const NamedFds& named_fds, bool (*fits)(int fd), const std::string& otherwise);
/// The same for a socket; it does not block from then on.
Result<FileDescriptor> socket_fd(const std::string& name, const NamedFds& named_fds);

}  // namespace rhea::net
