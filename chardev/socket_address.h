#pragma once
/// Sockets out of addresses, with QEMU's errors, and addresses as query-chardev tells them.
#include <netdb.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "chardev/file_descriptor.h"
#include "chardev/options.h"
#include "chardev/registry.h"
#include "qobject/error.h"

namespace rhea {

/// A socket file, so that only the very file that was made is removed again.
struct SocketFile {
    std::string path;
    dev_t device = 0;
    ino_t inode = 0;
    /// The file of a bound socket; none for an abstract or unnamed one.
    static std::optional<SocketFile> of(int socket);
    void remove() const;
};

/// The name in `fd=NAME`: a number, or what the monitor has under it.
Result<FileDescriptor> socket_of_fd(const FdSocketAddress& address, const NamedFds& named_fds);

/// Bound, listening, non-blocking sockets: one, or one for each address of a host name. Blocks for name resolution. A stale
/// socket file is replaced, any other file stays and is an error.
Result<std::vector<FileDescriptor>> listen_sockets(const SocketAddressLegacy& address, const NamedFds& named_fds,
                                                   int backlog);
/// A connected, non-blocking socket. Blocks until connected.
Result<FileDescriptor> connect_socket(const SocketAddressLegacy& address, const NamedFds& named_fds);

/// A non-blocking datagram socket that is connected to `remote`. Blocks for name resolution.
Result<FileDescriptor> datagram_socket(const SocketAddressLegacy& remote, const std::optional<SocketAddressLegacy>& local);

// The same step by step, for who must not block.

/// What getaddrinfo is to look for.
Result<addrinfo> address_hints(const InetSocketAddress& where, bool listening);
Error resolution_failure(const InetSocketAddress& where, int error);
/// Makes a socket and begins to connect it to one resolved address; false (and errno) when that failed at once. It is
/// connected, or has failed, when it can be written to.
bool begin_connect(FileDescriptor& socket, const InetSocketAddress& where, const addrinfo& address);
/// The end of it: 0, or the errno of the failure.
int connect_error(int socket);
/// `wait`: for room in the queue of the server.
Result<FileDescriptor> connect_unix(const UnixSocketAddress& where, bool wait);
Error connect_failure(const InetSocketAddress& where, int error);

bool is_unix_socket(int socket);
/// Not blocking, and not inherited; false for what is no socket.
bool prepare_socket(int fd);
/// "tcp:127.0.0.1:4444", "unix:/tmp/s,abstract=on" as asked for; with `listening`, where that socket came to listen (the
/// real port, the file of an fd).
std::string address_name(const SocketAddressLegacy& address, int listening = -1);
/// QMP's SocketAddress, as asked for, and where a socket came to listen.
QObject address_value(const SocketAddressLegacy& address);
QObject local_address_value(int listening);
/// "unix:/tmp/s,server=on", "tcp:127.0.0.1:4444,server=on <-> 127.0.0.1:51234" of a connected socket.
std::string connection_name(int socket, bool server);

}  // namespace rhea
