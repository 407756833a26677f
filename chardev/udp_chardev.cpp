#include "chardev/udp_chardev.h"

#include <fcntl.h>

#include "chardev/socket_address.h"

namespace rhea {

Result<std::unique_ptr<Chardev>> UdpChardev::open(const ChardevContext& context, const ChardevOptions& options) {
    const auto& udp = std::get<Data<ChardevUdp>>(options.backend.u).data;
    auto log = RHEA_TRY(open_chardev_log(context.host, udp));
    auto socket = RHEA_TRY(datagram_socket(udp.remote, udp.local));
    return std::unique_ptr<Chardev>(new UdpChardev(context, options, std::move(log), std::move(socket)));
}

UdpChardev::UdpChardev(const ChardevContext& context, const ChardevOptions& options, FileDescriptor log,
                       FileDescriptor socket)
    : StreamChardev(options.id, context.turn, std::move(log)), socket_(std::move(socket)) {}

void UdpChardev::opened() {
    FileDescriptor socket(::fcntl(socket_.get(), F_DUPFD_CLOEXEC, 0));
    adopt(StreamPeer::datagrams(turn(), owner(), std::move(socket)));
}

}  // namespace rhea
