#pragma once
/// A network over one stream socket: a server that takes one client at a time, or a client. What it tells of it is its kind's.
#include "chardev/connector.h"
#include "chardev/socket_address.h"
#include "machine/net/frame_stream.h"
#include "machine/net/network.h"
#include "machine/socket_options.h"

namespace rhea::net {

class StreamBackend : public Client, private FrameStreamUser, private FdUser, private TurnTask {
public:
    ~StreamBackend() override;

    std::string info() const override { return info_; }
    void receive(Frame frame) override;
    void shut_down() override;

protected:
    StreamBackend(Network& network, Kind kind, std::string name);

    /// Serves clients, one at a time. The sockets listen already.
    void serve(std::vector<FileDescriptor> sockets);
    /// Begins when the turn of the loop ends: after the reply to whoever asked.
    void connect(SocketAddressLegacy address);
    /// Goes on with a socket that is connected, as soon as it can be written to: not before this returns.
    void adopt(FileDescriptor socket);
    void set_info(std::string info) { info_ = std::move(info); }

    virtual void connected(int socket, bool accepted) = 0;
    virtual void disconnected() = 0;
    virtual void failed(const Error& error) = 0;

private:
    struct Listener {
        FileDescriptor socket;
        std::unique_ptr<FdWatch> watch;
        std::optional<SocketFile> file;
    };

    void turn_end() override;
    void fd_ready(FdWatch& watch, int events) override;
    void frame_received(Frame frame) override { send(frame); }
    void stream_ended() override;
    void begin(FileDescriptor socket, bool accepted);
    void listen(bool on);

    std::vector<Listener> listeners_;
    std::optional<SocketAddressLegacy> destination_;
    std::unique_ptr<Connector> connector_;
    FileDescriptor adopted_;
    std::unique_ptr<FdWatch> writable_;      // of `adopted_`
    std::unique_ptr<FrameStream> stream_;
    std::string info_;
};

/// Where a connected socket leads to; of an accepted Unix socket, whose client has no name, the server's.
SocketAddress connection_address(int socket, bool accepted);

}  // namespace rhea::net
